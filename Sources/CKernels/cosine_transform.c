// The DCT-II of a whole plane by Lee's recursion ("A new algorithm to compute the discrete cosine transform", 1984), eight lines
// of the plane at a time, in double: small coefficients next to large ones would lose their logarithm in float.
#include <string.h>
#include "CKernels.h"
#include "clones.h"

typedef double d8 __attribute__((vector_size(64), aligned(8)));

// One level down: a transform of n becomes those of n/2 of sums, first, and of weighted differences.
INLINED void split(const d8 *x, long n, const double *cosines, d8 *y) {
    for (long i = 0; i < n / 2; i++) {
        const d8 a = x[i], b = x[n - 1 - i];
        y[i] = a + b;
        y[n / 2 + i] = (a - b) * cosines[i];
    }
}

// The way back: even coefficients are the first half's; odd ones follow from X[2k+1] + X[2k−1] = Y[k].
INLINED void merge(const d8 *y, long n, d8 *x) {
    d8 odd = y[n / 2] * 0.5;
    x[0] = y[0], x[1] = odd;
    for (long k = 1; k < n / 2; k++) {
        odd = y[n / 2 + k] - odd;
        x[2 * k] = y[k], x[2 * k + 1] = odd;
    }
}

// Transforms `a` [size] of eight lines, using `b` of the same extent; the result is in the one that is returned.
INLINED d8 *transform(long size, const assay_cosines *table, d8 *a, d8 *b) {
    const double *cosines = table->cosines;
    d8 *from = a, *to = b;
    for (long n = size; n > table->base; cosines += n / 2, n /= 2) {
        for (long start = 0; start < size; start += n) split(from + start, n, cosines, to + start);
        d8 *other = from;
        from = to, to = other;
    }
    for (long start = 0; start < size; start += table->base)
        for (long u = 0; u < table->base; u++) {
            d8 sum = {};
            for (long i = 0; i < table->base; i++) sum += from[start + i] * table->matrix[u * table->base + i];
            to[start + u] = sum;
        }
    d8 *other = from;
    from = to, to = other;
    for (long n = 2 * table->base; n <= size; n *= 2) {
        for (long start = 0; start < size; start += n) merge(from + start, n, to + start);
        other = from;
        from = to, to = other;
    }
    return from;
}

INLINED void plane_transform(const float *plane, long size, const assay_cosines *table, double *work, float *out) {
    const long line = (size + 7) & ~7L;
    d8 *a = (d8 *)(work + size * line), *b = a + size;
    // Down the columns; the result is kept turned, [x][u], so that both passes run along whole vectors.
    for (long x = 0; x < size; x += 8) {
        const long lanes = size - x < 8 ? size - x : 8;
        if (lanes < 8) memset(a, 0, (size_t)size * sizeof(d8));
        for (long y = 0; y < size; y++)
            for (long l = 0; l < lanes; l++) ((double *)&a[y])[l] = (double)plane[y * size + x + l];
        const double *lane = (const double *)transform(size, table, a, b);
        for (long l = 0; l < lanes; l++)
            for (long u = 0; u < size; u++) work[(x + l) * line + u] = lane[u * 8 + l] * table->scale[u];
    }
    for (long u = 0; u < size; u += 8) {
        const long lanes = size - u < 8 ? size - u : 8;
        for (long x = 0; x < size; x++) {
            if (lanes == 8)
                a[x] = *(const d8 *)(work + x * line + u);
            else
                for (long l = 0; l < 8; l++) ((double *)&a[x])[l] = l < lanes ? work[x * line + u + l] : 0;
        }
        const double *lane = (const double *)transform(size, table, a, b);
        for (long l = 0; l < lanes; l++)
            for (long v = 0; v < size; v++) out[(u + l) * size + v] = (float)(lane[v * 8 + l] * table->scale[v]);
    }
}

size_t assay_cosine_transform_work(long size) { return (size_t)(size * ((size + 7) & ~7L) + 16 * size); }

CLONES(assay_cosine_transform, (const float *plane, long size, const assay_cosines *table, double *work, float *out),
       (plane, size, table, work, out), plane_transform(plane, size, table, work, out))
