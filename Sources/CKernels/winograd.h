// What Winograd's convolutions have in common: tiles, points, and the transforms of one line of sixteen tiles.
#ifndef ASSAY_WINOGRAD_H
#define ASSAY_WINOGRAD_H

#include "clones.h"

// Tiles give 4 × 4 pixels and see as many more as the kernel is larger than one: 6 × 6 for kernels of 3, 8 × 8 for those of 5. The
// polynomials meet at the points 0, 1, −1, 2, −2 and ∞, and for eight also at ½ and −½.
enum { GIVEN = 4, SIX = 6, EIGHT = 8 };

// One tile in each lane; outputs that are summed up together.
enum { TILES = 16, TOGETHER = 8 };

INLINED long side_of(long size) { return size + GIVEN - 1; }

// Floats from place to place in a matrix of so many rows: an odd number of cache lines keeps the places out of each other's sets.
INLINED long spread(long rows) { return (rows | 1) * TILES; }

INLINED long rounded(long cout) { return (cout + 3) & ~3L; }

// Four kernels at once: their results lie beside each other.
typedef double d4 __attribute__((vector_size(32), aligned(8)));

// G g of four kernels' 3 or 5 numbers that lie `step` apart: the polynomial with these coefficients at the finite points, each divided
// by the product of the point's distances to the others; at last what it has at ∞.
INLINED void transform_taps(const d4 *g, long size, long step, d4 *u) {
    static const double points[7] = {0, 1, -1, 2, -2, 0.5, -0.5};
    static const double six[5] = {1.0 / 4, -1.0 / 6, -1.0 / 6, 1.0 / 24, 1.0 / 24};
    static const double eight[7] = {1, -2.0 / 9, -2.0 / 9, 1.0 / 90, 1.0 / 90, 32.0 / 45, 32.0 / 45};
    const long finite = side_of(size) - 1;
    u[0] = g[0] * (size == 3 ? six : eight)[0];
#pragma clang loop unroll(full)
    for (long p = 1; p < finite; p++) {
        d4 value = g[(size - 1) * step];
#pragma clang loop unroll(full)
        for (long i = size - 2; i >= 0; i--) value = value * points[p] + g[i * step];
        u[p] = value * (size == 3 ? six : eight)[p];
    }
    u[finite] = g[(size - 1) * step];
}

// Bᵀ d for six points and for eight.
INLINED void transform_six(const v16 d[SIX], v16 v[SIX]) {
    const v16 a = d[4] - 4 * d[2], b = d[3] - 4 * d[1], c = d[4] - d[2], e = d[3] - d[1];
    v[0] = 4 * (d[0] - d[2]) + c;
    v[1] = a + b;
    v[2] = a - b;
    v[3] = c + 2 * e;
    v[4] = c - 2 * e;
    v[5] = d[5] - d[3] - 4 * e;
}

INLINED void transform_eight(const v16 d[EIGHT], v16 v[EIGHT]) {
    const v16 a = d[2] + d[6] - 4.25f * d[4], b = d[1] + d[5] - 4.25f * d[3];
    const v16 c = d[6] + 0.25f * d[2] - 1.25f * d[4], e = 0.5f * d[1] - 2.5f * d[3] + 2 * d[5];
    const v16 f = d[6] + 4 * d[2] - 5 * d[4], g = 2 * d[1] - 2.5f * d[3] + 0.5f * d[5];
    v[0] = d[0] - d[6] + 5.25f * (d[4] - d[2]);
    v[1] = a + b;
    v[2] = a - b;
    v[3] = c + e;
    v[4] = c - e;
    v[5] = f + g;
    v[6] = f - g;
    v[7] = d[7] - d[1] + 5.25f * (d[3] - d[5]);
}

// Aᵀ m: the four numbers that a line of a tile gives.
INLINED void transform_back_six(const v16 m[SIX], v16 o[GIVEN]) {
    const v16 a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
    o[0] = m[0] + a + c;
    o[1] = b + 2 * d;
    o[2] = a + 4 * c;
    o[3] = b + 8 * d + m[5];
}

INLINED void transform_back_eight(const v16 m[EIGHT], v16 o[GIVEN]) {
    const v16 a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4], e = m[5] + m[6], f = m[5] - m[6];
    o[0] = m[0] + a + (c + e);
    o[1] = b + 2 * d + 0.5f * f;
    o[2] = a + 4 * c + 0.25f * e;
    o[3] = b + 8 * d + (0.125f * f + m[7]);
}

#endif
