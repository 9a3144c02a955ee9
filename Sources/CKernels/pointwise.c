// Element by element: activations, sums, the optimiser's step and the logarithm. Plain loops that the compiler widens.
#include "CKernels.h"
#include <math.h>
#include <string.h>
#include "clones.h"
#include "logarithm.h"

INLINED void leaky_relu(const float *x, long count, float slope, float *out) {
    for (long i = 0; i < count; i++) out[i] = x[i] > 0 ? x[i] : slope * x[i];
}

CLONES(assay_leaky_relu,
       (const float *x, long count, float slope, float *out),
       (x, count, slope, out), leaky_relu(x, count, slope, out))

INLINED void leaky_relu_gradient(const float *gradient, const float *output, long count, float slope, float *dx) {
    for (long i = 0; i < count; i++) dx[i] = output[i] > 0 ? gradient[i] : slope * gradient[i];
}

CLONES(assay_leaky_relu_gradient,
       (const float *gradient, const float *output, long count, float slope, float *dx),
       (gradient, output, count, slope, dx), leaky_relu_gradient(gradient, output, count, slope, dx))

int assay_all_finite(const void *values, long count) {
    uint32_t infinite = 0;
    for (long i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, (const char *)values + 4 * i, 4);
        infinite |= (bits & 0x7f800000) == 0x7f800000;
    }
    return !infinite;
}

INLINED void add(const float *x, long count, float *y) {
    for (long i = 0; i < count; i++) y[i] += x[i];
}

CLONES(assay_add, (const float *x, long count, float *y), (x, count, y), add(x, count, y))

INLINED void sum(const float *a, const float *b, long count, float *out) {
    for (long i = 0; i < count; i++) out[i] = a[i] + b[i];
}

CLONES(assay_sum, (const float *a, const float *b, long count, float *out), (a, b, count, out), sum(a, b, count, out))

INLINED void add_scaled(const float *x, long count, float factor, long stride, long offset, float *out) {
    for (long i = 0; i < count; i++) out[i * stride + offset] += x[i] * factor;
}

CLONES(assay_add_scaled, (const float *x, long count, float factor, long stride, long offset, float *out),
       (x, count, factor, stride, offset, out), add_scaled(x, count, factor, stride, offset, out))

INLINED void scale(float *y, long count, float factor) {
    for (long i = 0; i < count; i++) y[i] *= factor;
}

CLONES(assay_scale, (float *y, long count, float factor), (y, count, factor), scale(y, count, factor))

INLINED void adam(float *value, const float *gradient, float *mean, float *variance, long count, float rate, float beta1, float
    beta2, float epsilon, float decay) {
    for (long i = 0; i < count; i++) {
        const float g = gradient[i];
        mean[i] = beta1 * mean[i] + (1 - beta1) * g;
        variance[i] = beta2 * variance[i] + (1 - beta2) * g * g;
        value[i] -= rate * mean[i] / (sqrtf(variance[i]) + epsilon) + decay * value[i];
    }
}

CLONES(assay_adam,
       (float *value, const float *gradient, float *mean, float *variance, long count, float rate, float beta1, float beta2, float
        epsilon, float decay),
       (value, gradient, mean, variance, count, rate, beta1, beta2, epsilon, decay), adam(value, gradient, mean, variance, count,
        rate, beta1, beta2, epsilon, decay))

INLINED void log_magnitudes(const float *x, long count, float epsilon, float offset, float *y) {
    for (long i = 0; i < count; i += 16) {
        v16 v;
        load_lanes(x + i, count - i, &v);
        log_magnitude(&v, epsilon, offset);
        store_lanes(&v, count - i, y + i);
    }
}

CLONES(assay_log_magnitude,
       (const float *x, long count, float epsilon, float offset, float *y),
       (x, count, epsilon, offset, y), log_magnitudes(x, count, epsilon, offset, y))

// asinh(x) = sign(x) · ln(|x| + √(x² + 1)).
INLINED void scaled_asinh(const float *x, long count, float gain, float *y) {
    for (long i = 0; i < count; i += 16) {
        v16 v, r;
        load_lanes(x + i, count - i, &v);
        r = (v16)((i16)v & 0x7fffffff) + __builtin_elementwise_sqrt(v * v + 1);
        logarithm(&r, 0);
        r = (v16)((i16)(r * gain) | ((i16)v & INT32_MIN));
        store_lanes(&r, count - i, y + i);
    }
}

CLONES(assay_asinh, (const float *x, long count, float gain, float *y), (x, count, gain, y), scaled_asinh(x, count, gain, y))
