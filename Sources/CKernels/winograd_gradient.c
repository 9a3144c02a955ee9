// The weight gradient of 3 × 3 convolutions by Winograd's F(4 × 4, 3 × 3) the other way round: what the convolution does to a tile
// is linear in its kernel, Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)] A, hence a tile adds Gᵀ[(Bᵀ d B) ⊙ (A e Aᵀ)] G to the kernel's gradient, e being
// that of its 4 × 4 pixels: 36 products where the plain sum takes 144. The sums stay transformed until all images are in.
//
// The lanes of a vector are channels here, so that the products need no sums across them, and edges no thought: what lies
// outside is zero. Whatever the extents, every map is whole tiles then.
#include <string.h>
#include "convolution.h"
#include "products.h"
#include "winograd.h"

enum { PLACES = SIX * SIX };

// Tiles that are multiplied at a time: sums are read and written once for so many.
enum { AT_ONCE = 32 };

// Rows of input that are kept with channels in lanes, a power of two that is not less than what a tile sees.
enum { KEPT = 8 };

INLINED long whole(long count) { return (count + 15) & ~15L; }

// With fewer channels the transforms and empty lanes cost more than the products save.
static int fits(const assay_filter *f) {
    return f->size == 3 && f->dilation == 1 && f->cin >= 4 && f->cout >= 4 && f->cin * f->cout >= 128;
}

// Vectors of products for one tile and place if `across` channels are in lanes and `down` are not.
INLINED long cost(long across, long down) { return whole(across) / 16 * rounded(down); }

// Whether the sums have inputs in their lanes, rather than outputs.
INLINED int has_inputs_across(const assay_filter *f) { return cost(f->cin, f->cout) <= cost(f->cout, f->cin); }

// Floats from place to place.
INLINED long step_of(long channels) { return spread(AT_ONCE * whole(channels) / TILES); }

// Floats of a row with channels in lanes, and a pixel more on both sides.
INLINED long line_of(long channels, long width) { return (whole(width) + 2) * whole(channels); }

INLINED long sums_step(const assay_filter *f) {
    return has_inputs_across(f) ? rounded(f->cout) * whole(f->cin) : rounded(f->cin) * whole(f->cout);
}

// [place][down][across].
static size_t sums_size(const assay_filter *f) { return (size_t)(PLACES * sums_step(f)); }

static size_t work_size(const assay_filter *f, long width) {
    return (size_t)(PLACES * (step_of(f->cin) + step_of(f->cout)) + KEPT * line_of(f->cin, width) + GIVEN * line_of(f->cout, width));
}

// Sixteen pixels of sixteen rows to v[pixel][row]. The first of four steps is done by loading halves, which takes no shuffle.
INLINED void load_across(const float *const row[16], long x, v16 v[16]) {
#define JOINED(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define FIRST(a, b) __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define SECOND(a, b) __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
#define ODD(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31)
#pragma clang loop unroll(full)
    for (int h = 0; h < 16; h += 8) {
        v16 t[8];
#pragma clang loop unroll(full)
        for (int i = 0; i < 8; i++) t[i] = JOINED(*(const v8 *)(row[i] + x + h), *(const v8 *)(row[i + 8] + x + h));
#pragma clang loop unroll(full)
        for (int i = 0; i < 8; i += 4) {
            const v16 a = LOW(t[i], t[i + 1]), b = LOW(t[i + 2], t[i + 3]), c = HIGH(t[i], t[i + 1]), d = HIGH(t[i + 2], t[i + 3]);
            t[i] = FIRST(a, b), t[i + 1] = SECOND(a, b), t[i + 2] = FIRST(c, d), t[i + 3] = SECOND(c, d);
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < 4; i++) v[h + i] = EVEN(t[i], t[4 + i]), v[h + 4 + i] = ODD(t[i], t[4 + i]);
    }
}

