// Maps in memory: dense, or with a border of zeros that spares the convolution every question about edges.
#include <string.h>
#include "CKernels.h"
#include "clones.h"

static long bordered_stride(long width, long border) { return ((width + 15) & ~15L) + 2 * border; }

size_t assay_bordered_size(long channels, long height, long width, long border) {
    return (size_t)(channels * (height + 2 * border) * bordered_stride(width, border) + 64);
}

assay_maps assay_bordered_maps(float *memory, long height, long width, long border) {
    const long stride = bordered_stride(width, border);
    return (assay_maps){memory + border * (stride + 1), stride, (height + 2 * border) * stride};
}

assay_maps assay_dense_maps(float *planes, long height, long width) { return (assay_maps){planes, width, height * width}; }

void assay_clear_border(assay_maps maps, long channels, long height, long width, long border) {
    const long before = border * (maps.stride + 1), beside = maps.stride - width;
    if (beside == 0) return;
    for (long c = 0; c < channels; c++, maps.origin += maps.plane) {
        memset(maps.origin - before, 0, (size_t)before * sizeof(float));
        // From the end of one row to the first pixel below it, then to the end of the plane.
        for (long y = 0; y < height; y++)
            memset(maps.origin + y * maps.stride + width, 0, (size_t)beside * sizeof(float));
        memset(maps.origin + height * maps.stride, 0, (size_t)(border * (maps.stride - 1)) * sizeof(float));
    }
}

// From front to back, whole vectors at a time: what reaches too far is overwritten by what follows.
INLINED void border_planes(const float *planes, long channels, long height, long width, long border, assay_maps to) {
    const long before = border * (to.stride + 1), beside = to.stride - width, after = border * (to.stride - 1);
    const v16 zero = {};
    for (long c = 0; c < channels; c++, to.origin += to.plane) {
        float *out = to.origin - before;
        for (long i = 0; i < before; i += 16) *(v16 *)(out + i) = zero;
        out += before;
        for (long y = 0; y < height; y++, planes += width, out += to.stride) {
            for (long x = 0; x < width; x += 16) *(v16 *)(out + x) = *(const v16 *)(planes + x);
            // Mostly a few floats, for which a loop would call memset.
            *(v16 *)(out + width) = zero;
            if (beside > 16) memset(out + width + 16, 0, (size_t)(beside - 16) * sizeof(float));
        }
        for (long i = 0; i < after; i += 16) *(v16 *)(out + i) = zero;
    }
}

CLONES(assay_border_planes, (const float *planes, long channels, long height, long width, long border, assay_maps to),
       (planes, channels, height, width, border, to), border_planes(planes, channels, height, width, border, to))

void assay_copy_maps(assay_maps from, long channels, long height, long width, assay_maps to) {
    for (long c = 0; c < channels; c++)
        for (long y = 0; y < height; y++)
            memcpy(to.origin + c * to.plane + y * to.stride, from.origin + c * from.plane + y * from.stride,
                   (size_t)width * sizeof(float));
}

INLINED void mask_maps(assay_maps reference, long channels, long height, long width, assay_maps maps) {
    for (long c = 0; c < channels; c++)
        for (long y = 0; y < height; y++) {
            const float *r = reference.origin + c * reference.plane + y * reference.stride;
            float *m = maps.origin + c * maps.plane + y * maps.stride;
            for (long x = 0; x < width; x++) m[x] = r[x] > 0 ? m[x] : 0;
        }
}

CLONES(assay_mask_maps, (assay_maps reference, long channels, long height, long width, assay_maps maps),
       (reference, channels, height, width, maps), mask_maps(reference, channels, height, width, maps))
