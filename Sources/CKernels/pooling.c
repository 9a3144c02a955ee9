// Average pooling over windows that do not overlap, with its gradient, and pooling over whole planes.
#include "CKernels.h"
#include "clones.h"

INLINED void average_pool(const float *planes, long channels, long height, long width, long size, float *out) {
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

CLONES(assay_average_pool,
       (const float *planes, long channels, long height, long width, long size, float *out),
       (planes, channels, height, width, size, out), average_pool(planes, channels, height, width, size, out))

INLINED void average_pool_gradient(const float *gradient, long channels, long height, long width, long size, float *dx) {
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

CLONES(assay_average_pool_gradient,
       (const float *gradient, long channels, long height, long width, long size, float *dx),
       (gradient, channels, height, width, size, dx), average_pool_gradient(gradient, channels, height, width, size, dx))

INLINED void global_pool(const float *planes, long channels, long area, float *mean, float *maximum) {
    for (long c = 0; c < channels; c++, planes += area) {
        v16 sum = {}, best = (v16){} + planes[0];
        long i = 0;
        for (; i + 16 <= area; i += 16) {
            const v16 v = *(const v16 *)(planes + i);
            sum += v;
            best = __builtin_elementwise_max(best, v);
        }
        double all = total(&sum);
        float top = best[0];
        for (long l = 1; l < 16; l++) top = best[l] > top ? best[l] : top;
        for (; i < area; i++) all += (double)planes[i], top = planes[i] > top ? planes[i] : top;
        mean[c] = (float)(all / (double)area);
        maximum[c] = top;
    }
}

CLONES(assay_global_pool, (const float *planes, long channels, long area, float *mean, float *maximum),
       (planes, channels, area, mean, maximum), global_pool(planes, channels, area, mean, maximum))
