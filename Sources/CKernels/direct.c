// Direct convolution over zero-bordered planes: the sum as it is written, for every kernel size, dilation and extent.
#include "clones.h"
#include "convolution.h"
#include "finish.h"

static int fits(const assay_filter *f, long height, long width) {
    (void)f, (void)height, (void)width;
    return 1;
}

// The maps that wait to be pooled.
static size_t work_size(const assay_filter *f, long height, long width, int pooling) {
    return pooling == ASSAY_NO_POOLING ? 0 : (size_t)(f->cout * height * width + 16);
}

// [cout/4][cin][k][k][4], cout rounded up.
static size_t packed_size(const assay_filter *f) { return (size_t)(((f->cout + 3) & ~3L) * f->cin * f->size * f->size); }

static void pack(const float *weight, const assay_filter *f, int turned, float *packed) {
    const long taps = f->size * f->size;
    for (long block = 0; block < f->cout; block += 4)
        for (long i = 0; i < f->cin; i++)
            for (long t = 0; t < taps; t++)
                for (long o = block; o < block + 4; o++)
                    *packed++ = o >= f->cout ? 0
                                : turned     ? weight[(i * f->cout + o) * taps + taps - 1 - t]
                                             : weight[(o * f->cin + i) * taps + t];
}

// The shape of one call, which the tiles share.
typedef struct {
    assay_maps in, out;
    long cin, height, width, dilation, cout;
    const assay_finish *finish;
} call;

// What a vector of 16 holds: 16 pixels of a row, or 8 of one row and 8 of the next where a map is that narrow.
INLINED void load(const float *p, long stride, int narrow, v16 *v) {
    if (narrow) {
        const v8 low = *(const v8 *)p, high = *(const v8 *)(p + stride);
        *v = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    } else
        *v = *(const v16 *)p;
}

// `blocks` × 4 output planes × `vectors` × 16 pixels. The accumulators are what hides the latency of a fused multiply-add: 8 of
// AVX2's registers or 16 of AVX-512's, as both have it.
INLINED void tile(const call *c, int blocks, int vectors, int narrow, long k, const float *in, long second, const float *w,
                  long blockSize, v16 a[2][4][2]) {
    for (long ci = 0; ci < c->cin; ci++, in += c->in.plane) {
        const float *row = in;
        for (long ky = 0; ky < k; ky++, row += c->dilation * c->in.stride)
            for (long kx = 0; kx < k; kx++, w += 4) {
                v16 v[2];
#pragma clang loop unroll(full)
                for (int n = 0; n < vectors; n++) load(row + kx * c->dilation + n * second, c->in.stride, narrow, &v[n]);
#pragma clang loop unroll(full)
                for (int b = 0; b < blocks; b++)
#pragma clang loop unroll(full)
                    for (int o = 0; o < 4; o++)
#pragma clang loop unroll(full)
                        for (int n = 0; n < vectors; n++) a[b][o][n] += v[n] * w[b * blockSize + o];
            }
    }
}

// Computes one tile and stores its lanes from `first` to `end`; a narrow tile's vectors hold two rows of `end` lanes each.
INLINED void compute(const call *c, int blocks, int vectors, int narrow, long k, long block, long y, long x, long second,
                     long outSecond, long first, long end, const float *packed) {
    const long reach = c->dilation * (k / 2), blockSize = c->cin * k * k * 4;
    const float *in = c->in.origin + (y - reach) * c->in.stride + x - reach;
    v16 a[2][4][2];
#pragma clang loop unroll(full)
    for (int b = 0; b < blocks; b++)
#pragma clang loop unroll(full)
        for (int o = 0; o < 4; o++) {
            const long output = block + 4 * b + o;
            const float start = bias_of(c->finish, output, c->cout);
#pragma clang loop unroll(full)
            for (int n = 0; n < vectors; n++) a[b][o][n] = (v16){} + start;
        }
    tile(c, blocks, vectors, narrow, k, in, second, packed + block / 4 * blockSize, blockSize, a);
#pragma clang loop unroll(full)
    for (int b = 0; b < blocks; b++)
#pragma clang loop unroll(full)
        for (int o = 0; o < 4; o++) {
            const long output = block + 4 * b + o;
            if (output >= c->cout) break;
#pragma clang loop unroll(full)
            for (int n = 0; n < vectors; n++) {
                v16 v = a[b][o][n];
                if (c->finish->relu) v = RECTIFIED(v);
                if (c->finish->scale) v = v * c->finish->scale[output] + c->finish->shift[output];
                float *target = c->out.origin + output * c->out.plane + y * c->out.stride + x + n * outSecond;
                if (narrow) {
                    const float *lane = (const float *)&v;
                    for (long l = 0; l < end; l++) target[l] = lane[l], target[c->out.stride + l] = lane[8 + l];
                } else if (first == 0 && end == 16)
                    *(v16 *)target = v;
                else {
                    const float *lane = (const float *)&v;
                    for (long l = first; l < end; l++) target[l] = lane[l];
                }
            }
        }
}

