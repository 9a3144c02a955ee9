// The way back through pooling, activation and batch normalisation: sums over the gradient, then the gradient of the map.
#include "CKernels.h"
#include "clones.h"

// Row y of the gradient before the pooling, made in `row` from the pooled one.
INLINED const float *spread(const float *gradient, const uint8_t *winner, long y, long width, long size, int pooling, float *row) {
    const long w = width / size;
    if (pooling == ASSAY_NO_POOLING) return gradient + y * width;
    const float *g = gradient + y / size * w;
    if (pooling == ASSAY_AVERAGE) {
        const float share = 1.0f / (float)(size * size);
        if (size == 2)
            for (long x = 0; x < w; x++) row[2 * x] = row[2 * x + 1] = g[x] * 0.25f;
        else
            for (long x = 0; x < w * size; x++) row[x] = g[x / size] * share;
        return row;
    }
    const uint8_t *own = winner + y / size * w;
    const int first = (int)(y % size * size);
    if (size == 2)
        for (long x = 0; x < w; x++) {
            row[2 * x] = own[x] == first ? g[x] : 0;
            row[2 * x + 1] = own[x] == first + 1 ? g[x] : 0;
        }
    else
        for (long x = 0; x < w * size; x++) row[x] = own[x / size] == first + x % size ? g[x / size] : 0;
    return row;
}

INLINED void sums(const float *gradient, const float *planes, long channels, long height, long width, long size, int pooling,
                  const float *scale, const float *shift, int relu, double *sum, double *product) {
    float row[width + 16];
    const long pooled = (height / size) * (width / size);
    for (long c = 0; c < channels; c++, planes += height * width, gradient += pooled) {
        const float a = scale[c], b = shift[c];
        const v16 zero = {};
        v16 vs = {}, vp = {};
        double s = 0, p = 0;
        for (long y = 0; y < height; y++) {
            const float *x = planes + y * width, *g = spread(gradient, 0, y, width, size, pooling, row);
            long i = 0;
            for (; i + 16 <= width; i += 16) {
                const v16 xs = *(const v16 *)(x + i);
                v16 gs = *(const v16 *)(g + i);
                if (relu) gs = MASKED(gs, xs * a + b > zero);
                vs += gs;
                vp += gs * xs;
            }
            for (; i < width; i++)
                if (!relu || x[i] * a + b > 0) s += (double)g[i], p += (double)g[i] * (double)x[i];
            // Summing up lanes takes as long as several vectors of pixels: not after each row.
            if (y % 8 == 7 || y == height - 1) {
                s += total(&vs), p += total(&vp);
                vs = vp = zero;
            }
        }
        sum[c] = s, product[c] = p;
    }
}

CLONES(assay_gradient_sums,
       (const float *gradient, const float *planes, long channels, long height, long width, long size, int pooling,
        const float *scale, const float *shift, int relu, double *sum, double *product),
       (gradient, planes, channels, height, width, size, pooling, scale, shift, relu, sum, product),
       sums(gradient, planes, channels, height, width, size, pooling, scale, shift, relu, sum, product))

INLINED void normalisation_gradient(const float *gradient, const float *planes, const uint8_t *winner, long channels, long height,
                                    long width, long size, int pooling, const float *scale, const float *shift, int relu,
                                    const float *a, const float *b, const float *d, int wasRectified, assay_maps out) {
    float row[width + 16];
    const long pooled = (height / size) * (width / size);
    for (long c = 0; c < channels; c++, planes += height * width, gradient += pooled) {
        const float s = scale[c], t = shift[c], ca = a[c], cb = b[c], cd = d[c];
        const uint8_t *own = winner ? winner + c * pooled : 0;
        for (long y = 0; y < height; y++) {
            const float *x = planes + y * width, *g = spread(gradient, own, y, width, size, pooling, row);
            float *o = out.origin + c * out.plane + y * out.stride;
            if (relu && wasRectified)
                for (long i = 0; i < width; i++) {
                    const float v = (x[i] * s + t > 0 ? g[i] : 0) * ca + x[i] * cb + cd;
                    o[i] = x[i] > 0 ? v : 0;
                }
            else if (relu)
                for (long i = 0; i < width; i++) o[i] = (x[i] * s + t > 0 ? g[i] : 0) * ca + x[i] * cb + cd;
            else if (wasRectified)
                for (long i = 0; i < width; i++) {
                    const float v = g[i] * ca + x[i] * cb + cd;
                    o[i] = x[i] > 0 ? v : 0;
                }
            else
                for (long i = 0; i < width; i++) o[i] = g[i] * ca + x[i] * cb + cd;
        }
    }
}

CLONES(assay_normalisation_gradient,
       (const float *gradient, const float *planes, const uint8_t *winner, long channels, long height, long width, long size,
        int pooling, const float *scale, const float *shift, int relu, const float *a, const float *b, const float *d,
        int wasRectified, assay_maps out),
       (gradient, planes, winner, channels, height, width, size, pooling, scale, shift, relu, a, b, d, wasRectified, out),
       normalisation_gradient(gradient, planes, winner, channels, height, width, size, pooling, scale, shift, relu, a, b, d,
                              wasRectified, out))
