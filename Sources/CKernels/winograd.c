// 3 × 3 and 5 × 5 convolutions by Winograd's F(4 × 4, 3 × 3) and F(4 × 4, 5 × 5) (Lavin and Gray 2016): 36 and 64 products where the
// plain sums take 144 and 400. Here is what both need to know of a filter, and its weights.
#include "convolution.h"
#include "winograd.h"

INLINED long places_of(long size) { return side_of(size) * side_of(size); }

// With fewer channels the transforms cost what the products save.
static int fits(const assay_filter *f, long height, long width) {
    return (f->size == 3 || f->size == 5) && f->dilation == 1 && f->cin * f->cout >= 32 && width >= 16 && width % GIVEN == 0 &&
           height % GIVEN == 0;
}

static size_t work_size(const assay_filter *f, long height, long width, int pooling) {
    (void)height, (void)width, (void)pooling;
    return (size_t)(places_of(f->size) * (spread(f->cin) + spread(TOGETHER)));
}

static size_t packed_size(const assay_filter *f) {
    return (size_t)(places_of(f->size) * rounded(f->cout) * f->cin);
}

// G g Gᵀ of four kernels.
INLINED void transform_kernels(const d4 *g, long size, d4 *u) {
    d4 rows[5 * EIGHT];
    const long side = side_of(size);
#pragma clang loop unroll(full)
    for (long y = 0; y < size; y++) transform_taps(g + size * y, size, 1, rows + side * y);
#pragma clang loop unroll(full)
    for (long x = 0; x < side; x++) {
        d4 column[EIGHT];
        transform_taps(rows + x, size, side, column);
#pragma clang loop unroll(full)
        for (long y = 0; y < side; y++) u[side * y + x] = column[y];
    }
}

// [places][cout/4][cin][4], cout rounded up.
INLINED void pack_kernels(long size, const float *weight, const assay_filter *f, int turned, float *packed) {
    const long rows = rounded(f->cout), taps = size * size;
    for (long o = 0; o < rows; o += 4)
        for (long i = 0; i < f->cin; i++) {
            d4 g[25] = {{0}}, u[EIGHT * EIGHT];
            for (long l = 0; l < 4 && o + l < f->cout; l++) {
                const float *kernel = weight + (turned ? i * f->cout + o + l : (o + l) * f->cin + i) * taps;
                // Turned by 180° if asked for.
#pragma clang loop unroll(full)
                for (long t = 0; t < taps; t++) g[t][l] = (double)kernel[turned ? taps - 1 - t : t];
            }
            transform_kernels(g, size, u);
            float *to = packed + (o / 4 * f->cin + i) * 4;
            for (long p = 0; p < places_of(size); p++) *(v4 *)(to + p * rows * f->cin) = __builtin_convertvector(u[p], v4);
        }
}

// What a network that has just been loaded waits for.
CLONES(pack_for_tiles, (const float *weight, const assay_filter *f, int turned, float *packed), (weight, f, turned, packed),
       f->size == 3 ? pack_kernels(3, weight, f, turned, packed) : pack_kernels(5, weight, f, turned, packed))

static void convolve(const assay_filter *f, assay_maps in, long height, long width, const float *packed, const assay_finish *finish,
                     float *work, assay_maps out) {
    (f->size == 3 ? convolve_winograd_six : convolve_winograd_eight)(f, in, height, width, packed, finish, work, out);
}

const convolution tile_convolution = {fits, packed_size, pack_for_tiles, work_size, convolve, 0};
