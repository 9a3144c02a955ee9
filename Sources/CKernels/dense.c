// Products of a large matrix with a few vectors, which wait for memory more than for arithmetic.
#include "CKernels.h"
#include "clones.h"

// Columns of the matrix that are taken at a time: what the vectors have there stays in the second-level cache for all rows.
// And how far ahead rows are asked for: hardware does not see that they go on where a page ends.
enum { columns = 4096, ahead = 256 };

// Four rows times `images` vectors that lie `step` floats apart, added to the numbers at `y`, `outputs` apart. An image's sums
// are taken in the same order whatever their number.
INLINED void four_rows(long images, const float *const w[4], long rows, const float *x, long step, long count, float *y, long
    outputs) {
    v16 a[4][4] = {};
    long i = 0;
    for (; i + 16 <= count; i += 16) {
        v16 v[4];
#pragma clang loop unroll(full)
        for (long n = 0; n < images; n++) v[n] = *(const v16 *)(x + n * step + i);
#pragma clang loop unroll(full)
        for (long r = 0; r < 4; r++) {
            const v16 weight = *(const v16 *)(w[r] + i);
            __builtin_prefetch(w[r] + i + ahead);
#pragma clang loop unroll(full)
            for (long n = 0; n < images; n++) a[r][n] += v[n] * weight;
        }
    }
    for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (long n = 0; n < images; n++) {
            double sum = total(&a[r][n]);
            for (long j = i; j < count; j++) sum += (double)(x[n * step + j] * w[r][j]);
            y[n * outputs + r] += (float)sum;
        }
}

INLINED void multiply(int wide, const float *weight, long first, long end, long inputs, const float *x, long images, float *y,
                      long outputs) {
    for (long start = 0; start < inputs; start += columns) {
        const long count = inputs - start < columns ? inputs - start : columns;
        for (long o = first; o < end; o += 4) {
            const long rows = end - o < 4 ? end - o : 4;
            const float *w[4];
            for (long r = 0; r < 4; r++) w[r] = weight + (o + (r < rows ? r : rows - 1)) * inputs + start;
            long image = 0;
            if (wide)
                for (; image + 4 <= images; image += 4)
                    four_rows(4, w, rows, x + image * inputs + start, inputs, count, y + image * outputs + o, outputs);
            for (; image + 2 <= images; image += 2)
                four_rows(2, w, rows, x + image * inputs + start, inputs, count, y + image * outputs + o, outputs);
            if (image < images) four_rows(1, w, rows, x + image * inputs + start, inputs, count, y + image * outputs + o, outputs);
        }
    }
}

CLONES(assay_multiply,
       (const float *weight, long first, long end, long inputs, const float *x, long images, float *y, long outputs),
       (weight, first, end, inputs, x, images, y, outputs),
       multiply(level == ASSAY_AVX512, weight, first, end, inputs, x, images, y, outputs))
