// What comes after a convolution's sums: ReLU, pooling, and the scale and shift of a normalisation.
#ifndef ASSAY_FINISH_H
#define ASSAY_FINISH_H

#include "clones.h"

#define RECTIFIED(v) __builtin_elementwise_max(v, (v16){})

// How the four numbers of a window become one. Where the scale after it is negative, the smallest has the largest image.
enum { MINIMUM = ASSAY_MAXIMUM + 1 };

// One channel's share of an `assay_finish`.
typedef struct {
    int pooling;
    float scale, shift;
} ending;

INLINED ending ending_of(const assay_finish *f, long channel) {
    ending e = {f->pooling, f->scale ? f->scale[channel] : 1, f->scale ? f->shift[channel] : 0};
    if (e.pooling == ASSAY_MAXIMUM && e.scale < 0) e.pooling = MINIMUM;
    return e;
}

INLINED float bias_of(const assay_finish *f, long channel, long channels) {
    return f->bias && channel < channels ? f->bias[channel] : 0;
}

// Of two numbers of a window; an average is still to be divided by four.
INLINED void pool_two(int pooling, const v16 *a, const v16 *b, v16 *out) {
    if (pooling == ASSAY_AVERAGE)
        *out = *a + *b;
    else {
        const i16 first = pooling == ASSAY_MAXIMUM ? *a > *b : *a < *b;
        *out = (v16)((first & (i16)*a) | (~first & (i16)*b));
    }
}

// The factor that makes of pooled sums what the ending wants.
INLINED float pooled_scale(const ending *e) { return e->pooling == ASSAY_AVERAGE ? e->scale * 0.25f : e->scale; }

// Pools a dense plane of even extents; the narrowest ones by single numbers.
INLINED void pool_plane_by(int pooling, const float *in, long height, long width, const ending *e, float *out, long stride) {
    const float scale = pooled_scale(e);
    for (long y = 0; y < height; y += 2, in += 2 * width, out += stride) {
        for (long x0 = 0; width >= 32 && x0 < width; x0 += 32) {
            // The last strip of a row overlaps the one before.
            const long x = x0 > width - 32 ? width - 32 : x0;
            v16 low, high, pooled;
            pool_two(pooling, (const v16 *)(in + x), (const v16 *)(in + width + x), &low);
            pool_two(pooling, (const v16 *)(in + x + 16), (const v16 *)(in + width + x + 16), &high);
            const v16 even = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            const v16 odd = __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
            pool_two(pooling, &even, &odd, &pooled);
            *(v16 *)(out + x / 2) = pooled * scale + e->shift;
        }
        for (long x = 0; width < 32 && x < width; x += 2) {
            v16 upper = (v16){in[x], in[x + 1]}, lower = (v16){in[width + x], in[width + x + 1]}, both, turned, pooled;
            pool_two(pooling, &upper, &lower, &both);
            turned = __builtin_shufflevector(both, both, 1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
            pool_two(pooling, &both, &turned, &pooled);
            out[x / 2] = pooled[0] * scale + e->shift;
        }
    }
}

INLINED void pool_plane(const float *in, long height, long width, const ending *e, float *out, long stride) {
    switch (e->pooling) {
    case ASSAY_AVERAGE: pool_plane_by(ASSAY_AVERAGE, in, height, width, e, out, stride); break;
    case ASSAY_MAXIMUM: pool_plane_by(ASSAY_MAXIMUM, in, height, width, e, out, stride); break;
    default: pool_plane_by(MINIMUM, in, height, width, e, out, stride);
    }
}

#endif
