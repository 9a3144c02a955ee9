// Non-overlapping pooling windows and their gradients.
#include "CKernels.h"
#include "clones.h"

CLONED void assay_average_pool(const float *planes, long channels, long height, long width, long size, float *out) {
    const long w = width / size, h = height / size;
    const float scale = 1.0f / (float)(size * size);
    for (long c = 0; c < channels; c++, planes += height * width)
        for (long y = 0; y < h; y++, out += w) {
            const float *row = planes + y * size * width;
            if (size == 2)
                for (long x = 0; x < w; x++)
                    out[x] = ((row[2 * x] + row[2 * x + 1]) + (row[width + 2 * x] + row[width + 2 * x + 1])) * 0.25f;
            else
                for (long x = 0; x < w; x++) {
                    float sum = 0;
                    for (long dy = 0; dy < size; dy++)
                        for (long dx = 0; dx < size; dx++) sum += row[dy * width + x * size + dx];
                    out[x] = sum * scale;
                }
        }
}

CLONED void assay_average_pool_gradient(const float *gradient, long channels, long height, long width, long size, float *dx) {
    const long w = width / size;
    const float scale = 1.0f / (float)(size * size);
    for (long c = 0; c < channels; c++, gradient += (height / size) * w)
        for (long y = 0; y < height; y++, dx += width) {
            const float *row = gradient + (y / size) * w;
            if (size == 2)
                for (long x = 0; x < w; x++) dx[2 * x] = dx[2 * x + 1] = row[x] * 0.25f;
            else
                for (long x = 0; x < width; x++) dx[x] = row[x / size] * scale;
        }
}

// 2 × 2 windows without branches, so that the compiler can widen the loop. The first of equal values wins, as below.
INLINED void max_pool_pairs(const float *planes, long channels, long height, long width, float *out, int32_t *index) {
    const long w = width / 2, h = height / 2;
    for (long c = 0; c < channels; c++, planes += height * width)
        for (long y = 0; y < h; y++, out += w, index += w) {
            const float *p = planes + 2 * y * width, *q = p + width;
            const int32_t start = (int32_t)(2 * y * width);
            for (int32_t x = 0; x < (int32_t)w; x++) {
                const int32_t first = start + 2 * x, second = first + (int32_t)width;
                const float upper = p[2 * x + 1] > p[2 * x] ? p[2 * x + 1] : p[2 * x];
                const float lower = q[2 * x + 1] > q[2 * x] ? q[2 * x + 1] : q[2 * x];
                const int32_t above = first + (p[2 * x + 1] > p[2 * x]), below = second + (q[2 * x + 1] > q[2 * x]);
                out[x] = lower > upper ? lower : upper;
                index[x] = lower > upper ? below : above;
            }
        }
}

CLONED void assay_max_pool(const float *planes, long channels, long height, long width, long size, float *out, int32_t *index) {
    if (size == 2) {
        max_pool_pairs(planes, channels, height, width, out, index);
        return;
    }
    const long w = width / size, h = height / size;
    for (long c = 0; c < channels; c++, planes += height * width)
        for (long y = 0; y < h; y++)
            for (long x = 0; x < w; x++) {
                long best = y * size * width + x * size;
                for (long dy = 0; dy < size; dy++)
                    for (long dx = 0; dx < size; dx++) {
                        const long i = (y * size + dy) * width + x * size + dx;
                        best = planes[i] > planes[best] ? i : best;
                    }
                *out++ = planes[best];
                *index++ = (int32_t)best;
            }
}

CLONED void assay_max_pool_gradient(const float *gradient, const int32_t *index, long channels, long height, long width, long size,
                                    float *dx) {
    const long outputs = (height / size) * (width / size), area = height * width;
    for (long c = 0; c < channels; c++, dx += area, gradient += outputs, index += outputs) {
        for (long i = 0; i < area; i++) dx[i] = 0;
        for (long i = 0; i < outputs; i++) dx[index[i]] = gradient[i];
    }
}
