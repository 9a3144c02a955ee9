// 3 × 3 and 5 × 5 convolutions by Winograd's F(4 × 4, 3 × 3) and F(2 × 2, 5 × 5) (Lavin and Gray 2016): 36 products where the plain
// sums take 144 and 100.
//
// Both see tiles of 6 × 6 input pixels through the same transform, that of the points 0, 1, −1, 2, −2 and ∞. A group is four tiles
// whose left edges are 4 pixels apart, a unit four groups, one tile in each lane. Two units at a time are transformed, multiplied and
// transformed back while they are in cache. For 5 × 5 kernels, whose tiles give 2 × 2 pixels, the second unit lies 2 pixels to the
// right of the first and fills its gaps.
#include "clones.h"
#include "convolution.h"
#include "finish.h"
#include "winograd.h"

enum { TILES = 32 };

// Floats from place to place in a matrix of so many rows; the 16 keep the places out of each other's cache sets.
INLINED long spread(long rows) { return rows * TILES + 16; }

INLINED long rounded(long cout) { return (cout + 3) & ~3L; }

// With fewer channels the transforms cost what the products save.
static int is_made_for(const assay_filter *f) {
    return (f->size == 3 || f->size == 5) && f->dilation == 1 && f->cin * f->cout >= 32;
}

int winograd_fits(const assay_filter *f, long height, long width) {
    return is_made_for(f) && width >= 16 && width % 4 == 0 && height % tile_side(f->size) == 0;
}

size_t winograd_work(const assay_filter *f) { return (size_t)(PLACES * (spread(f->cin) + spread(rounded(f->cout)))); }

size_t winograd_packed_size(const assay_filter *f) {
    return is_made_for(f) ? (size_t)(PLACES * rounded(f->cout) * f->cin) : 0;
}

// G g Gᵀ of one kernel, turned by 180° if asked for.
static void transform_kernel(const float *weight, long size, int turned, double u[PLACES]) {
    double g[25], rows[5 * SIDE];
    const long taps = size * size;
    for (long t = 0; t < taps; t++) g[t] = (double)weight[turned ? taps - 1 - t : t];
    for (long y = 0; y < size; y++) transform_taps(g + size * y, size, 1, rows + SIDE * y);
    for (long x = 0; x < SIDE; x++) {
        double column[SIDE];
        transform_taps(rows + x, size, SIDE, column);
        for (long y = 0; y < SIDE; y++) u[SIDE * y + x] = column[y];
    }
}

// [36][cout/4][cin][4], cout rounded up.
void pack_winograd(const float *weight, const assay_filter *f, int turned, float *packed) {
    if (!is_made_for(f)) return;
    const long rows = rounded(f->cout);
    for (long o = 0; o < rows; o++)
        for (long i = 0; i < f->cin; i++) {
            double u[PLACES] = {0};
            const float *kernel = weight + (turned ? i * f->cout + o : o * f->cin + i) * f->size * f->size;
            if (o < f->cout) transform_kernel(kernel, f->size, turned, u);
            for (int p = 0; p < PLACES; p++) packed[((p * (rows / 4) + o / 4) * f->cin + i) * 4 + o % 4] = (float)u[p];
        }
}

// `blocks` × 4 outputs × `vectors` × 16 tiles at one place: M = U V.
INLINED void multiply(int blocks, int vectors, const float *u, long cin, const float *v, float *m) {
    v16 a[2][4][2] = {};
    for (long i = 0; i < cin; i++, v += TILES, u += 4) {
        v16 x[2];
#pragma clang loop unroll(full)
        for (int n = 0; n < vectors; n++) x[n] = *(const v16 *)(v + 16 * n);
#pragma clang loop unroll(full)
        for (int b = 0; b < blocks; b++)
#pragma clang loop unroll(full)
            for (int o = 0; o < 4; o++)
#pragma clang loop unroll(full)
                for (int n = 0; n < vectors; n++) a[b][o][n] += x[n] * u[b * 4 * cin + o];
    }
#pragma clang loop unroll(full)
    for (int b = 0; b < blocks; b++)
#pragma clang loop unroll(full)
        for (int o = 0; o < 4; o++)
#pragma clang loop unroll(full)
            for (int n = 0; n < vectors; n++) *(v16 *)(m + (4 * b + o) * TILES + 16 * n) = a[b][o][n];
}

INLINED void multiply_all(int wide, int vectors, const float *packed, long cin, long rows, const float *v, float *m) {
    for (long p = 0; p < PLACES; p++, packed += rows * cin, v += spread(cin), m += spread(rows)) {
        long o = 0;
        if (wide)
            for (; o + 8 <= rows; o += 8) multiply(2, vectors, packed + o * cin, cin, v, m + o * TILES);
        for (; o < rows; o += 4) {
            if (wide)
                multiply(1, vectors, packed + o * cin, cin, v, m + o * TILES);
            else
                for (int n = 0; n < vectors; n++) multiply(1, 1, packed + o * cin, cin, v + 16 * n, m + o * TILES + 16 * n);
        }
    }
}

