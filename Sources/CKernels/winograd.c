// 3 × 3 convolution by Winograd's F(4 × 4, 3 × 3) (Lavin and Gray 2016): 36 products where the plain sum takes 144.
//
// The map is cut into tiles of 4 × 4 output pixels, which see 6 × 6 input pixels; a group is four tiles side by side, a unit four
// groups, one tile in each lane. Up to two units at a time are transformed, multiplied and transformed back while they are in cache.
#include "clones.h"
#include "convolution.h"

enum { SIDE = 6, PLACES = SIDE * SIDE, GROUPS = 4, TILES = 32 };

// Floats from place to place in a matrix of so many rows; the 16 keep the places out of each other's cache sets.
INLINED long spread(long rows) { return rows * TILES + 16; }

INLINED long rounded(long cout) { return (cout + 3) & ~3L; }

// With fewer channels the transforms cost what the products save.
static int is_made_for(const assay_filter *f) { return f->size == 3 && f->dilation == 1 && f->cin * f->cout >= 32; }

int winograd_fits(const assay_filter *f, long height, long width) {
    return is_made_for(f) && width >= 16 && width % 4 == 0 && height % 4 == 0;
}

size_t winograd_work(const assay_filter *f) { return (size_t)(PLACES * (spread(f->cin) + spread(rounded(f->cout)))); }

size_t winograd_packed_size(const assay_filter *f) {
    return is_made_for(f) ? (size_t)(PLACES * rounded(f->cout) * f->cin) : 0;
}

// G g of three numbers that lie `step` apart.
static void transform_taps(const double *g, long step, double *u) {
    const double a = g[0], b = g[step], c = g[2 * step];
    u[0] = a / 4;
    u[1] = -(a + b + c) / 6;
    u[2] = -(a - b + c) / 6;
    u[3] = (a + 2 * b + 4 * c) / 24;
    u[4] = (a - 2 * b + 4 * c) / 24;
    u[5] = c;
}

// G g Gᵀ of one kernel, turned by 180° if asked for.
static void transform_kernel(const float *weight, int turned, double u[PLACES]) {
    double g[9], rows[3 * SIDE];
    for (int t = 0; t < 9; t++) g[t] = (double)weight[turned ? 8 - t : t];
    for (int y = 0; y < 3; y++) transform_taps(g + 3 * y, 1, rows + SIDE * y);
    for (int x = 0; x < SIDE; x++) {
        double column[SIDE];
        transform_taps(rows + x, SIDE, column);
        for (int y = 0; y < SIDE; y++) u[SIDE * y + x] = column[y];
    }
}

// [36][cout/4][cin][4], cout rounded up.
void pack_winograd(const float *weight, const assay_filter *f, int turned, float *packed) {
    if (!is_made_for(f)) return;
    const long rows = rounded(f->cout);
    for (long o = 0; o < rows; o++)
        for (long i = 0; i < f->cin; i++) {
            double u[PLACES] = {0};
            if (o < f->cout) transform_kernel(weight + (turned ? i * f->cout + o : o * f->cin + i) * 9, turned, u);
            for (int p = 0; p < PLACES; p++) packed[((p * (rows / 4) + o / 4) * f->cin + i) * 4 + o % 4] = (float)u[p];
        }
}

// Where a unit's groups lie.
typedef struct {
    const float *in[GROUPS];
    float *out[GROUPS];
} unit;

// Transposes the 4 × 4 numbers that have the same quarter of the four vectors: lane 4q + g of vector j becomes lane 4q + j of g.
INLINED void transpose(v16 v[4]) {
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define FIRST(a, b) __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define SECOND(a, b) __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
    const v16 a = LOW(v[0], v[1]), b = LOW(v[2], v[3]), c = HIGH(v[0], v[1]), d = HIGH(v[2], v[3]);
    v[0] = FIRST(a, b), v[1] = SECOND(a, b), v[2] = FIRST(c, d), v[3] = SECOND(c, d);
}

// Bᵀ d.
INLINED void transform_six(const v16 d[SIDE], v16 v[SIDE]) {
    const v16 a = d[4] - 4 * d[2], b = d[3] - 4 * d[1], c = d[4] - d[2], e = d[3] - d[1];
    v[0] = 4 * d[0] - 5 * d[2] + d[4];
    v[1] = a + b;
    v[2] = a - b;
    v[3] = c + 2 * e;
    v[4] = c - 2 * e;
    v[5] = 4 * d[1] - 5 * d[3] + d[5];
}

