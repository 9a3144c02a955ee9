// The DCT-II of a whole plane by Lee's recursion ("A new algorithm to compute the discrete cosine transform", 1984), eight lines
// of the plane at a time, in double: small coefficients next to large ones would lose their logarithm in float.
#include <string.h>
#include "CKernels.h"
#include "clones.h"

typedef double d8 __attribute__((vector_size(64), aligned(8)));

// One level down: a transform of n becomes those of n/2 of sums, first, and of weighted differences.
INLINED void split(const d8 *restrict x, long n, const double *restrict cosines, d8 *restrict y) {
    for (long i = 0; i < n / 2; i++) {
        const d8 a = x[i], b = x[n - 1 - i];
        y[i] = a + b;
        y[n / 2 + i] = (a - b) * cosines[i];
    }
}

// Where the samples of eight lines come from: one line in each lane, `step` numbers from sample to sample.
typedef struct {
    const float *floats;
    const double *doubles;
    long step;
} source;

INLINED void load(const source *s, long i, d8 *v) {
    if (s->floats)
        *v = __builtin_convertvector(*(const v8 *)(s->floats + i * s->step), d8);
    else
        *v = *(const d8 *)(s->doubles + i * s->step);
}

// Two levels down in one pass over memory.
INLINED void split_twice(const source *x, long n, const double *restrict cosines, d8 *restrict y) {
    const double *below = cosines + n / 2;
    const long quarter = n / 4;
    for (long i = 0; i < quarter; i++) {
        const long j = n / 2 - 1 - i;
        d8 a, b, c, d;
        load(x, i, &a), load(x, n - 1 - i, &b), load(x, j, &c), load(x, n - 1 - j, &d);
        const d8 sums[2] = {a + b, c + d}, differences[2] = {(a - b) * cosines[i], (c - d) * cosines[j]};
        y[i] = sums[0] + sums[1];
        y[quarter + i] = (sums[0] - sums[1]) * below[i];
        y[2 * quarter + i] = differences[0] + differences[1];
        y[3 * quarter + i] = (differences[0] - differences[1]) * below[i];
    }
}

// The way back: even coefficients are the first half's; odd ones follow from X[2k+1] + X[2k−1] = Y[k].
INLINED void merge(const d8 *restrict y, long n, d8 *restrict x) {
    d8 odd = y[n / 2] * 0.5;
    x[0] = y[0], x[1] = odd;
    for (long k = 1; k < n / 2; k++) {
        odd = y[n / 2 + k] - odd;
        x[2 * k] = y[k], x[2 * k + 1] = odd;
    }
}

// The smallest transforms, by their definition.
INLINED void bottom(const d8 *restrict x, long size, long base, const double *restrict matrix, d8 *restrict y) {
    for (long start = 0; start < size; start += base)
        for (long u = 0; u < base; u++) {
            d8 sum = x[start] * matrix[u * base];
            for (long i = 1; i < base; i++) sum += x[start + i] * matrix[u * base + i];
            y[start + u] = sum;
        }
}

// The same for larger ones, whose matrix would be large: its values repeat, cos(πj/2·base) for j < 4 · base.
INLINED void bottom_large(const d8 *restrict x, long size, long base, const double *restrict wave, d8 *restrict y) {
    for (long start = 0; start < size; start += base)
        for (long u = 0; u < base; u += 4) {
            d8 sums[4] = {0};
            long place[4], step[4];
            for (long k = 0; k < 4; k++) place[k] = u + k, step[k] = 2 * (u + k) % (4 * base);
            for (long i = 0; i < base; i++) {
                const d8 v = x[start + i];
#pragma clang loop unroll(full)
                for (long k = 0; k < 4; k++) {
                    sums[k] += v * wave[place[k]];
                    place[k] += step[k];
                    place[k] -= place[k] >= 4 * base ? 4 * base : 0;
                }
            }
            for (long k = 0; k < 4 && u + k < base; k++) y[start + u + k] = sums[k];
        }
}

