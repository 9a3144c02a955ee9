// Batch normalisation's two passes each way: sums over planes, then one affine map. Sums run in double over short float runs,
// so that their rounding does not depend on the size of the map.
#include "CKernels.h"
#include "clones.h"

INLINED double total(const v16 *p) {
    const v16 v = *p;
    double sum = 0;
    for (int l = 0; l < 16; l++) sum += (double)v[l];
    return sum;
}

enum { run = 1024 };

CLONED void assay_plane_sums(const float *planes, long channels, long area, double *sum, double *squares) {
    for (long c = 0; c < channels; c++, planes += area) {
        double s = 0, q = 0;
        for (long start = 0; start < area; start += run) {
            const long end = start + run < area ? start + run : area;
            v16 vs = {}, vq = {};
            long i = start;
            for (; i + 16 <= end; i += 16) {
                const v16 v = *(const v16 *)(planes + i);
                vs += v;
                vq += v * v;
            }
            s += total(&vs), q += total(&vq);
            for (; i < end; i++) s += (double)planes[i], q += (double)planes[i] * (double)planes[i];
        }
        sum[c] = s, squares[c] = q;
    }
}

CLONED void assay_plane_totals(const float *planes, long channels, long area, float *sum) {
    for (long c = 0; c < channels; c++, planes += area) {
        v16 v = {};
        double s = 0;
        long i = 0;
        for (; i + 16 <= area; i += 16) v += *(const v16 *)(planes + i);
        s = total(&v);
        for (; i < area; i++) s += (double)planes[i];
        sum[c] += (float)s;
    }
}

CLONED void assay_scale_shift(const float *planes, long channels, long area, const float *scale, const float *shift, int relu,
                              float *out) {
    for (long c = 0; c < channels; c++, planes += area, out += area) {
        const float a = scale[c], b = shift[c];
        const v16 zero = {};
        long i = 0;
        for (; i + 16 <= area; i += 16) {
            v16 v = *(const v16 *)(planes + i) * a + b;
            if (relu) v = MASKED(v, v > zero);
            *(v16 *)(out + i) = v;
        }
        for (; i < area; i++) {
            const float v = planes[i] * a + b;
            out[i] = relu && !(v > 0) ? 0 : v;
        }
    }
}

CLONED void assay_gradient_sums(const float *gradient, const float *planes, const float *output, long channels, long area,
                                double *sum, double *product) {
    for (long c = 0; c < channels; c++, planes += area, gradient += area) {
        double s = 0, p = 0;
        const v16 zero = {};
        for (long start = 0; start < area; start += run) {
            const long end = start + run < area ? start + run : area;
            v16 vs = {}, vp = {};
            long i = start;
            for (; i + 16 <= end; i += 16) {
                v16 g = *(const v16 *)(gradient + i);
                if (output) g = MASKED(g, *(const v16 *)(output + c * area + i) > zero);
                vs += g;
                vp += g * *(const v16 *)(planes + i);
            }
            s += total(&vs), p += total(&vp);
            for (; i < end; i++)
                if (!output || output[c * area + i] > 0) s += (double)gradient[i], p += (double)gradient[i] * (double)planes[i];
        }
        sum[c] = s, product[c] = p;
    }
}

CLONED void assay_normalisation_gradient(const float *gradient, const float *planes, const float *output, long channels,
                                         long area, const float *a, const float *b, const float *d, float *dx) {
    for (long c = 0; c < channels; c++, planes += area, gradient += area, dx += area) {
        const v16 zero = {};
        long i = 0;
        for (; i + 16 <= area; i += 16) {
            v16 g = *(const v16 *)(gradient + i);
            if (output) g = MASKED(g, *(const v16 *)(output + c * area + i) > zero);
            *(v16 *)(dx + i) = g * a[c] + *(const v16 *)(planes + i) * b[c] + d[c];
        }
        for (; i < area; i++) {
            const float g = !output || output[c * area + i] > 0 ? gradient[i] : 0;
            dx[i] = g * a[c] + planes[i] * b[c] + d[c];
        }
    }
}
