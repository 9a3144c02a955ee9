// 3 × 3 convolutions of few channels by Winograd's F(4, 3) (Lavin and Gray 2016) down the columns only: along the rows the sum is
// taken as it is written. 18 products where the plain sum takes 36, and transforms that need no shuffling: with few channels, those
// of two dimensions cost what they save. Dilated kernels see every so many rows.
#include <string.h>
#include "clones.h"
#include "convolution.h"
#include "finish.h"
#include "winograd.h"

// Outputs that are summed up together.
INLINED long block_of(const assay_filter *f) { return f->cout <= 2 ? 2 : 4; }

INLINED long padded(const assay_filter *f) {
    const long block = block_of(f);
    return (f->cout + block - 1) / block * block;
}

// Floats of a transformed row with the zeros on both sides.
INLINED long line_of(const assay_filter *f, long width) { return (width + 2 * f->dilation + 15) & ~15L; }

static int fits(const assay_filter *f, long height, long width) {
    return f->size == 3 && f->cin <= 16 && f->cout > 1 && (f->dilation > 1 || f->cin * f->cout < 32) && width >= 16 &&
           height >= GIVEN * f->dilation;
}

static size_t packed_size(const assay_filter *f) { return (size_t)(3 * SIX * f->cin * padded(f)); }

// A row of zeros, the transformed rows of all inputs, and rows of outputs that wait to be pooled.
static size_t work_size(const assay_filter *f, long height, long width, int pooling) {
    (void)height, (void)pooling;
    return (size_t)((1 + SIX * f->cin) * line_of(f, width) + f->cout * GIVEN * f->dilation * width + 16);
}

// [cout/block][cin][kx][6][block], cout rounded up.
static void pack(const float *weight, const assay_filter *f, int turned, float *packed) {
    const long block = block_of(f);
    for (long first = 0; first < f->cout; first += block)
        for (long i = 0; i < f->cin; i++)
            for (long kx = 0; kx < 3; kx++, packed += SIX * block) {
                d4 g[3] = {{0}}, u[SIX];
                for (long o = 0; o < block && first + o < f->cout; o++) {
                    const float *kernel = weight + (turned ? i * f->cout + first + o : (first + o) * f->cin + i) * 9;
                    for (int ky = 0; ky < 3; ky++) g[ky][o] = (double)kernel[turned ? 8 - (3 * ky + kx) : 3 * ky + kx];
                }
                transform_taps(g, 3, 1, u);
                for (int p = 0; p < SIX; p++)
                    for (long o = 0; o < block; o++) packed[p * block + o] = (float)u[p][o];
            }
}

// One call: what the loops need of it.
typedef struct {
    const assay_filter *f;
    assay_maps in, out;
    long height, width, line;
    const float *packed;
    const assay_finish *finish;
    float *zeros, *v, *waiting;
} call;

// Bᵀ d of the rows y − d, y, … y + 4d of all inputs, to v[cin][6][line]. What lies outside is zero, whatever is there.
INLINED void transform_rows(const call *c, long y) {
    const long d = c->f->dilation;
    float *v = c->v + d;
    for (long i = 0; i < c->f->cin; i++, v += SIX * c->line) {
        const float *row[SIX];
        for (long k = 0; k < SIX; k++) {
            const long at = y + (k - 1) * d;
            row[k] = at < 0 || at >= c->height ? c->zeros : c->in.origin + i * c->in.plane + at * c->in.stride;
        }
        for (long x0 = 0; x0 < c->width; x0 += 16) {
            const long x = x0 > c->width - 16 ? c->width - 16 : x0;
            v16 r[SIX], t[SIX];
#pragma clang loop unroll(full)
            for (int k = 0; k < SIX; k++) r[k] = *(const v16 *)(row[k] + x);
            transform_six(r, t);
#pragma clang loop unroll(full)
            for (int k = 0; k < SIX; k++) *(v16 *)(v + k * c->line + x) = t[k];
        }
    }
}