// Seven samples, which is what 224 comes down to: even coefficients see sums of mirrored samples, odd ones differences.
INLINED void bottom_seven(const d8 *x, const double *matrix, d8 *y) {
    d8 sums[3], differences[3];
#pragma clang loop unroll(full)
    for (long i = 0; i < 3; i++) sums[i] = x[i] + x[6 - i], differences[i] = x[i] - x[6 - i];
    y[0] = (sums[0] + sums[1]) + (sums[2] + x[3]);
#pragma clang loop unroll(full)
    for (long u = 1; u < 7; u++) {
        const d8 *s = u % 2 ? differences : sums;
        d8 sum = s[0] * matrix[7 * u] + (s[1] * matrix[7 * u + 1] + s[2] * matrix[7 * u + 2]);
        // The cosine there is cos(πu/2).
        if (u % 2 == 0) sum = u % 4 ? sum - x[3] : sum + x[3];
        y[u] = sum;
    }
}

// The last level and what is below it, in registers.
INLINED void bottom_fourteen(const d8 *restrict x, long size, const double *cosines, const double *matrix, d8 *restrict y) {
    for (long start = 0; start < size; start += 14) {
        d8 halves[14], done[14];
#pragma clang loop unroll(full)
        for (long i = 0; i < 7; i++) {
            const d8 a = x[start + i], b = x[start + 13 - i];
            halves[i] = a + b, halves[7 + i] = (a - b) * cosines[i];
        }
        bottom_seven(halves, matrix, done);
        bottom_seven(halves + 7, matrix, done + 7);
        d8 odd = done[7] * 0.5;
#pragma clang loop unroll(full)
        for (long k = 0; k < 7; k++) {
            if (k > 0) odd = done[7 + k] - odd;
            y[start + 2 * k] = done[k], y[start + 2 * k + 1] = odd;
        }
    }
}

// Transposes eight rows of eight after a factor for each: v[l][u] becomes from[u][l] · scale[u].
INLINED void turn(const d8 *from, const double *scale, d8 v[8]) {
    d8 a[8], b[8];
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i += 2) {
        const d8 x = from[i] * scale[i], y = from[i + 1] * scale[i + 1];
        a[i] = __builtin_shufflevector(x, y, 0, 8, 2, 10, 4, 12, 6, 14);
        a[i + 1] = __builtin_shufflevector(x, y, 1, 9, 3, 11, 5, 13, 7, 15);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i += 4)
