// The fixed transforms between pixels and the network's inputs.
#include "CKernels.h"
#include <math.h>
#include "clones.h"

INLINED void rgb_planes(const uint8_t *rgb, long stride, long height, long width, float *planes) {
    const long area = height * width;
    for (long y = 0; y < height; y++, rgb += stride)
        for (long x = 0; x < width; x++)
            for (long c = 0; c < 3; c++) planes[c * area + y * width + x] = (float)rgb[3 * x + c] * (1.0f / 255.0f);
}

CLONES(assay_rgb_planes,
       (const uint8_t *rgb, long stride, long height, long width, float *planes),
       (rgb, stride, height, width, planes), rgb_planes(rgb, stride, height, width, planes))

INLINED void luminance(const float *planes, long area, float *out) {
    for (long i = 0; i < area; i++) out[i] = 0.299f * planes[i] + 0.587f * planes[area + i] + 0.114f * planes[2 * area + i];
}

CLONES(assay_luminance, (const float *planes, long area, float *out), (planes, area, out), luminance(planes, area, out))

INLINED void scale_offset(const float *x, long count, float scale, float offset, float *out) {
    for (long i = 0; i < count; i++) out[i] = x[i] * scale + offset;
}

CLONES(assay_scale_offset,
       (const float *x, long count, float scale, float offset, float *out),
       (x, count, scale, offset, out), scale_offset(x, count, scale, offset, out))

INLINED void local_residual(const float *planes, long channels, long height, long width, float gain, float *out) {
    for (long c = 0; c < channels; c++, planes += height * width)
        for (long y = 0; y < height; y++, out += width) {
            const float *b = planes + y * width;
            const float *a = y > 0 ? b - width : b, *d = y + 1 < height ? b + width : b;
            for (long x = 1; x + 1 < width; x++) {
                const float sum = ((a[x - 1] + a[x] + a[x + 1]) + (b[x - 1] + b[x] + b[x + 1])) + (d[x - 1] + d[x] + d[x + 1]);
                out[x] = (b[x] - sum * (1.0f / 9.0f)) * gain;
            }
            const long edges[2] = {0, width - 1};
            for (int e = 0; e < 2; e++) {
                const long x = edges[e], l = x > 0 ? x - 1 : 0, r = x + 1 < width ? x + 1 : x;
                const float sum = ((a[l] + a[x] + a[r]) + (b[l] + b[x] + b[r])) + (d[l] + d[x] + d[r]);
                out[x] = (b[x] - sum * (1.0f / 9.0f)) * gain;
            }
        }
}

CLONES(assay_local_residual,
       (const float *planes, long channels, long height, long width, float gain, float *out),
       (planes, channels, height, width, gain, out), local_residual(planes, channels, height, width, gain, out))

INLINED void space_to_depth(const float *planes, long channels, long height, long width, float *out) {
    const long h = height / 2, w = width / 2;
    for (long c = 0; c < channels; c++, planes += height * width)
        for (long dy = 0; dy < 2; dy++)
            for (long dx = 0; dx < 2; dx++)
                for (long y = 0; y < h; y++, out += w) {
                    const float *row = planes + (2 * y + dy) * width + dx;
                    for (long x = 0; x < w; x++) out[x] = row[2 * x];
                }
}

CLONES(assay_space_to_depth,
       (const float *planes, long channels, long height, long width, float *out),
       (planes, channels, height, width, out), space_to_depth(planes, channels, height, width, out))

INLINED void haar_details(const float *planes, long channels, long height, long width, float gain, float *out) {
    const long h = height / 2, w = width / 2, area = h * w;
    const float scale = 0.5f * gain;
    for (long c = 0; c < channels; c++, planes += height * width, out += 3 * area)
        for (long y = 0; y < h; y++) {
            const float *p = planes + 2 * y * width, *q = p + width;
            float *horizontal = out + y * w, *vertical = horizontal + area, *diagonal = vertical + area;
            for (long x = 0; x < w; x++) {
                const float a = p[2 * x], b = p[2 * x + 1], e = q[2 * x], d = q[2 * x + 1];
                horizontal[x] = ((a - b) + (e - d)) * scale;
                vertical[x] = ((a + b) - (e + d)) * scale;
                diagonal[x] = ((a - b) - (e - d)) * scale;
            }
        }
}

CLONES(assay_haar_details,
       (const float *planes, long channels, long height, long width, float gain, float *out),
       (planes, channels, height, width, gain, out), haar_details(planes, channels, height, width, gain, out))

INLINED long reflected(long i, long n) {
    if (n == 1) return 0;
    const long period = 2 * n - 2;
    i = i < 0 ? -i : i;
    i %= period;
    return i < n ? i : period - i;
}

INLINED void block_dct_by(const float *plane, long height, long width, long stride, float *out) {
    float basis[8][8];
    for (int u = 0; u < 8; u++)
        for (int x = 0; x < 8; x++)
            basis[u][x] = (float)(cos((2 * x + 1) * u * 3.14159265358979323846 / 16) * (u == 0 ? sqrt(0.125) : 0.5));
    const long h = height / stride, w = width / stride, area = h * w, margin = (8 - stride) / 2;
    // Columns of blocks whose x has the same remainder by the stride lie together, so that both passes run along rows.
    const long line = w + 8 / stride;
    float vertical[width], phases[stride * line];
    int32_t places[stride * line];
    for (long p = 0; p < stride; p++)
        for (long i = 0; i < line; i++) places[p * line + i] = (int32_t)reflected(i * stride + p - margin, width);
    for (long by = 0; by < h; by++) {
        const float *rows[8];
        for (long y = 0; y < 8; y++) rows[y] = plane + reflected(by * stride - margin + y, height) * width;
        for (int u = 0; u < 8; u++) {
            const float *b = basis[u];
            for (long x = 0; x < width; x++)
                vertical[x] = ((rows[0][x] * b[0] + rows[1][x] * b[1]) + (rows[2][x] * b[2] + rows[3][x] * b[3])) +
                              ((rows[4][x] * b[4] + rows[5][x] * b[5]) + (rows[6][x] * b[6] + rows[7][x] * b[7]));
            for (long i = 0; i < stride * line; i++) phases[i] = vertical[places[i]];
            for (int v = 0; v < 8; v++) {
                float *o = out + (u * 8 + v) * area + by * w;
                for (long i = 0; i < w; i++) {
                    float sum = 0;
                    for (long x = 0; x < 8; x++) sum += basis[v][x] * phases[x % stride * line + x / stride + i];
                    o[i] = sum;
                }
            }
        }
    }
}

// With the stride that the detector uses as a constant.
INLINED void block_dct(const float *plane, long height, long width, long stride, float *out) {
    if (stride == 4)
        block_dct_by(plane, height, width, 4, out);
    else
        block_dct_by(plane, height, width, stride, out);
}

CLONES(assay_block_dct,
       (const float *plane, long height, long width, long stride, float *out),
       (plane, height, width, stride, out), block_dct(plane, height, width, stride, out))
