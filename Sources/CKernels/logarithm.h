// The logarithm that the features take of every number, sixteen at a time.
#ifndef ASSAY_LOGARITHM_H
#define ASSAY_LOGARITHM_H

#include "clones.h"

// x = ln(x) + offset for positive normal floats: x is split into 2^e · m with m in [√½, √2), and ln(m) / (m − 1) is the polynomial of
// degree 8 that is nearest there (weighted least squares over Chebyshev nodes, iterated towards equal errors; largest 2.6e-8).
INLINED void logarithm(v16 *x, float offset) {
    const int32_t lowest = 0x3f3504f3;  // √½
    const i16 bits = (i16)*x, exponent = (bits - lowest) >> 23;
    const v16 m = (v16)(bits - (exponent << 23)) - 1.0f;
    v16 y = m * 8.959918469e-2f - 1.448218822e-1f;
    y = y * m + 1.491737664e-1f;
    y = y * m - 1.654373705e-1f;
    y = y * m + 1.995841712e-1f;
    y = y * m - 2.500294745e-1f;
    y = y * m + 3.333415985e-1f;
    y = y * m - 4.999997914e-1f;
    y = y * m + 1.0f;
    *x = y * m + (__builtin_convertvector(exponent, v16) * 0.693147180559945f + offset);
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
    logarithm(x, offset);
}

#endif
