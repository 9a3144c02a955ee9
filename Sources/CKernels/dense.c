// Products of a large matrix with one vector, which wait for memory more than for arithmetic.
#include "CKernels.h"
#include "clones.h"

// Four rows at a time, two accumulators each, so that the machine always has several loads under way.
INLINED void rows(const float *weight, long outputs, long inputs, const float *x, float *y) {
    for (long o = 0; o < outputs; o += 4) {
        const float *w[4];
        for (long r = 0; r < 4; r++) w[r] = weight + (o + r < outputs ? o + r : outputs - 1) * inputs;
        v16 a[4][2] = {};
        long i = 0;
        for (; i + 32 <= inputs; i += 32) {
            const v16 first = *(const v16 *)(x + i), second = *(const v16 *)(x + i + 16);
            for (long r = 0; r < 4; r++) {
                a[r][0] += first * *(const v16 *)(w[r] + i);
                a[r][1] += second * *(const v16 *)(w[r] + i + 16);
            }
        }
        for (long r = 0; r < 4 && o + r < outputs; r++) {
            const v16 both = a[r][0] + a[r][1];
            double sum = total(&both);
            for (long j = i; j < inputs; j++) sum += (double)(x[j] * w[r][j]);
            y[o + r] += (float)sum;
        }
    }
}

CLONES(assay_multiply, (const float *weight, long outputs, long inputs, const float *x, float *y),
       (weight, outputs, inputs, x, y), rows(weight, outputs, inputs, x, y))