// Bᵀ d B of a unit's tiles in one channel, to v[place].
INLINED void transform_input(const unit *u, long channel, long stride, float *v, long step) {
    v16 rows[SIDE][SIDE];
#pragma clang loop unroll(full)
    for (int y = 0; y < SIDE; y++) {
        v16 d[8];
#pragma clang loop unroll(full)
        for (int g = 0; g < GROUPS; g++) {
            const float *p = u->in[g] + channel + y * stride;
            d[g] = *(const v16 *)p;
            d[4 + g] = *(const v16 *)(p + 4);
        }
        transpose(d);
        const v16 a = LOW(d[4], d[5]), b = LOW(d[6], d[7]);
        d[4] = FIRST(a, b), d[5] = SECOND(a, b);
        transform_six(d, rows[y]);
    }
#pragma clang loop unroll(full)
    for (int x = 0; x < SIDE; x++) {
        v16 d[SIDE], t[SIDE];
#pragma clang loop unroll(full)
        for (int y = 0; y < SIDE; y++) d[y] = rows[y][x];
        transform_six(d, t);
#pragma clang loop unroll(full)
        for (int y = 0; y < SIDE; y++) *(v16 *)(v + (SIDE * y + x) * step) = t[y];
    }
}

// Aᵀ m.
INLINED void transform_four(const v16 m[SIDE], v16 o[4]) {
    const v16 a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
    o[0] = m[0] + a + c;
    o[1] = b + 2 * d;
    o[2] = a + 4 * c;
    o[3] = b + 8 * d + m[5];
}

// Aᵀ m A of one output plane, with the bias and the ReLU, to a unit's pixels.
INLINED void transform_output(const float *m, long step, float bias, int relu, const unit *u, long channel, long stride) {
    v16 rows[4][SIDE];
#pragma clang loop unroll(full)
    for (int x = 0; x < SIDE; x++) {
        v16 column[SIDE], t[4];
#pragma clang loop unroll(full)
        for (int y = 0; y < SIDE; y++) column[y] = *(const v16 *)(m + (SIDE * y + x) * step);
        transform_four(column, t);
#pragma clang loop unroll(full)
        for (int y = 0; y < 4; y++) rows[y][x] = t[y];
    }
#pragma clang loop unroll(full)
    for (int y = 0; y < 4; y++) {
        v16 o[4];
        const v16 zero = {};
        transform_four(rows[y], o);
#pragma clang loop unroll(full)
        for (int x = 0; x < 4; x++) {
            o[x] += bias;
            if (relu) o[x] = MASKED(o[x], o[x] > zero);
        }
        transpose(o);
#pragma clang loop unroll(full)
        for (int g = 0; g < GROUPS; g++) *(v16 *)(u->out[g] + channel + y * stride) = o[g];
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

// The unit that begins with group `first` of `count`; where there are not four more, the last one fills the lanes.
INLINED void place(unit *u, long first, long count, long columns, long width, assay_maps in, assay_maps out) {
    for (long g = 0; g < GROUPS; g++) {
        const long group = first + g < count ? first + g : count - 1, y = group / columns * 4, x = group % columns * 16;
        // The last group of a row overlaps the one before.
        const long left = x > width - 16 ? width - 16 : x;
        u->in[g] = in.origin + (y - 1) * in.stride + left - 1;
        u->out[g] = out.origin + y * out.stride + left;
    }
}

INLINED void winograd(int wide, const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                      const float *bias, int relu, float *work, assay_maps out) {
    const long rows = rounded(f->cout), columns = (width + 15) / 16, count = columns * (height / 4);
    float *v = work, *m = work + PLACES * spread(f->cin);
    for (long first = 0; first < count; first += 2 * GROUPS) {
        const int vectors = first + GROUPS < count ? 2 : 1;
        unit units[2];
        for (int n = 0; n < vectors; n++) place(&units[n], first + n * GROUPS, count, columns, width, in, out);
        for (long c = 0; c < f->cin; c++)
            for (int n = 0; n < vectors; n++)
                transform_input(&units[n], c * in.plane, in.stride, v + c * TILES + 16 * n, spread(f->cin));
        if (vectors == 2)
            multiply_all(wide, 2, packed, f->cin, rows, v, m);
        else
            multiply_all(wide, 1, packed, f->cin, rows, v, m);
        for (long c = 0; c < f->cout; c++)
            for (int n = 0; n < vectors; n++)
                transform_output(m + c * TILES + 16 * n, spread(rows), bias ? bias[c] : 0, relu, &units[n], c * out.plane,
                                 out.stride);
    }
}

CLONES(convolve_winograd,
       (const assay_filter *f, assay_maps in, long height, long width, const float *packed, const float *bias, int relu,
        float *work, assay_maps out),
       (f, in, height, width, packed, bias, relu, work, out),
       winograd(level == ASSAY_AVX512, f, in, height, width, packed, bias, relu, work, out))
