// The fixed transforms between pixels and the network's inputs.
#include "CKernels.h"
#include <math.h>
#include "clones.h"
#include "logarithm.h"

INLINED void rgb_planes(const uint8_t *rgb, long stride, long height, long width, float *planes) {
    const long area = height * width;
    for (long y = 0; y < height; y++, rgb += stride)
        for (long x = 0; x < width; x++)
            for (long c = 0; c < 3; c++) planes[c * area + y * width + x] = (float)rgb[3 * x + c] * (1.0f / 255.0f);
}

CLONES(assay_rgb_planes,
       (const uint8_t *rgb, long stride, long height, long width, float *planes),
       (rgb, stride, height, width, planes), rgb_planes(rgb, stride, height, width, planes))

// The bytes that differ first, which no stride keeps from being compared many at once.
INLINED void equal_neighbours(const uint8_t *rgb, long stride, long height, long pairs, long *equal) {
    uint8_t changes[3 * pairs];
    long found = 0;
    for (long y = 0; y < height; y++, rgb += stride) {
        for (long i = 0; i < 3 * pairs; i++) changes[i] = rgb[i] ^ rgb[i + 3];
        int row = 0;
        for (long x = 0; x < pairs; x++) row += (changes[3 * x] | changes[3 * x + 1] | changes[3 * x + 2]) == 0;
        found += row;
    }
    *equal = found;
}

CLONES(assay_equal_neighbours,
       (const uint8_t *rgb, long stride, long height, long pairs, long *equal),
       (rgb, stride, height, pairs, equal), equal_neighbours(rgb, stride, height, pairs, equal))

INLINED void absolute_sum(const float *x, long count, double *sum) {
    v16 sums = {0};
    long i = 0;
    for (; i + 16 <= count; i += 16) {
        const v16 v = *(const v16 *)(x + i);
        // Without the sign.
        sums += (v16)((i16)v & 0x7fffffff);
    }
    double rest = total(&sums);
    for (; i < count; i++) rest += (double)fabsf(x[i]);
    *sum = rest;
}

CLONES(assay_absolute_sum, (const float *x, long count, double *sum), (x, count, sum), absolute_sum(x, count, sum))

INLINED void weighted_plane(const uint8_t *rgb, long stride, long height, long width, float red, float green, float blue, float *plane) {
    for (long y = 0; y < height; y++, rgb += stride, plane += width)
        for (long x = 0; x < width; x++)
            plane[x] = red * (float)rgb[3 * x] + green * (float)rgb[3 * x + 1] + blue * (float)rgb[3 * x + 2];
}

CLONES(assay_weighted_plane,
       (const uint8_t *rgb, long stride, long height, long width, float red, float green, float blue, float *plane),
       (rgb, stride, height, width, red, green, blue, plane), weighted_plane(rgb, stride, height, width, red, green, blue, plane))

INLINED void luminance(const float *planes, long area, float *out) {
    for (long i = 0; i < area; i++) out[i] = 0.299f * planes[i] + 0.587f * planes[area + i] + 0.114f * planes[2 * area + i];
}

CLONES(assay_luminance, (const float *planes, long area, float *out), (planes, area, out), luminance(planes, area, out))

INLINED void scale_offset(const float *x, long count, float scale, float offset, float *out) {
    // `out` may be `x`, but nothing in between.
#pragma clang loop vectorize(assume_safety)
    for (long i = 0; i < count; i++) out[i] = x[i] * scale + offset;
}

CLONES(assay_scale_offset,
       (const float *x, long count, float scale, float offset, float *out),
       (x, count, scale, offset, out), scale_offset(x, count, scale, offset, out))

INLINED void local_residual(const float *planes, long channels, long height, long width, float gain, float *out) {
    float columns[width + 2];
    for (long c = 0; c < channels; c++, planes += height * width)
        for (long y = 0; y < height; y++, out += width) {
            const float *b = planes + y * width;
            const float *a = y > 0 ? b - width : b, *d = y + 1 < height ? b + width : b;
            for (long x = 0; x < width; x++) columns[x + 1] = a[x] + b[x] + d[x];
            columns[0] = columns[1], columns[width + 1] = columns[width];
            for (long x = 0; x < width; x++)
                out[x] = (b[x] - (columns[x] + columns[x + 1] + columns[x + 2]) * (1.0f / 9.0f)) * gain;
        }
}

CLONES(assay_local_residual,
       (const float *planes, long channels, long height, long width, float gain, float *out),
       (planes, channels, height, width, gain, out), local_residual(planes, channels, height, width, gain, out))

INLINED float least(float a, float b) { return a < b ? a : b; }
INLINED float greatest(float a, float b) { return a < b ? b : a; }
INLINED float middle(float a, float b, float c) { return greatest(least(a, b), least(greatest(a, b), c)); }