// All pixels of `blocks` × 4 planes, in tiles of 16 or, where `wide`, 32 pixels: side by side or, in maps too narrow, in two rows.
INLINED void planes(const call *c, int wide, int blocks, long k, long block, const float *packed) {
    const long width = c->width, height = c->height, down = c->in.stride, outDown = c->out.stride;
    long y = 0;
    if (width == 8) {
        if (wide)
            for (; y + 4 <= height; y += 4) compute(c, blocks, 2, 1, k, block, y, 0, 2 * down, 2 * outDown, 0, 8, packed);
        for (; y + 2 <= height; y += 2) compute(c, blocks, 1, 1, k, block, y, 0, 0, 0, 0, 8, packed);
    } else if (wide && width < 32)
        for (; y + 2 <= height; y += 2)
            for (long x0 = 0; x0 < width; x0 += 16) {
                const long x = width >= 16 && x0 > width - 16 ? width - 16 : x0;
                compute(c, blocks, 2, 0, k, block, y, x, down, outDown, 0, width < 16 ? width : 16, packed);
            }
    for (; y < height; y++) {
        long x0 = 0;
        if (wide)
            for (; x0 + 32 <= width; x0 += 32) compute(c, blocks, 2, 0, k, block, y, x0, 16, 16, 0, 16, packed);
        // The last tile of a row overlaps the one before.
        for (; x0 < width; x0 += 16) {
            const long x = width >= 16 && x0 > width - 16 ? width - 16 : x0;
            compute(c, blocks, 1, 0, k, block, y, x, 0, 0, 0, width < 16 ? width : 16, packed);
        }
    }
}

INLINED void convolve_by(const call *c, int wide, long k, const float *packed) {
    long block = 0;
    if (wide)
        for (; block + 4 < c->cout; block += 8) planes(c, 1, 2, k, block, packed);
    for (; block < c->cout; block += 4) planes(c, wide, 1, k, block, packed);
}

INLINED void convolve(int wide, const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                      const assay_finish *finish, float *work, assay_maps out) {
    assay_finish now = *finish;
    const int pools = finish->pooling != ASSAY_NO_POOLING;
    if (pools) now.scale = now.shift = 0;
    const assay_maps to = pools ? assay_dense_maps(work, height, width) : out;
    const call c = {in, to, f->cin, height, width, f->size == 1 ? 1 : f->dilation, f->cout, &now};
    if (f->size == 3)
        convolve_by(&c, wide, 3, packed);
    else if (f->size == 1)
        convolve_by(&c, wide, 1, packed);
    else
        convolve_by(&c, wide, f->size, packed);
    for (long o = 0; pools && o < f->cout; o++) {
        const ending e = ending_of(finish, o);
        pool_plane(to.origin + o * to.plane, height, width, &e, out.origin + o * out.plane, out.stride);
    }
}

CLONES(convolve_directly,
       (const assay_filter *f, assay_maps in, long height, long width, const float *packed, const assay_finish *finish, float *work,
        assay_maps out),
       (f, in, height, width, packed, finish, work, out),
       convolve(level == ASSAY_AVX512, f, in, height, width, packed, finish, work, out))

const convolution direct_convolution = {fits, packed_size, pack, work_size, convolve_directly, 1};