// One call: what the loops need of it. `pools` is constant wherever the code depends on it.
typedef struct {
    assay_maps in, out;
    long height, width;
    const float *packed;
    const assay_finish *finish;
    int pools;
    float *work;
} call;

// The unit that begins with group `first` of `count`; where there are not four more, the last one fills the lanes.
INLINED void place(unit *u, long first, long count, long columns, long size, const call *c) {
    const long shrunk = c->pools ? 2 : 1;
    for (long g = 0; g < GROUPS; g++) {
        const long group = first + g < count ? first + g : count - 1;
        const long y = group / columns * tile_side(size), x = group % columns * 16;
        // The last group of a row overlaps the one before.
        const long left = x > c->width - 16 ? c->width - 16 : x;
        u->in[g] = c->in.origin + (y - size / 2) * c->in.stride + left - size / 2;
        u->out[g] = c->out.origin + y / shrunk * c->out.stride + left / shrunk;
    }
}

// What is left to do with the pixels of four vectors across, and their way to memory.
INLINED void store(v16 o[4][4], long side, const call *c, long channel, const unit *u) {
    const ending e = ending_of(c->finish, channel);
    add_bias(o, side, bias_of(c->finish, channel, channel + 1), c->finish->relu);
    const long plane = channel * c->out.plane;
    if (!c->pools) {
        if (c->finish->scale) scale_shift(o, side, &e);
        store_rows(o, side, u, plane, c->out.stride);
    } else if (e.pooling == ASSAY_AVERAGE)
        store_pooled(o, side, &e, ASSAY_AVERAGE, u, plane, c->out.stride);
    else if (e.pooling == ASSAY_MAXIMUM)
        store_pooled(o, side, &e, ASSAY_MAXIMUM, u, plane, c->out.stride);
    else
        store_pooled(o, side, &e, MINIMUM, u, plane, c->out.stride);
}

INLINED void winograd(int wide, long size, const assay_filter *f, const call *c) {
    const long side = tile_side(size), rows = rounded(f->cout);
    const long columns = (c->width + 15) / 16, count = columns * (c->height / side);
    float *v = c->work, *m = c->work + PLACES * spread(f->cin);
    for (long first = 0; first < count; first += side == 4 ? 2 * GROUPS : GROUPS) {
        const int vectors = side == 4 && first + GROUPS >= count ? 1 : 2;
        unit units[2];
        place(&units[0], first, count, columns, size, c);
        if (side == 4)
            place(&units[1], first + GROUPS, count, columns, size, c);
        else
            for (int g = 0; g < GROUPS; g++) units[1].in[g] = units[0].in[g] + side;
        for (long i = 0; i < f->cin; i++)
            for (int n = 0; n < vectors; n++)
                transform_input(&units[n], i * c->in.plane, c->in.stride, v + i * TILES + 16 * n, spread(f->cin));
        if (vectors == 2)
            multiply_all(wide, 2, c->packed, f->cin, rows, v, m);
        else
            multiply_all(wide, 1, c->packed, f->cin, rows, v, m);
        for (long i = 0; i < f->cout; i++) {
            const float *y = m + i * TILES;
            v16 o[4][4];
            if (side == 2) {
                for (int n = 0; n < 2; n++) transform_tile(2, y + 16 * n, spread(rows), &o[0][2 * n], 4);
                store(o, 2, c, i, &units[0]);
                continue;
            }
            for (int n = 0; n < vectors; n++) {
                transform_tile(4, y + 16 * n, spread(rows), &o[0][0], 4);
                store(o, 4, c, i, &units[n]);
            }
        }
    }
}

INLINED void winograd_by(int wide, const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                         const assay_finish *finish, float *work, assay_maps out) {
    call c = {in, out, height, width, packed, finish, 0, work};
    if (finish->pooling == ASSAY_NO_POOLING) {
        if (f->size == 5)
            winograd(wide, 5, f, &c);
        else
            winograd(wide, 3, f, &c);
    } else {
        c.pools = 1;
        if (f->size == 5)
            winograd(wide, 5, f, &c);
        else
            winograd(wide, 3, f, &c);
    }
}

CLONES(convolve_winograd,
       (const assay_filter *f, assay_maps in, long height, long width, const float *packed, const assay_finish *finish, float *work,
        assay_maps out),
       (f, in, height, width, packed, finish, work, out),
       winograd_by(level == ASSAY_AVX512, f, in, height, width, packed, finish, work, out))