// Four rows of `block` outputs × `vectors` × 16 pixels: bias, sums and ReLU. `together` of the six places are summed up at a time:
// as many as there are registers for.
INLINED void strip(const call *c, int together, int block, int vectors, const float *v, const float *w, const float *bias,
                   v16 r[4][2][GIVEN]) {
    v16 m[4][2][SIX];
    for (int start = 0; start < SIX; start += together) {
        v16 a[SIX][4][2];
        // What is added at the place of point 1 comes back in every row.
#pragma clang loop unroll(full)
        for (int k = 0; k < together; k++)
#pragma clang loop unroll(full)
            for (int o = 0; o < block; o++)
#pragma clang loop unroll(full)
                for (int n = 0; n < vectors; n++) a[k][o][n] = (v16){} + (start + k == 1 ? bias[o] : 0);
        const float *p = v + start * c->line, *u = w + start * block;
        for (long i = 0; i < c->f->cin; i++, p += SIX * c->line)
#pragma clang loop unroll(full)
            for (long kx = 0; kx < 3; kx++, u += SIX * block)
#pragma clang loop unroll(full)
                for (int k = 0; k < together; k++)
#pragma clang loop unroll(full)
                    for (int n = 0; n < vectors; n++) {
                        const v16 x = *(const v16 *)(p + k * c->line + kx * c->f->dilation + 16 * n);
#pragma clang loop unroll(full)
                        for (int o = 0; o < block; o++) a[k][o][n] += x * u[k * block + o];
                    }
#pragma clang loop unroll(full)
        for (int k = 0; k < together; k++)
#pragma clang loop unroll(full)
            for (int o = 0; o < block; o++)
#pragma clang loop unroll(full)
                for (int n = 0; n < vectors; n++) m[o][n][start + k] = a[k][o][n];
    }
#pragma clang loop unroll(full)
    for (int o = 0; o < block; o++)
#pragma clang loop unroll(full)
        for (int n = 0; n < vectors; n++) {
            transform_back_six(m[o][n], r[o][n]);
#pragma clang loop unroll(full)
            for (int y = 0; y < GIVEN; y++)
                if (c->finish->relu) r[o][n][y] = RECTIFIED(r[o][n][y]);
        }
}

// Rows y, y + d, … of all outputs. Where they wait to be pooled, scale and shift come later.
INLINED void sum_rows(const call *c, int together, int block, int vectors, assay_maps to, long y, int scaled) {
    const long step = c->f->dilation * to.stride, width = c->width, across = 16 * vectors;
    for (long first = 0; first < c->f->cout; first += block) {
        const float *w = c->packed + first * 3 * SIX * c->f->cin;
        float bias[4];
        for (long o = 0; o < block; o++) bias[o] = bias_of(c->finish, first + o, c->f->cout);
        for (long x0 = 0; x0 < width; x0 += across) {
            // The last strip of a row overlaps the one before.
            const long x = x0 > width - across ? width - across : x0;
            v16 r[4][2][GIVEN];
            strip(c, together, block, vectors, c->v + x, w, bias, r);
#pragma clang loop unroll(full)
            for (long o = 0; o < block; o++) {
                if (first + o >= c->f->cout) break;
                const ending e = ending_of(c->finish, first + o);
                float *out = to.origin + (first + o) * to.plane + y * to.stride + x;
#pragma clang loop unroll(full)
                for (long n = 0; n < vectors; n++)
#pragma clang loop unroll(full)
                    for (long k = 0; k < GIVEN; k++)
                        *(v16 *)(out + k * step + 16 * n) = scaled ? r[o][n][k] * e.scale + e.shift : r[o][n][k];
            }
        }
    }
}

INLINED void columns_by(int together, const call *c) {
    const long d = c->f->dilation, high = GIVEN * d;
    const int pools = c->finish->pooling != ASSAY_NO_POOLING, scaled = !pools && c->finish->scale;
    for (long y0 = 0; y0 < c->height; y0 += high) {
        // The last rows overlap those before.
        const long y = y0 > c->height - high ? c->height - high : y0;
        assay_maps to = pools ? (assay_maps){c->waiting, c->width, high * c->width} : c->out;
        if (!pools) to.origin += y * to.stride;
        for (long phase = 0; phase < d; phase++) {
            transform_rows(c, y + phase);
            if (block_of(c->f) == 4)
                sum_rows(c, together, 4, 1, to, phase, scaled);
            else if (c->width >= 32)
                sum_rows(c, together, 2, 2, to, phase, scaled);
            else
                sum_rows(c, together, 2, 1, to, phase, scaled);
        }
        for (long o = 0; pools && o < c->f->cout; o++) {
            const ending e = ending_of(c->finish, o);
            pool_plane(c->waiting + o * to.plane, high, c->width, &e, c->out.origin + o * c->out.plane + y / 2 * c->out.stride,
                       c->out.stride);
        }
    }
}

INLINED void columns(int wide, const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                     const assay_finish *finish, float *work, assay_maps out) {
    const long line = line_of(f, width);
    const call c = {f, in, out, height, width, line, packed, finish, work, work + line, work + (1 + SIX * f->cin) * line};
    memset(work, 0, (size_t)((1 + SIX * f->cin) * line) * sizeof(float));
    columns_by(wide ? SIX : 1, &c);
}

CLONES(convolve_columns,
       (const assay_filter *f, assay_maps in, long height, long width, const float *packed, const assay_finish *finish, float *work,
        assay_maps out),
       (f, in, height, width, packed, finish, work, out),
       columns(level == ASSAY_AVX512, f, in, height, width, packed, finish, work, out))

const convolution column_convolution = {fits, packed_size, pack, work_size, convolve_columns, 0};
