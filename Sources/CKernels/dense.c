// Products of a large matrix with a few vectors, which wait for memory more than for arithmetic.
#include "CKernels.h"
#include "clones.h"

// Columns of the matrix that are taken at a time: four rows of them stay in the first-level cache for all vectors.
enum { columns = 2048 };

// Four rows times one vector, two accumulators each, so that the machine always has several loads under way.
INLINED void four_rows(const float *const w[4], long rows, const float *x, long count, float *y) {
    v16 a[4][2] = {};
    long i = 0;
    for (; i + 32 <= count; i += 32) {
        const v16 first = *(const v16 *)(x + i), second = *(const v16 *)(x + i + 16);
        for (long r = 0; r < 4; r++) {
            a[r][0] += first * *(const v16 *)(w[r] + i);
            a[r][1] += second * *(const v16 *)(w[r] + i + 16);
        }
    }
    for (long r = 0; r < rows; r++) {
        const v16 both = a[r][0] + a[r][1];
        double sum = total(&both);
        for (long j = i; j < count; j++) sum += (double)(x[j] * w[r][j]);
        y[r] += (float)sum;
    }
}

// An image's sums are taken in the same order whatever else is in the batch.
INLINED void multiply(const float *weight, long first, long end, long inputs, const float *x, long images, float *y, long outputs) {
    for (long start = 0; start < inputs; start += columns) {
        const long count = inputs - start < columns ? inputs - start : columns;
        for (long o = first; o < end; o += 4) {
            const long rows = end - o < 4 ? end - o : 4;
            const float *w[4];
            for (long r = 0; r < 4; r++) w[r] = weight + (o + (r < rows ? r : rows - 1)) * inputs + start;
            for (long image = 0; image < images; image++)
                four_rows(w, rows, x + image * inputs + start, count, y + image * outputs + o);
        }
    }
}

CLONES(assay_multiply,
       (const float *weight, long first, long end, long inputs, const float *x, long images, float *y, long outputs),
       (weight, first, end, inputs, x, images, y, outputs), multiply(weight, first, end, inputs, x, images, y, outputs))
