// Batch normalisation's passes each way, joined with the pooling that follows it, so that the full map is read as seldom as can
// be. Sums run in double over short float runs, so that their rounding does not depend on the size of the map.
#include "CKernels.h"
#include "clones.h"

enum { run = 1024 };

INLINED void plane_sums(const float *planes, long channels, long area, double *sum, double *squares) {
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

CLONES(assay_plane_sums, (const float *planes, long channels, long area, double *sum, double *squares),
       (planes, channels, area, sum, squares), plane_sums(planes, channels, area, sum, squares))

INLINED void plane_totals(assay_maps maps, long channels, long height, long width, float *sum) {
    for (long c = 0; c < channels; c++, maps.origin += maps.plane) {
        v16 v = {};
        double s = 0;
        for (long y = 0; y < height; y++) {
            const float *row = maps.origin + y * maps.stride;
            long x = 0;
            for (; x + 16 <= width; x += 16) v += *(const v16 *)(row + x);
            for (; x < width; x++) s += (double)row[x];
        }
        sum[c] += (float)(s + total(&v));
    }
}

CLONES(assay_plane_totals, (assay_maps maps, long channels, long height, long width, float *total),
       (maps, channels, height, width, total), plane_totals(maps, channels, height, width, total))

INLINED void scale_shift(const float *planes, long channels, long area, const float *scale, const float *shift, int relu,
                         float *out) {
    for (long c = 0; c < channels; c++, planes += area, out += area) {
        const float a = scale[c], b = shift[c];
        if (relu)
            for (long i = 0; i < area; i++) out[i] = planes[i] * a + b > 0 ? planes[i] * a + b : 0;
        else
            for (long i = 0; i < area; i++) out[i] = planes[i] * a + b;
    }
}

CLONES(assay_scale_shift,
       (const float *planes, long channels, long area, const float *scale, const float *shift, int relu, float *out),
       (planes, channels, area, scale, shift, relu, out), scale_shift(planes, channels, area, scale, shift, relu, out))

INLINED float rectified(float v, int relu) { return relu && !(v > 0) ? 0 : v; }

INLINED void average(const float *planes, long channels, long height, long width, long size, const float *scale,
                     const float *shift, int relu, float *out, float *kept) {
    const long w = width / size, h = height / size;
    const float share = 1.0f / (float)(size * size);
    for (long c = 0; c < channels; c++, planes += height * width) {
        const float a = scale[c], b = shift[c];
        for (long y = 0; y < h; y++, out += w, kept += w) {
            const float *p = planes + y * size * width, *q = p + width;
            if (size == 2 && !relu)
                for (long x = 0; x < w; x++) {
                    const float mean = ((p[2 * x] + p[2 * x + 1]) + (q[2 * x] + q[2 * x + 1])) * 0.25f;
                    kept[x] = mean;
                    out[x] = mean * a + b;
                }
            else if (size == 2)
                for (long x = 0; x < w; x++)
                    out[x] = ((rectified(p[2 * x] * a + b, 1) + rectified(p[2 * x + 1] * a + b, 1)) +
                              (rectified(q[2 * x] * a + b, 1) + rectified(q[2 * x + 1] * a + b, 1))) * 0.25f;
            else
                for (long x = 0; x < w; x++) {
                    float sum = 0, raw = 0;
                    for (long dy = 0; dy < size; dy++)
                        for (long dx = 0; dx < size; dx++) {
                            const float v = p[dy * width + x * size + dx];
                            raw += v;
                            sum += rectified(v * a + b, relu);
                        }
                    kept[x] = raw * share;
                    out[x] = sum * share;
                }
        }
    }
}

CLONES(assay_normalise_average,
       (const float *planes, long channels, long height, long width, long size, const float *scale, const float *shift, int relu,
        float *out, float *kept),
       (planes, channels, height, width, size, scale, shift, relu, out, kept),
       average(planes, channels, height, width, size, scale, shift, relu, out, kept))

// The first of equal values wins. Where the scale is negative, the smallest value has the largest image.
INLINED void maximum(const float *planes, long channels, long height, long width, long size, const float *scale,
                     const float *shift, int relu, float *out, float *kept, uint8_t *winner) {
    const long w = width / size, h = height / size;
    for (long c = 0; c < channels; c++, planes += height * width) {
        const float a = scale[c], b = shift[c], sign = a < 0 ? -1.0f : 1.0f;
        for (long y = 0; y < h; y++, out += w, kept += w, winner += w) {
            const float *p = planes + y * size * width, *q = p + width;
            if (size == 2)
                for (long x = 0; x < w; x++) {
                    const float p0 = p[2 * x] * sign, p1 = p[2 * x + 1] * sign, q0 = q[2 * x] * sign, q1 = q[2 * x + 1] * sign;
                    const float upper = p1 > p0 ? p1 : p0, lower = q1 > q0 ? q1 : q0;
                    const int above = p1 > p0, below = 2 + (q1 > q0);
                    const float best = (lower > upper ? lower : upper) * sign;
                    winner[x] = (uint8_t)(lower > upper ? below : above);
                    kept[x] = best;
                    out[x] = rectified(best * a + b, relu);
                }
            else
                for (long x = 0; x < w; x++) {
                    long best = 0;
                    float value = p[x * size] * sign;
                    for (long i = 1; i < size * size; i++) {
                        const float v = p[i / size * width + x * size + i % size] * sign;
                        if (v > value) value = v, best = i;
                    }
                    winner[x] = (uint8_t)best;
                    kept[x] = value * sign;
                    out[x] = rectified(value * sign * a + b, relu);
                }
        }
    }
}

CLONES(assay_normalise_maximum,
       (const float *planes, long channels, long height, long width, long size, const float *scale, const float *shift, int relu,
        float *out, float *kept, uint8_t *winner),
       (planes, channels, height, width, size, scale, shift, relu, out, kept, winner),
       maximum(planes, channels, height, width, size, scale, shift, relu, out, kept, winner))
