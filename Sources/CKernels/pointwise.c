// Element by element: activations, sums, the optimiser's step and the logarithm. Plain loops that the compiler widens.
#include "CKernels.h"
#include <math.h>
#include "clones.h"

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

INLINED void add(const float *x, long count, float *y) {
    for (long i = 0; i < count; i++) y[i] += x[i];
}

CLONES(assay_add, (const float *x, long count, float *y), (x, count, y), add(x, count, y))

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

// ln for positive normal floats: the argument is split into 2^e · m with m in [√½, √2), and ln(m) is Cephes' logf polynomial
// (Moshier, netlib.org/cephes), whose coefficients these are.
INLINED void logarithm(v16 *x) {
    const i16 bits = (i16)*x;
    i16 exponent = ((bits >> 23) & 0xff) - 126;
    v16 m = (v16)((bits & 0x007fffff) | 0x3f000000);
    const i16 small = m < 0.707106781186547524f;
    exponent += small;  // a true lane is −1
    m = m + MASKED(m, small) - 1.0f;
    const v16 z = m * m, e = __builtin_convertvector(exponent, v16);
    v16 y = m * 7.0376836292e-2f - 1.1514610310e-1f;
    y = y * m + 1.1676998740e-1f;
    y = y * m - 1.2420140846e-1f;
    y = y * m + 1.4249322787e-1f;
    y = y * m - 1.6668057665e-1f;
    y = y * m + 2.0000714765e-1f;
    y = y * m - 2.4999993993e-1f;
    y = y * m + 3.3333331174e-1f;
    y = y * m * z;
    y += e * -2.12194440e-4f;
    y -= z * 0.5f;
    *x = m + y + e * 0.693359375f;
}

INLINED void log_magnitude(const float *x, long count, float epsilon, float *y) {
    long i = 0;
    for (; i < count; i += 16) {
        v16 v = {};
        const long lanes = count - i < 16 ? count - i : 16;
        if (lanes == 16)
            v = *(const v16 *)(x + i);
        else
            for (long l = 0; l < lanes; l++) v[l] = x[i + l];
        v = (v16)((i16)v & 0x7fffffff) + epsilon;
        logarithm(&v);
        if (lanes == 16)
            *(v16 *)(y + i) = v;
        else
            for (long l = 0; l < lanes; l++) y[i + l] = v[l];
    }
}

CLONES(assay_log_magnitude,
       (const float *x, long count, float epsilon, float *y),
       (x, count, epsilon, y), log_magnitude(x, count, epsilon, y))

INLINED void scaled_asinh(const float *x, long count, float gain, float *y) {
    // asinh(x) = sign(x) · ln(|x| + √(x² + 1)). The logarithm works on a block that stays in the first-level cache.
    float argument[256];
    for (long start = 0; start < count; start += 256) {
        const long n = count - start < 256 ? count - start : 256;
        for (long i = 0; i < n; i++) argument[i] = fabsf(x[start + i]) + sqrtf(x[start + i] * x[start + i] + 1);
        for (long i = n; i < ((n + 15) & ~15L); i++) argument[i] = 1;
        for (long i = 0; i < n; i += 16) {
            v16 v = *(const v16 *)(argument + i);
            logarithm(&v);
            *(v16 *)(argument + i) = v;
        }
        for (long i = 0; i < n; i++) y[start + i] = copysignf(gain * argument[i], x[start + i]);
    }
}

CLONES(assay_asinh, (const float *x, long count, float gain, float *y), (x, count, gain, y), scaled_asinh(x, count, gain, y))