// The median of nine is the middle of three: the greatest of the columns' least, the middle of their middles, the least of their
// greatest (Smith 1996).
INLINED void median_residual(const float *planes, long channels, long height, long width, float gain, float *out) {
    float low[width + 2], half[width + 2], high[width + 2];
    for (long c = 0; c < channels; c++, planes += height * width)
        for (long y = 0; y < height; y++, out += width) {
            const float *b = planes + y * width;
            const float *a = y > 0 ? b - width : b, *d = y + 1 < height ? b + width : b;
            for (long x = 0; x < width; x++) {
                low[x + 1] = least(least(a[x], b[x]), d[x]);
                half[x + 1] = middle(a[x], b[x], d[x]);
                high[x + 1] = greatest(greatest(a[x], b[x]), d[x]);
            }
            low[0] = low[1], half[0] = half[1], high[0] = high[1];
            low[width + 1] = low[width], half[width + 1] = half[width], high[width + 1] = high[width];
            for (long x = 0; x < width; x++) {
                const float median = middle(greatest(greatest(low[x], low[x + 1]), low[x + 2]),
                                            middle(half[x], half[x + 1], half[x + 2]),
                                            least(least(high[x], high[x + 1]), high[x + 2]));
                out[x] = (b[x] - median) * gain;
            }
        }
}

CLONES(assay_median_residual,
       (const float *planes, long channels, long height, long width, float gain, float *out),
       (planes, channels, height, width, gain, out), median_residual(planes, channels, height, width, gain, out))

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

// `n` is a constant wherever this is inlined.
INLINED void block_spectra_by(const int n, const float *plane, long height, long width, long stride, float epsilon, float offset,
                              float *out) {
    float basis[n][n];
    for (int u = 0; u < n; u++)
        for (int x = 0; x < n; x++)
            basis[u][x] = (float)(cos((2 * x + 1) * u * 3.14159265358979323846 / (2 * n)) * sqrt((u == 0 ? 1.0 : 2.0) / n));
    const long h = height / stride, w = width / stride, area = h * w, margin = (n - stride) / 2;
    // Columns whose x has the same remainder by the stride lie together, so that both passes run along rows.
    const long line = w + n / stride;
    float mirrored[2][n / 2][width], padded[stride * line], phases[stride][line + 16];
    // What lies left of the plane and right of it.
    const long after = stride * line - margin - width;
    long left[margin + 1], right[after + 1];
    for (long x = 0; x < margin; x++) left[x] = reflected(x - margin, width);
    for (long x = 0; x < after; x++) right[x] = reflected(width + x, width);
    for (long by = 0; by < h; by++) {
        // Rows that mirror each other have the same weight, or the opposite one.
        for (long y = 0; y < n / 2; y++) {
            const float *a = plane + reflected(by * stride - margin + y, height) * width;
            const float *b = plane + reflected(by * stride - margin + n - 1 - y, height) * width;
            for (long x = 0; x < width; x++) mirrored[0][y][x] = a[x] + b[x], mirrored[1][y][x] = a[x] - b[x];
        }
        for (int u = 0; u < n; u++) {
            float(*m)[width] = mirrored[u % 2], *vertical = padded + margin;
            const float *b = basis[u];
            for (long x = 0; x < width; x++) {
                float sum = m[0][x] * b[0] + m[1][x] * b[1];
                for (int y = 2; y < n / 2; y += 2) sum += m[y][x] * b[y] + m[y + 1][x] * b[y + 1];
                vertical[x] = sum;
            }
            for (long x = 0; x < margin; x++) padded[x] = vertical[left[x]];
            for (long x = 0; x < after; x++) vertical[width + x] = vertical[right[x]];
            for (long i = 0; i < line; i++)
                for (long p = 0; p < stride; p++) phases[p][i] = padded[i * stride + p];
            for (long i = 0; i < w; i += 16) {
                v16 m[2][n / 2];
                for (long x = 0; x < n / 2; x++) {
                    const v16 a = *(const v16 *)&phases[x % stride][i + x / stride];
                    const v16 b = *(const v16 *)&phases[(n - 1 - x) % stride][i + (n - 1 - x) / stride];
                    m[0][x] = a + b, m[1][x] = a - b;
                }
                for (int v = 0; v < n; v++) {
                    const v16 *s = m[v % 2];
                    v16 c = s[0] * basis[v][0] + s[1] * basis[v][1];
                    for (int x = 2; x < n / 2; x += 2) c += s[x] * basis[v][x] + s[x + 1] * basis[v][x + 1];
                    log_magnitude(&c, epsilon, offset);
                    store_lanes(&c, w - i, out + (u * n + v) * area + by * w + i);
                }
            }
        }
    }
}

// With the size and stride that the shipped detector uses as constants.
INLINED void block_spectra(const float *plane, long height, long width, long size, long stride, float epsilon, float offset,
                           float *out) {
    if (size == 8 && stride == 4)
        block_spectra_by(8, plane, height, width, 4, epsilon, offset, out);
    else if (size == 8)
        block_spectra_by(8, plane, height, width, stride, epsilon, offset, out);
    else
        block_spectra_by(16, plane, height, width, stride, epsilon, offset, out);
}

CLONES(assay_block_spectra,
       (const float *plane, long height, long width, long size, long stride, float epsilon, float offset, float *out),
       (plane, height, width, size, stride, epsilon, offset, out),
       block_spectra(plane, height, width, size, stride, epsilon, offset, out))
