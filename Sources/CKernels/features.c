// The fixed transforms between pixels and the network's inputs.
#include "CKernels.h"
#include <math.h>
#include "clones.h"

CLONED void assay_rgb_planes(const uint8_t *rgb, long stride, long height, long width, float *planes) {
    const long area = height * width;
    for (long y = 0; y < height; y++, rgb += stride)
        for (long x = 0; x < width; x++)
            for (long c = 0; c < 3; c++) planes[c * area + y * width + x] = (float)rgb[3 * x + c] * (1.0f / 255.0f);
}

CLONED void assay_local_residual(const float *planes, long channels, long height, long width, float gain, float *out) {
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

CLONED void assay_space_to_depth(const float *planes, long channels, long height, long width, float *out) {
    const long h = height / 2, w = width / 2;
    for (long c = 0; c < channels; c++, planes += height * width)
        for (long dy = 0; dy < 2; dy++)
            for (long dx = 0; dx < 2; dx++)
                for (long y = 0; y < h; y++, out += w) {
                    const float *row = planes + (2 * y + dy) * width + dx;
                    for (long x = 0; x < w; x++) out[x] = row[2 * x];
                }
}

CLONED void assay_haar_details(const float *planes, long channels, long height, long width, float gain, float *out) {
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

INLINED long reflected(long i, long n) {
    if (n == 1) return 0;
    const long period = 2 * n - 2;
    i = i < 0 ? -i : i;
    i %= period;
    return i < n ? i : period - i;
}

CLONED void assay_block_dct(const float *plane, long height, long width, long stride, float *out) {
    float basis[8][8];
    for (int u = 0; u < 8; u++)
        for (int x = 0; x < 8; x++)
            basis[u][x] = (float)(cos((2 * x + 1) * u * 3.14159265358979323846 / 16) * (u == 0 ? sqrt(0.125) : 0.5));
    const long h = height / stride, w = width / stride, area = h * w, margin = (8 - stride) / 2;
    for (long by = 0; by < h; by++)
        for (long bx = 0; bx < w; bx++) {
            v8 rows[8], half[8];
            const long y0 = by * stride - margin, x0 = bx * stride - margin;
            for (long y = 0; y < 8; y++) {
                const float *line = plane + reflected(y0 + y, height) * width;
                if (x0 >= 0 && x0 + 8 <= width)
                    rows[y] = *(const v8 *)(line + x0);
                else
                    for (long x = 0; x < 8; x++) rows[y][x] = line[reflected(x0 + x, width)];
            }
            for (int u = 0; u < 8; u++) {
                v8 sum = {};
                for (int y = 0; y < 8; y++) sum += rows[y] * basis[u][y];
                half[u] = sum;
            }
            float *o = out + by * w + bx;
            for (int u = 0; u < 8; u++)
                for (int v = 0; v < 8; v++) {
                    const v8 product = half[u] * *(const v8 *)basis[v];
                    o[(u * 8 + v) * area] = ((product[0] + product[4]) + (product[2] + product[6])) +
                                            ((product[1] + product[5]) + (product[3] + product[7]));
                }
        }
}
