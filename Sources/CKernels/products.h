// Sums of outer products, which the weight gradient comes down to: a product of matrices whose common extent is a few tiles, with
// blocks of sums that fill the registers of each instruction set.
#ifndef ASSAY_PRODUCTS_H
#define ASSAY_PRODUCTS_H

#include "clones.h"

// sums[down][across] += Σ over tiles of down · across, `rows` of them × `vectors` of lanes: all accumulators in registers.
#define MULTIPLY(name, vector, lanes)                                                                                         \
    INLINED void name##_block(int rows, int vectors, const float *across, long acrossStep, const float *down, long downStep,  \
                              long tiles, float *sums) {                                                                      \
        vector a[16][3];                                                                                                      \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++)                                                     \
            _Pragma("clang loop unroll(full)") for (int n = 0; n < vectors; n++)                                              \
                a[r][n] = *(const vector *)(sums + r * acrossStep + n * lanes);                                               \
        for (long t = 0; t < tiles; t++, across += acrossStep, down += downStep) {                                            \
            vector v[3];                                                                                                      \
            _Pragma("clang loop unroll(full)") for (int n = 0; n < vectors; n++) v[n] = *(const vector *)(across + n * lanes); \
            _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++)                                                 \
                _Pragma("clang loop unroll(full)") for (int n = 0; n < vectors; n++) a[r][n] += v[n] * down[r];               \
        }                                                                                                                     \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++)                                                     \
            _Pragma("clang loop unroll(full)") for (int n = 0; n < vectors; n++)                                              \
                *(vector *)(sums + r * acrossStep + n * lanes) = a[r][n];                                                     \
    }                                                                                                                         \
    /* All rows of so many vectors, `most` or fewer at a time. */                                                             \
    INLINED void name##_rows(int most, int vectors, const float *across, long acrossStep, const float *down, long downStep,   \
                             long tiles, long rows, float *sums) {                                                            \
        long r = 0;                                                                                                           \
        if (most >= 16)                                                                                                       \
            for (; r + 16 <= rows; r += 16)                                                                                   \
                name##_block(16, vectors, across, acrossStep, down + r, downStep, tiles, sums + r * acrossStep);              \
        if (most >= 12)                                                                                                       \
            for (; r + 12 <= rows; r += 12)                                                                                   \
                name##_block(12, vectors, across, acrossStep, down + r, downStep, tiles, sums + r * acrossStep);              \
        if (most >= 8)                                                                                                        \
            for (; r + 8 <= rows; r += 8)                                                                                     \
                name##_block(8, vectors, across, acrossStep, down + r, downStep, tiles, sums + r * acrossStep);               \
        for (; r < rows; r += 4)                                                                                              \
            name##_block(4, vectors, across, acrossStep, down + r, downStep, tiles, sums + r * acrossStep);                   \
    }                                                                                                                         \
    /* One place. Four vectors are two and two. */                                                                            \
    INLINED void name(int wide, const float *across, long acrossStep, const float *down, long downStep, long tiles,           \
                      long columns, long rows, float *sums) {                                                                 \
        for (long c = 0, left = (columns + lanes - 1) / lanes; left > 0;) {                                                   \
            const long now = left == 4 ? 2 : left > 3 ? 3 : left;                                                             \
            const float *from = across + c * lanes;                                                                           \
            float *to = sums + c * lanes;                                                                                     \
            if (now == 3)                                                                                                     \
                name##_rows(wide ? 8 : 4, 3, from, acrossStep, down, downStep, tiles, rows, to);                              \
            else if (now == 2)                                                                                                \
                name##_rows(wide ? 12 : 4, 2, from, acrossStep, down, downStep, tiles, rows, to);                             \
            else                                                                                                              \
                name##_rows(wide ? 16 : 8, 1, from, acrossStep, down, downStep, tiles, rows, to);                             \
            c += now, left -= now;                                                                                            \
        }                                                                                                                     \
    }
MULTIPLY(multiply16, v16, 16)
MULTIPLY(multiply8, v8, 8)
MULTIPLY(multiply4, v4, 4)

#endif
