// 3 × 3 and 5 × 5 convolutions by Winograd's F(4 × 4, 3 × 3) and F(2 × 2, 5 × 5) (Lavin and Gray 2016): 36 products where the plain
// sums take 144 and 100.
//
// Both see tiles of 6 × 6 input pixels through the same transform, that of the points 0, 1, −1, 2, −2 and ∞. A group is four tiles
// whose left edges are 4 pixels apart, a unit four groups, one tile in each lane. Two units at a time are transformed, multiplied and
// transformed back while they are in cache. For 5 × 5 kernels, whose tiles give 2 × 2 pixels, the second unit lies 2 pixels to the
// right of the first and fills its gaps.
#include "clones.h"
#include "convolution.h"
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

// G g of `size` numbers that lie `step` apart: the polynomial with these coefficients at the six points, each divided by the
// product of the point's distances to the others.
static void transform_taps(const double *g, long size, long step, double *u) {
    double even[2] = {0, 0}, odd[2] = {0, 0}, power[2] = {1, 1};
    for (long i = 0; i < size; i++)
        for (int p = 0; p < 2; p++) {
            *(i % 2 ? &odd[p] : &even[p]) += power[p] * g[i * step];
            power[p] *= p + 1;
        }
    u[0] = g[0] / 4;
    u[1] = -(even[0] + odd[0]) / 6;
    u[2] = -(even[0] - odd[0]) / 6;
    u[3] = (even[1] + odd[1]) / 24;
    u[4] = (even[1] - odd[1]) / 24;
    u[5] = g[(size - 1) * step];
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

// One call: what the loops need of it. `pooled` is constant wherever the code depends on it.
typedef struct {
    assay_maps in, out;
    long height, width;
    const float *packed, *bias;
    int relu, pooled;
    float *work;
} call;

// The unit that begins with group `first` of `count`; where there are not four more, the last one fills the lanes.
INLINED void place(unit *u, long first, long count, long columns, long size, const call *c) {
    const long shrunk = c->pooled ? 2 : 1;
    for (long g = 0; g < GROUPS; g++) {
        const long group = first + g < count ? first + g : count - 1;
        const long y = group / columns * tile_side(size), x = group % columns * 16;
        // The last group of a row overlaps the one before.
        const long left = x > c->width - 16 ? c->width - 16 : x;
        u->in[g] = c->in.origin + (y - size / 2) * c->in.stride + left - size / 2;
        u->out[g] = c->out.origin + y / shrunk * c->out.stride + left / shrunk;
    }
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
            const float *y = m + i * TILES, bias = c->bias ? c->bias[i] : 0;
            v16 o[4][4];
            if (side == 2) {
                for (int n = 0; n < 2; n++) transform_tile(2, y + 16 * n, spread(rows), &o[0][2 * n], 4);
                finish(o, 2, bias, c->relu);
                store_rows(o, 2, &units[0], i * c->out.plane, c->out.stride);
                continue;
            }
            for (int n = 0; n < vectors; n++) {
                transform_tile(4, y + 16 * n, spread(rows), &o[0][0], 4);
                finish(o, 4, bias, c->relu);
                if (c->pooled)
                    store_averages(o, &units[n], i * c->out.plane, c->out.stride);
                else
                    store_rows(o, 4, &units[n], i * c->out.plane, c->out.stride);
            }
        }
    }
}

INLINED void winograd_by(int wide, const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                         const float *bias, int relu, int pooled, float *work, assay_maps out) {
    call c = {in, out, height, width, packed, bias, relu, 0, work};
    if (f->size == 5)
        winograd(wide, 5, f, &c);
    else if (!pooled)
        winograd(wide, 3, f, &c);
    else {
        c.pooled = 1;
        winograd(wide, 3, f, &c);
    }
}

CLONES(convolve_winograd,
       (const assay_filter *f, assay_maps in, long height, long width, const float *packed, const float *bias, int relu,
        int pooled, float *work, assay_maps out),
       (f, in, height, width, packed, bias, relu, pooled, work, out),
       winograd_by(level == ASSAY_AVX512, f, in, height, width, packed, bias, relu, pooled, work, out))