// Row y of maps to line[1 + x][channel], zeros for what lies beside. Lanes without a channel get the last one's: no one
// reads their sums.
INLINED void put_across(assay_maps maps, long channels, long height, long width, long y, float *line) {
    const long lanes = whole(channels);
    if (y < 0 || y >= height) {
        memset(line, 0, (size_t)line_of(channels, width) * sizeof(float));
        return;
    }
    memset(line, 0, (size_t)lanes * sizeof(float));
    for (long c = 0; c < channels; c += 16) {
        const float *row[16];
        for (long i = 0; i < 16; i++) row[i] = maps.origin + (c + i < channels ? c + i : channels - 1) * maps.plane + y * maps.stride;
        for (long x = 0; x < width; x += 16) {
            v16 v[16];
            load_across(row, x, v);
            float *to = line + (1 + x) * lanes + c;
#pragma clang loop unroll(full)
            for (int i = 0; i < 16; i++, to += lanes) *(v16 *)to = v[i];
        }
    }
    memset(line + (1 + width) * lanes, 0, (size_t)((whole(width) + 1 - width) * lanes) * sizeof(float));
}

// A e of four numbers.
INLINED void transform_gradient(const v16 e[GIVEN], v16 m[SIX]) {
    const v16 a = e[0] + e[2], b = e[1] + e[3], c = e[0] + 4 * e[2], d = 2 * e[1] + 8 * e[3];
    m[0] = e[0];
    m[1] = a + b;
    m[2] = a - b;
    m[3] = c + d;
    m[4] = c - d;
    m[5] = e[3];
}

// Bᵀ d B, where `side` is 6, or A e Aᵀ, where it is 4, of the tile that begins at pixel x of the rows, to to[place][channel].
INLINED void transform(int side, float *const rows[SIX], long x, long lanes, float *to, long step) {
    for (long c = 0; c < lanes; c += 16) {
        v16 t[SIX][SIX];
#pragma clang loop unroll(full)
        for (int i = 0; i < side; i++) {
            v16 d[SIX], column[SIX];
#pragma clang loop unroll(full)
            for (int y = 0; y < side; y++) d[y] = *(const v16 *)(rows[y] + (x + i) * lanes + c);
            if (side == SIX)
                transform_six(d, column);
            else
                transform_gradient(d, column);
#pragma clang loop unroll(full)
            for (int y = 0; y < SIX; y++) t[y][i] = column[y];
        }
#pragma clang loop unroll(full)
        for (int y = 0; y < SIX; y++) {
            v16 line[SIX];
            if (side == SIX)
                transform_six(t[y], line);
            else
                transform_gradient(t[y], line);
#pragma clang loop unroll(full)
            for (int i = 0; i < SIX; i++) *(v16 *)(to + (SIX * y + i) * step + c) = line[i];
        }
    }
}

INLINED void multiply_all(int level, const assay_filter *f, const float *v, const float *m, long tiles, float *sums) {
    const int turned = !has_inputs_across(f);
    const float *across = turned ? m : v, *down = turned ? v : m;
    const long columns = turned ? f->cout : f->cin, rows = turned ? f->cin : f->cout;
    const long acrossStep = whole(columns), downStep = whole(rows);
    for (long p = 0; p < PLACES; p++, across += step_of(columns), down += step_of(rows), sums += sums_step(f)) {
        if (level == ASSAY_AVX512)
            multiply16(1, across, acrossStep, down, downStep, tiles, columns, rounded(rows), sums);
        else if (level == ASSAY_AVX2)
            multiply8(0, across, acrossStep, down, downStep, tiles, columns, rounded(rows), sums);
        else
            multiply4(0, across, acrossStep, down, downStep, tiles, columns, rounded(rows), sums);
    }
}

