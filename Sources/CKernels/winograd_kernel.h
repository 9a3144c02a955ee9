// Winograd's convolution with tiles of one size, for winograd_six.c and winograd_eight.c, which define SIDE, what a tile sees, and
// `transform_line` and `transform_back`, the transforms of a line of it. One function holds one size only: what the compiler makes
// of either gets slower beside the other.
//
// A unit of sixteen tiles is transformed, and then multiplied and transformed back for eight outputs at a time: the less lies in between,
// the more of it stays in near caches.
#include "convolution.h"
#include "winograd_tiles.h"

// Bᵀ d B of a unit's tiles in one channel, to v[place].
INLINED void transform_input(const unit *u, long channel, long stride, float *v, long step) {
    v16 rows[SIDE][SIDE];
#pragma clang loop unroll(full)
    for (int y = 0; y < SIDE; y++) {
        v16 d[SIDE];
        load_row(u, y, channel, stride, d);
        transform_line(d, rows[y]);
    }
#pragma clang loop unroll(full)
    for (int x = 0; x < SIDE; x++) {
        v16 d[SIDE], t[SIDE];
#pragma clang loop unroll(full)
        for (int y = 0; y < SIDE; y++) d[y] = rows[y][x];
        transform_line(d, t);
#pragma clang loop unroll(full)
        for (int y = 0; y < SIDE; y++) *(v16 *)(v + (SIDE * y + x) * step) = t[y];
    }
}

// Aᵀ m A of one output plane.
INLINED void transform_tile(const float *m, long step, v16 o[GIVEN][GIVEN]) {
    v16 rows[GIVEN][SIDE];
#pragma clang loop unroll(full)
    for (int x = 0; x < SIDE; x++) {
        v16 column[SIDE], t[GIVEN];
#pragma clang loop unroll(full)
        for (int y = 0; y < SIDE; y++) column[y] = *(const v16 *)(m + (SIDE * y + x) * step);
        transform_back(column, t);
#pragma clang loop unroll(full)
        for (int y = 0; y < GIVEN; y++) rows[y][x] = t[y];
    }
#pragma clang loop unroll(full)
    for (int y = 0; y < GIVEN; y++) transform_back(rows[y], o[y]);
}

// The bias, and a ReLU after it.
INLINED void add_bias(v16 o[GIVEN][GIVEN], float bias, int relu) {
#pragma clang loop unroll(full)
    for (int y = 0; y < GIVEN; y++)
#pragma clang loop unroll(full)
        for (int x = 0; x < GIVEN; x++) {
            o[y][x] += bias;
            if (relu) o[y][x] = RECTIFIED(o[y][x]);
        }
}

INLINED void scale_shift(v16 o[GIVEN][GIVEN], const ending *e) {
#pragma clang loop unroll(full)
    for (int y = 0; y < GIVEN; y++)
#pragma clang loop unroll(full)
        for (int x = 0; x < GIVEN; x++) o[y][x] = o[y][x] * e->scale + e->shift;
}

// `blocks` × 4 outputs of a unit at one place: M = U V.
INLINED void multiply(int blocks, const float *u, long cin, const float *v, float *m) {
    v16 a[2][4] = {};
    for (long i = 0; i < cin; i++, v += TILES, u += 4) {
        const v16 x = *(const v16 *)v;
#pragma clang loop unroll(full)
        for (int b = 0; b < blocks; b++)
#pragma clang loop unroll(full)
            for (int o = 0; o < 4; o++) a[b][o] += x * u[b * 4 * cin + o];
    }
#pragma clang loop unroll(full)
    for (int b = 0; b < blocks; b++)
#pragma clang loop unroll(full)
        for (int o = 0; o < 4; o++) *(v16 *)(m + (4 * b + o) * TILES) = a[b][o];
}

// At all places; AVX2 has registers for four outputs at a time.
INLINED void multiply_all(int wide, int blocks, const float *packed, long cin, long rows, const float *v, float *m) {
    for (long p = 0; p < SIDE * SIDE; p++, packed += rows * cin, v += spread(cin), m += spread(TOGETHER)) {
        if (wide)
            multiply(blocks, packed, cin, v, m);
        else
            for (int b = 0; b < blocks; b++) multiply(1, packed + b * 4 * cin, cin, v, m + b * 4 * TILES);
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
INLINED void place(unit *u, long first, long count, long columns, const call *c) {
    const long shrunk = c->pools ? 2 : 1;
    for (long g = 0; g < GROUPS; g++) {
        const long group = first + g < count ? first + g : count - 1;
        const long y = group / columns * GIVEN, last = c->width - 16;
        // The last group of a row overlaps the one before.
        const long x = group % columns * 16 > last ? last : group % columns * 16;
        u->in[g] = c->in.origin + y * c->in.stride + x;
        u->out[g] = c->out.origin + y / shrunk * c->out.stride + x / shrunk;
        u->above[g] = y == 0, u->below[g] = y + GIVEN == c->height;
        u->left[g] = x > 0 ? -REACH : 0, u->has_left[g] = -(x > 0);
        u->right[g] = x < last ? 16 : 16 - REACH, u->has_right[g] = -(x < last);
    }
}

// What is left to do with the pixels of four vectors across, and their way to memory.
INLINED void store(v16 o[GIVEN][GIVEN], const call *c, long channel, const unit *u) {
    const ending e = ending_of(c->finish, channel);
    add_bias(o, bias_of(c->finish, channel, channel + 1), c->finish->relu);
    const long plane = channel * c->out.plane;
    if (!c->pools) {
        if (c->finish->scale) scale_shift(o, &e);
        store_rows(o, u, plane, c->out.stride);
    } else if (e.pooling == ASSAY_AVERAGE)
        store_pooled(o, &e, ASSAY_AVERAGE, u, plane, c->out.stride);
    else if (e.pooling == ASSAY_MAXIMUM)
        store_pooled(o, &e, ASSAY_MAXIMUM, u, plane, c->out.stride);
    else
        store_pooled(o, &e, MINIMUM, u, plane, c->out.stride);
}

INLINED void winograd(int wide, const assay_filter *f, const call *c) {
    const long rows = rounded(f->cout);
    const long columns = (c->width + 15) / 16, count = columns * (c->height / GIVEN);
    float *v = c->work, *m = c->work + SIDE * SIDE * spread(f->cin);
    for (long first = 0; first < count; first += GROUPS) {
        unit u;
        place(&u, first, count, columns, c);
        for (long i = 0; i < f->cin; i++)
            transform_input(&u, i * c->in.plane, c->in.stride, v + i * TILES, spread(f->cin));
        for (long o = 0; o < rows; o += TOGETHER) {
            if (o + TOGETHER <= rows)
                multiply_all(wide, 2, c->packed + o * f->cin, f->cin, rows, v, m);
            else
                multiply_all(wide, 1, c->packed + o * f->cin, f->cin, rows, v, m);
            for (long i = o; i < o + TOGETHER && i < f->cout; i++) {
                v16 pixels[GIVEN][GIVEN];
                transform_tile(m + (i - o) * TILES, spread(TOGETHER), pixels);
                store(pixels, c, i, &u);
            }
        }
    }
}

INLINED void winograd_by(int wide, const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                         const assay_finish *finish, float *work, assay_maps out) {
    call c = {in, out, height, width, packed, finish, 0, work};
    if (finish->pooling == ASSAY_NO_POOLING)
        winograd(wide, f, &c);
    else {
        c.pools = 1;
        winograd(wide, f, &c);
    }
}
