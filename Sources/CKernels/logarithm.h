// The logarithm that the features take of every number, sixteen at a time.
#ifndef ASSAY_LOGARITHM_H
#define ASSAY_LOGARITHM_H

#include "clones.h"

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

// The last lanes may lie behind the end.
INLINED void load_lanes(const float *x, long lanes, v16 *v) {
    if (lanes >= 16)
        *v = *(const v16 *)x;
    else
        for (long l = 0; l < 16; l++) (*v)[l] = l < lanes ? x[l] : 0;
}

INLINED void store_lanes(const v16 *v, long lanes, float *y) {
    if (lanes >= 16)
        *(v16 *)y = *v;
    else
        for (long l = 0; l < lanes; l++) y[l] = (*v)[l];
}

// ln(|x| + epsilon) + offset.
INLINED void log_magnitude(v16 *x, float epsilon, float offset) {
    *x = (v16)((i16)*x & 0x7fffffff) + epsilon;
    logarithm(x);
    *x += offset;
}

#endif