INLINED void add(int level, const assay_filter *f, assay_maps in, assay_maps gradient, long height, long width, float *work,
                 float *sums) {
    const long inputs = whole(f->cin), outputs = whole(f->cout);
    float *v = work, *m = v + PLACES * step_of(f->cin);
    float *kept = m + PLACES * step_of(f->cout), *lines = kept + KEPT * line_of(f->cin, width);
    long tiles = 0;
    for (long y = 0; y < height; y += GIVEN) {
        float *above[SIX], *own[SIX];
        for (long k = 0; k < SIX; k++) {
            above[k] = kept + ((y + k) % KEPT) * line_of(f->cin, width);
            // The first two rows are those that the tiles above saw last.
            if (y == 0 || k >= 2) put_across(in, f->cin, height, width, y + k - 1, above[k]);
        }
        for (long k = 0; k < GIVEN; k++) {
            own[k] = lines + k * line_of(f->cout, width);
            put_across(gradient, f->cout, height, width, y + k, own[k]);
        }
        for (long x = 0; x < width; x += GIVEN) {
            transform(SIX, above, x, inputs, v + tiles * inputs, step_of(f->cin));
            transform(GIVEN, own, x + 1, outputs, m + tiles * outputs, step_of(f->cout));
            if (++tiles == AT_ONCE) multiply_all(level, f, v, m, tiles, sums), tiles = 0;
        }
    }
    if (tiles > 0) multiply_all(level, f, v, m, tiles, sums);
}

CLONES(winograd_gradient_add,
       (const assay_filter *f, assay_maps in, assay_maps gradient, long height, long width, float *work, float *sums),
       (f, in, gradient, height, width, work, sums), add(level, f, in, gradient, height, width, work, sums))

// Gᵀ u of six numbers.
INLINED void transform_sums(const v16 u[SIX], v16 w[3]) {
    const v16 a = (u[1] + u[2]) * (1.0f / 6), b = (u[2] - u[1]) * (1.0f / 6);
    const v16 c = (u[3] + u[4]) * (1.0f / 24), d = (u[3] - u[4]) * (1.0f / 12);
    w[0] = 0.25f * u[0] - a + c;
    w[1] = b + d;
    w[2] = 4 * c - a + u[5];
}

INLINED void collect(const assay_filter *f, const float *sums, float *dweight) {
    const int turned = !has_inputs_across(f);
    const long columns = turned ? f->cout : f->cin, rows = turned ? f->cin : f->cout, step = sums_step(f);
    // Floats of the weights from row to row and from lane to lane.
    const long down = turned ? 9 : f->cin * 9, across = turned ? f->cin * 9 : 9;
    for (long r = 0; r < rows; r++)
        for (long c = 0; c < columns; c += 16) {
            const float *u = sums + r * whole(columns) + c;
            v16 t[3][SIX], w[3][3];
            for (int x = 0; x < SIX; x++) {
                v16 column[SIX], three[3];
                for (int y = 0; y < SIX; y++) column[y] = *(const v16 *)(u + (SIX * y + x) * step);
                transform_sums(column, three);
                for (int y = 0; y < 3; y++) t[y][x] = three[y];
            }
            for (int y = 0; y < 3; y++) transform_sums(t[y], w[y]);
            // [tap][lane] to [lane][tap].
            const float *row[16];
            for (int i = 0; i < 16; i++) row[i] = (const float *)&w[i < 9 ? i / 3 : 2][i < 9 ? i % 3 : 2];
            v16 taps[16];
            load_across(row, 0, taps);
            float *to = dweight + r * down + c * across;
            for (long l = 0; l < 16 && c + l < columns; l++, to += across) {
                *(v8 *)to += __builtin_shufflevector(taps[l], taps[l], 0, 1, 2, 3, 4, 5, 6, 7);
                to[8] += taps[l][8];
            }
        }
}

CLONES(winograd_gradient_collect, (const assay_filter *f, const float *sums, float *dweight), (f, sums, dweight),
       collect(f, sums, dweight))

const weight_gradient tile_gradient = {fits, sums_size, work_size, winograd_gradient_add, winograd_gradient_collect, 0};
