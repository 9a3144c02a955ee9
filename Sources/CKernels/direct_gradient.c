// The gradient of a convolution's weights as it is written: every tap's sum over the map of input times output gradient.
#include "clones.h"
#include "convolution.h"

INLINED float sum8(const v8 *p) {
    const v8 v = *p;
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

INLINED float sum16(const v16 *p) {
    const v8 v = __builtin_shufflevector(*p, *p, 0, 1, 2, 3, 4, 5, 6, 7) + __builtin_shufflevector(*p, *p, 8, 9, 10, 11, 12, 13, 14, 15);
    return sum8(&v);
}

// Four output planes × up to three inputs `step` floats apart: neighbouring taps of a kernel row, or neighbouring planes. 12
// accumulators, each one register: of 8 lanes for AVX2, of 16 for AVX-512. A short block reads its last plane again; those
// sums are not stored. Lanes beyond a row's end count nothing, since the gradient is zero there.
#define ACCUMULATE(name, vector, lanes, total)                                                                                \
    INLINED void name(const float *in, long stride, long step, long inputs, const float *gradient, long gradientStride,      \
                      long gradientPlane, long height, long width, long outputs, float *dweight, long outputStep) {          \
        vector a[4][3] = {};                                                                                                  \
        for (long y = 0; y < height; y++, in += stride, gradient += gradientStride)                                           \
            for (long x = 0; x < width; x += lanes) {                                                                         \
                vector v[3];                                                                                                  \
                for (long t = 0; t < inputs; t++) v[t] = *(const vector *)(in + x + t * step);                                \
                for (long o = 0; o < 4; o++) {                                                                                \
                    const vector g = *(const vector *)(gradient + (o < outputs ? o : outputs - 1) * gradientPlane + x);       \
                    for (long t = 0; t < inputs; t++) a[o][t] += g * v[t];                                                    \
                }                                                                                                             \
            }                                                                                                                 \
        for (long o = 0; o < outputs; o++)                                                                                    \
            for (long t = 0; t < inputs; t++) dweight[o * outputStep + t] += total(&a[o][t]);                                 \
    }
ACCUMULATE(accumulate8, v8, 8, sum8)
ACCUMULATE(accumulate16, v16, 16, sum16)

INLINED void gradient_of(int wide, assay_maps in, assay_maps gradient, long cin, long height, long width, long k, long dilation,
                         long cout, float *dweight) {
    const long reach = dilation * (k / 2), outputStep = cin * k * k;
    // A row of taps; for 1 × 1 kernels, a row of input planes.
    const long rows = k == 1 ? 1 : cin * k, row = k == 1 ? cin : k, step = k == 1 ? in.plane : dilation;
    for (long block = 0; block < cout; block += 4) {
        const long outputs = cout - block < 4 ? cout - block : 4;
        const float *g = gradient.origin + block * gradient.plane;
        for (long r = 0; r < rows; r++) {
            const float *line = k == 1 ? in.origin : in.origin + r / k * in.plane + (r % k * dilation - reach) * in.stride - reach;
            for (long t = 0; t < row; t += 3) {
                const float *from = line + t * step;
                float *d = dweight + block * outputStep + r * row + t;
                const long left = row - t;
#define CALL(accumulate, inputs, outputs)                                                                                     \
    accumulate(from, in.stride, step, inputs, g, gradient.stride, gradient.plane, height, width, outputs, d, outputStep)
#define CHOOSE(accumulate)                                                                                                    \
    if (outputs == 4 && left >= 3)                                                                                            \
        CALL(accumulate, 3, 4);                                                                                               \
    else if (left >= 3)                                                                                                       \
        CALL(accumulate, 3, outputs);                                                                                         \
    else if (left == 2)                                                                                                       \
        CALL(accumulate, 2, outputs);                                                                                         \
    else                                                                                                                      \
        CALL(accumulate, 1, outputs)
                if (wide && width > 8) {
                    CHOOSE(accumulate16);
                } else {
                    CHOOSE(accumulate8);
                }
            }
        }
    }
}

CLONES(add_gradient_directly,
       (const assay_filter *f, assay_maps in, assay_maps gradient, long height, long width, float *work, float *dweight),
       (f, in, gradient, height, width, work, dweight),
       (void)work; gradient_of(level == ASSAY_AVX512, in, gradient, f->cin, height, width, f->size, f->dilation, f->cout, dweight))

static int fits(const assay_filter *f) {
    (void)f;
    return 1;
}

static size_t sums_size(const assay_filter *f) { return (size_t)(f->cout * f->cin * f->size * f->size); }

static size_t work_size(const assay_filter *f, long width) {
    (void)f, (void)width;
    return 0;
}

static void collect(const assay_filter *f, const float *sums, float *dweight) {
    assay_add(sums, (long)sums_size(f), dweight);
}

const weight_gradient direct_gradient = {fits, sums_size, work_size, add_gradient_directly, collect, 1};
