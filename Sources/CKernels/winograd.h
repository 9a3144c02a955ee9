// The transforms of Winograd's convolution, between pixels and the places of a tile, for sixteen tiles at a time.
#ifndef ASSAY_WINOGRAD_H
#define ASSAY_WINOGRAD_H

#include "clones.h"
#include "finish.h"

enum { SIDE = 6, PLACES = SIDE * SIDE, GROUPS = 4 };

// G g of `size` numbers that lie `step` apart: the polynomial with these coefficients at the six points, each divided by the
// product of the point's distances to the others.
static inline void transform_taps(const double *g, long size, long step, double *u) {
    double even[2] = {0, 0}, odd[2] = {0, 0}, power[2] = {1, 1};
    for (long i = 0; i < size; i++)
        for (int p = 0; p < 2; p++) {
            *(i % 2 ? &odd[p] : &even[p]) += power[p] * g[i * step];
            power[p] *= p + 1;
        }
    u[0] = g[0] / 4;
    u[1] = -(even[0] + odd[0]) / 6;
    u[2] = -(even[0] - odd[0]) / 6;
    u[3] = (even[1] + odd[1]) / 24;
    u[4] = (even[1] - odd[1]) / 24;
    u[5] = g[(size - 1) * step];
}

// Pixels across that a tile gives.
INLINED long tile_side(long size) { return SIDE + 1 - size; }

// Where a unit's groups lie.
typedef struct {
    const float *in[GROUPS];
    float *out[GROUPS];
} unit;

// Transposes the 4 × 4 numbers that have the same quarter of the four vectors: lane 4q + g of vector j becomes lane 4q + j of g.
INLINED void transpose(v16 v[4]) {
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define FIRST(a, b) __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define SECOND(a, b) __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
    const v16 a = LOW(v[0], v[1]), b = LOW(v[2], v[3]), c = HIGH(v[0], v[1]), d = HIGH(v[2], v[3]);
    v[0] = FIRST(a, b), v[1] = SECOND(a, b), v[2] = FIRST(c, d), v[3] = SECOND(c, d);
}

// Bᵀ d.
INLINED void transform_six(const v16 d[SIDE], v16 v[SIDE]) {
    const v16 a = d[4] - 4 * d[2], b = d[3] - 4 * d[1], c = d[4] - d[2], e = d[3] - d[1];
    v[0] = 4 * d[0] - 5 * d[2] + d[4];
    v[1] = a + b;
    v[2] = a - b;
    v[3] = c + 2 * e;
    v[4] = c - 2 * e;
    v[5] = 4 * d[1] - 5 * d[3] + d[5];
}

// Bᵀ d B of a unit's tiles in one channel, to v[place].
INLINED void transform_input(const unit *u, long channel, long stride, float *v, long step) {
    v16 rows[SIDE][SIDE];
#pragma clang loop unroll(full)
    for (int y = 0; y < SIDE; y++) {
        v16 d[8];
#pragma clang loop unroll(full)
        for (int g = 0; g < GROUPS; g++) {
            const float *p = u->in[g] + channel + y * stride;
            d[g] = *(const v16 *)p;
            d[4 + g] = *(const v16 *)(p + 4);
        }
        transpose(d);
        const v16 a = LOW(d[4], d[5]), b = LOW(d[6], d[7]);
        d[4] = FIRST(a, b), d[5] = SECOND(a, b);
        transform_six(d, rows[y]);
    }
#pragma clang loop unroll(full)
    for (int x = 0; x < SIDE; x++) {
        v16 d[SIDE], t[SIDE];
#pragma clang loop unroll(full)
        for (int y = 0; y < SIDE; y++) d[y] = rows[y][x];
        transform_six(d, t);
#pragma clang loop unroll(full)
        for (int y = 0; y < SIDE; y++) *(v16 *)(v + (SIDE * y + x) * step) = t[y];
    }
}

// Aᵀ m for tiles that give 4 pixels or 2.
INLINED void transform_back(long side, const v16 m[SIDE], v16 *o) {
    const v16 a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
    o[0] = m[0] + a + c;
    o[1] = b + 2 * d;
    if (side == 2) {
        o[1] += m[5];
        return;
    }
    o[2] = a + 4 * c;
    o[3] = b + 8 * d + m[5];
}

// Aᵀ m A of one output plane: side × side vectors of pixels, `across` from row to row.
INLINED void transform_tile(long side, const float *m, long step, v16 *o, long across) {
    v16 rows[4][SIDE];
#pragma clang loop unroll(full)
    for (int x = 0; x < SIDE; x++) {
        v16 column[SIDE], t[4];
#pragma clang loop unroll(full)
        for (int y = 0; y < SIDE; y++) column[y] = *(const v16 *)(m + (SIDE * y + x) * step);
        transform_back(side, column, t);
#pragma clang loop unroll(full)
        for (int y = 0; y < side; y++) rows[y][x] = t[y];
    }
#pragma clang loop unroll(full)
    for (int y = 0; y < side; y++) transform_back(side, rows[y], o + y * across);
}

// And a ReLU after it.
INLINED void add_bias(v16 o[][4], long side, float bias, int relu) {
#pragma clang loop unroll(full)
    for (int y = 0; y < side; y++)
#pragma clang loop unroll(full)
        for (int x = 0; x < 4; x++) {
            o[y][x] += bias;
            if (relu) o[y][x] = RECTIFIED(o[y][x]);
        }
}

INLINED void scale_shift(v16 o[][4], long side, const ending *e) {
#pragma clang loop unroll(full)
    for (int y = 0; y < side; y++)
#pragma clang loop unroll(full)
        for (int x = 0; x < 4; x++) o[y][x] = o[y][x] * e->scale + e->shift;
}

// Rows of four vectors of pixels to the places of a unit's groups.
INLINED void store_rows(v16 o[][4], long side, const unit *u, long channel, long stride) {
#pragma clang loop unroll(full)
    for (int y = 0; y < side; y++) {
        transpose(o[y]);
#pragma clang loop unroll(full)
        for (int g = 0; g < GROUPS; g++) *(v16 *)(u->out[g] + channel + y * stride) = o[y][g];
    }
}

// Pools 2 × 2 pixels each, and takes two rows of eight of each of a unit's groups to their places; one row where there are two of pixels.
INLINED void store_pooled(v16 o[][4], long side, const ending *e, int pooling, const unit *u, long channel, long stride) {
    const float scale = pooled_scale(e);
#pragma clang loop unroll(full)
    for (int y = 0; y < side / 2; y++) {
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

#endif
