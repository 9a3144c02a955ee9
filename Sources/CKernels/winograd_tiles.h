// How sixteen tiles get from a map into the lanes of vectors, and their pixels back into one. SIDE is what a tile sees.
//
// A group is four tiles whose left edges are 4 pixels apart, a unit four groups, one tile in each lane.
#include "clones.h"
#include "finish.h"
#include "winograd.h"

// What a tile sees around the pixels that it gives.
enum { REACH = (SIDE - GIVEN) / 2 };

// Where a unit's groups lie, and where they are at the map's edges, with zeros beyond.
enum { GROUPS = 4 };
typedef struct {
    const float *in[GROUPS];
    float *out[GROUPS];
    int above[GROUPS], below[GROUPS];
    // Pixels beside a group's sixteen: floats from its first one, some place in the map where there are none, and a mask.
    long left[GROUPS], right[GROUPS];
    i4 has_left, has_right;
} unit;

// A short vector and lanes that no one reads.
#define WIDENED(v) __builtin_shufflevector(v, v, 0, 1, 2, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)

// Transposes the 4 × 4 numbers that have the same quarter of the four vectors: lane 4q + g of vector j becomes lane 4q + j of g.
INLINED void transpose(v16 v[4]) {
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define FIRST(a, b) __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define SECOND(a, b) __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
    const v16 a = LOW(v[0], v[1]), b = LOW(v[2], v[3]), c = HIGH(v[0], v[1]), d = HIGH(v[2], v[3]);
    v[0] = FIRST(a, b), v[1] = SECOND(a, b), v[2] = FIRST(c, d), v[3] = SECOND(c, d);
}

// v[i] = pixel i of those that are `from` away from four places, zero where the mask is not set.
INLINED void load_beside(const float *const p[GROUPS], const long from[GROUPS], const i4 *mask, v4 v[2]) {
    v4 s[GROUPS];
#pragma clang loop unroll(full)
    for (int g = 0; g < GROUPS; g++) {
        const float *pixels = p[g] + from[g];
        s[g] = (v4){pixels[0], pixels[REACH - 1]};
    }
    const v4 a = __builtin_shufflevector(s[0], s[1], 0, 4, 1, 5), b = __builtin_shufflevector(s[2], s[3], 0, 4, 1, 5);
    v[0] = (v4)((i4)__builtin_shufflevector(a, b, 0, 1, 4, 5) & *mask);
    if (REACH == 2) v[1] = (v4)((i4)__builtin_shufflevector(a, b, 2, 3, 6, 7) & *mask);
}

// Row `y` of what a unit's tiles see in one channel: d[x] has their pixels x.
INLINED void load_row(const unit *u, int y, long channel, long stride, v16 d[SIDE]) {
    static const float beyond[TILES + 2 * REACH];
    const float *p[GROUPS];
#pragma clang loop unroll(full)
    for (int g = 0; g < GROUPS; g++) {
        const int outside = y < REACH ? u->above[g] : y >= REACH + GIVEN && u->below[g];
        p[g] = outside ? beyond + REACH : u->in[g] + channel + (y - REACH) * stride;
        d[REACH + g] = *(const v16 *)p[g];
    }
    transpose(d + REACH);
    // Beside a tile's own pixels are those of its neighbours, whose lanes are four away.
    v4 left[2], right[2];
    load_beside(p, u->left, &u->has_left, left);
    load_beside(p, u->right, &u->has_right, right);
#pragma clang loop unroll(full)
    for (int i = 0; i < REACH; i++) {
        d[i] = __builtin_shufflevector(WIDENED(left[i]), d[GIVEN + i], 0, 1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
        d[REACH + GIVEN + i] =
            __builtin_shufflevector(d[REACH + i], WIDENED(right[i]), 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
    }
}

// Rows of four vectors of pixels to the places of a unit's groups.
INLINED void store_rows(v16 o[GIVEN][GIVEN], const unit *u, long channel, long stride) {
#pragma clang loop unroll(full)
    for (int y = 0; y < GIVEN; y++) {
        transpose(o[y]);
#pragma clang loop unroll(full)
        for (int g = 0; g < GROUPS; g++) *(v16 *)(u->out[g] + channel + y * stride) = o[y][g];
    }
}

// Pools 2 × 2 pixels each, and takes two rows of eight of each of a unit's groups to their places.
INLINED void store_pooled(v16 o[GIVEN][GIVEN], const ending *e, int pooling, const unit *u, long channel, long stride) {
    const float scale = pooled_scale(e);
#pragma clang loop unroll(full)
    for (int y = 0; y < GIVEN / 2; y++) {
        v16 pooled[2];
#pragma clang loop unroll(full)
        for (int x = 0; x < 2; x++) {
            v16 upper, lower;
            pool_two(pooling, &o[2 * y][2 * x], &o[2 * y][2 * x + 1], &upper);
            pool_two(pooling, &o[2 * y + 1][2 * x], &o[2 * y + 1][2 * x + 1], &lower);
            pool_two(pooling, &upper, &lower, &pooled[x]);
            pooled[x] = pooled[x] * scale + e->shift;
        }
        const v16 low = LOW(pooled[0], pooled[1]), high = HIGH(pooled[0], pooled[1]);
        float *const *out = u->out;
        *(v8 *)(out[0] + channel + y * stride) = __builtin_shufflevector(low, low, 0, 1, 4, 5, 8, 9, 12, 13);
        *(v8 *)(out[1] + channel + y * stride) = __builtin_shufflevector(low, low, 2, 3, 6, 7, 10, 11, 14, 15);
        *(v8 *)(out[2] + channel + y * stride) = __builtin_shufflevector(high, high, 0, 1, 4, 5, 8, 9, 12, 13);
        *(v8 *)(out[3] + channel + y * stride) = __builtin_shufflevector(high, high, 2, 3, 6, 7, 10, 11, 14, 15);
    }
}