#pragma clang loop unroll(full)
        for (int j = 0; j < 2; j++) {
            b[i + j] = __builtin_shufflevector(a[i + j], a[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            b[i + j + 2] = __builtin_shufflevector(a[i + j], a[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        v[i] = __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        v[i + 4] = __builtin_shufflevector(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

// Where the coefficients of eight lines go, each line's by itself, `step` numbers from line to line.
typedef struct {
    float *floats;
    double *doubles;
    long step, lines;
    const double *scale;
} target;

// `count` coefficients from `first` on; eight, or what is left.
INLINED void store(const target *t, long first, long count, const d8 *x) {
    if (count == 8 && t->lines == 8) {
        d8 v[8];
        turn(x, t->scale + first, v);
#pragma clang loop unroll(full)
        for (long l = 0; l < 8; l++)
            if (t->floats)
                *(v8 *)(t->floats + l * t->step + first) = __builtin_convertvector(v[l], v8);
            else
                *(d8 *)(t->doubles + l * t->step + first) = v[l];
        return;
    }
    for (long l = 0; l < t->lines; l++)
        for (long i = 0; i < count; i++) {
            const double value = x[i][l] * t->scale[first + i];
            if (t->floats)
                t->floats[l * t->step + first + i] = (float)value;
            else
                t->doubles[l * t->step + first + i] = value;
        }
}

// Two levels back in one pass.
INLINED void merge_twice(const d8 *restrict y, long n, d8 *restrict x) {
    const long quarter = n / 4;
    d8 first = y[quarter] * 0.5, second = y[3 * quarter] * 0.5, odd = y[2 * quarter] * 0.5;
    for (long k = 0;;) {
        x[4 * k] = y[k], x[4 * k + 1] = odd, x[4 * k + 2] = first;
        odd = second - odd;
        x[4 * k + 3] = odd;
        if (++k == quarter) break;
        first = y[quarter + k] - first;
        second = y[3 * quarter + k] - second;
        odd = y[2 * quarter + k] - odd;
    }
}

// Transforms eight lines, using `a` and `b` [size].
INLINED void transform(long size, const assay_cosines *table, const source *in, d8 *a, d8 *b, const target *t) {
    const double *cosines = table->cosines, *matrix = table->matrix;
    const long base = table->base;
    d8 *from = a, *to = b;
#define NEXT()                                                                                                                \
    do {                                                                                                                      \
        d8 *const other = from;                                                                                               \
        from = to, to = other;                                                                                                \
    } while (0)
    long n = size;
    if (n >= 4 * base) {
        split_twice(in, n, cosines, from);
        cosines += n / 2 + n / 4, n /= 4;
    } else
        for (long i = 0; i < size; i++) load(in, i, &from[i]);
    for (; n >= 4 * base; cosines += n / 2 + n / 4, n /= 4) {
        for (long start = 0; start < size; start += n) {
            const source part = {0, (const double *)(from + start), 8};
            split_twice(&part, n, cosines, to + start);
        }
        NEXT();
    }
    const int isSingle = n > base;
    if (isSingle && base == 7)
        bottom_fourteen(from, size, cosines, matrix, to);
    else {
        if (isSingle) {
            for (long start = 0; start < size; start += n) split(from + start, n, cosines, to + start);
            NEXT();
        }
        if (matrix)
            bottom(from, size, base, matrix, to);
        else
            bottom_large(from, size, base, table->wave, to);
        if (isSingle) {
            NEXT();
            for (long start = 0; start < size; start += n) merge(from + start, n, to + start);
        }
    }
    NEXT();
    for (n *= 4; n <= size; n *= 4) {
        for (long start = 0; start < size; start += n) merge_twice(from + start, n, to + start);
        NEXT();
    }
#undef NEXT
    for (long u = 0; u < size; u += 8) store(t, u, size - u < 8 ? size - u : 8, from + u);
}

INLINED void plane_transform(const float *plane, long height, long width, const assay_cosines *vertical, const assay_cosines *horizontal,
                             double *work, float *out) {
    const long line = (height + 7) & ~7L, longest = height > width ? height : width;
    // From a cache line's start, or every vector would lie in two.
    d8 *a = (d8 *)(((uintptr_t)work + 63) & ~(uintptr_t)63), *b = a + longest, *gathered = b + longest;
    work = (double *)(gathered + longest);
    // Down the columns; the result is kept turned, [x][u], so that both passes run along whole vectors.
    for (long x = 0; x < width; x += 8) {
        const long lanes = width - x < 8 ? width - x : 8;
        source in = {plane + x, 0, width};
        if (lanes < 8) {
            memset(gathered, 0, (size_t)height * sizeof(d8));
            for (long y = 0; y < height; y++)
                for (long l = 0; l < lanes; l++) gathered[y][l] = (double)plane[y * width + x + l];
            in = (source){0, (const double *)gathered, 8};
        }
        const target to = {0, work + x * line, line, lanes, vertical->scale};
        transform(height, vertical, &in, a, b, &to);
    }
    for (long u = 0; u < height; u += 8) {
        const long lanes = height - u < 8 ? height - u : 8;
        // Lanes beyond the height hold nothing and go nowhere.
        const source in = {0, work + u, line};
        const target to = {out + u * width, 0, width, lanes, horizontal->scale};
        transform(width, horizontal, &in, a, b, &to);
    }
}

size_t assay_cosine_transform_work(long height, long width) {
    return (size_t)(width * ((height + 7) & ~7L) + 24 * (height > width ? height : width) + 8);
}

CLONES(assay_cosine_transform,
       (const float *plane, long height, long width, const assay_cosines *vertical, const assay_cosines *horizontal, double *work,
        float *out),
       (plane, height, width, vertical, horizontal, work, out),
       plane_transform(plane, height, width, vertical, horizontal, work, out))

INLINED void inverse_transform(const float *restrict coefficients, long size, const float *restrict matrix, float *restrict work,
                               float *restrict out) {
    memset(work, 0, (size_t)(size * size) * sizeof(float));
    memset(out, 0, (size_t)(size * size) * sizeof(float));
    // work[y][v] = Σ matrix[u][y]·X[u][v], then out[y][x] = Σ work[y][v]·matrix[v][x].
    for (long u = 0; u < size; u++)
        for (long y = 0; y < size; y++)
            for (long v = 0; v < size; v++) work[y * size + v] += matrix[u * size + y] * coefficients[u * size + v];
    for (long y = 0; y < size; y++)
        for (long v = 0; v < size; v++)
            for (long x = 0; x < size; x++) out[y * size + x] += work[y * size + v] * matrix[v * size + x];
}

CLONES(assay_inverse_cosine_transform,
       (const float *coefficients, long size, const float *matrix, float *work, float *out),
       (coefficients, size, matrix, work, out), inverse_transform(coefficients, size, matrix, work, out))
