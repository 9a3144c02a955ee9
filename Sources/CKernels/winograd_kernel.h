// Winograd's convolution with tiles of one size, for winograd_six.c and winograd_eight.c, which define SIDE, what a tile sees, and
// `transform_line` and `transform_back`, the transforms of a line of it. One function holds one size only: what the compiler makes
// of either gets slower beside the other.
//
// A group is four tiles whose left edges are 4 pixels apart, a unit four groups, one tile in each lane. A unit is transformed, and then
// multiplied and transformed back for eight outputs at a time: so much stays in the first-level cache, more does not.
#include "clones.h"
#include "convolution.h"
#include "finish.h"
#include "winograd.h"

// Where a unit's groups lie.
enum { GROUPS = 4 };
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

// Bᵀ d B of a unit's tiles in one channel, to v[place].
INLINED void transform_input(const unit *u, long channel, long stride, float *v, long step) {
    v16 rows[SIDE][SIDE];
#pragma clang loop unroll(full)
    for (int y = 0; y < SIDE; y++) {
        v16 d[EIGHT];
#pragma clang loop unroll(full)
        for (int g = 0; g < GROUPS; g++) {
            const float *p = u->in[g] + channel + y * stride;
            d[g] = *(const v16 *)p;
            d[GROUPS + g] = *(const v16 *)(p + GIVEN);
        }
        transpose(d);
        if (SIDE == EIGHT)
            transpose(d + GROUPS);
        else {
            const v16 a = LOW(d[4], d[5]), b = LOW(d[6], d[7]);
            d[4] = FIRST(a, b), d[5] = SECOND(a, b);
        }
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

// Rows of four vectors of pixels to the places of a unit's groups.
INLINED void store_rows(v16 o[GIVEN][GIVEN], const unit *u, long channel, long stride) {
#pragma clang loop unroll(full)
    for (int y = 0; y < GIVEN; y++) {
        transpose(o[y]);
#pragma clang loop unroll(full)
        for (int g = 0; g < GROUPS; g++) *(v16 *)(u->out[g] + channel + y * stride) = o[y][g];
    }
}

// Pools 2 × 2 pixels each, and takes two rows of eight of each of a unit's groups to their places.
INLINED void store_pooled(v16 o[GIVEN][GIVEN], const ending *e, int pooling, const unit *u, long channel, long stride) {
    const float scale = pooled_scale(e);
#pragma clang loop unroll(full)
    for (int y = 0; y < GIVEN / 2; y++) {
        v16 pooled[2];
#pragma clang loop unroll(full)
        for (int x = 0; x < 2; x++) {
            v16 upper, lower;
            pool_two(pooling, &o[2 * y][2 * x], &o[2 * y][2 * x + 1], &upper);
            pool_two(pooling, &o[2 * y + 1][2 * x], &o[2 * y + 1][2 * x + 1], &lower);
            pool_two(pooling, &upper, &lower, &pooled[x]);
            pooled[x] = pooled[x] * scale + e->shift;
        }
        const v16 low = LOW(pooled[0], pooled[1]), high = HIGH(pooled[0], pooled[1]);
        float *const *out = u->out;
        *(v8 *)(out[0] + channel + y * stride) = __builtin_shufflevector(low, low, 0, 1, 4, 5, 8, 9, 12, 13);
        *(v8 *)(out[1] + channel + y * stride) = __builtin_shufflevector(low, low, 2, 3, 6, 7, 10, 11, 14, 15);
        *(v8 *)(out[2] + channel + y * stride) = __builtin_shufflevector(high, high, 0, 1, 4, 5, 8, 9, 12, 13);
        *(v8 *)(out[3] + channel + y * stride) = __builtin_shufflevector(high, high, 2, 3, 6, 7, 10, 11, 14, 15);
    }
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
    const long shrunk = c->pools ? 2 : 1, reach = (SIDE - GIVEN) / 2;
    for (long g = 0; g < GROUPS; g++) {
        const long group = first + g < count ? first + g : count - 1;
        const long y = group / columns * GIVEN, x = group % columns * 16;
        // The last group of a row overlaps the one before.
        const long left = x > c->width - 16 ? c->width - 16 : x;
        u->in[g] = c->in.origin + (y - reach) * c->in.stride + left - reach;
        u->out[g] = c->out.origin + y / shrunk * c->out.stride + left / shrunk;
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
