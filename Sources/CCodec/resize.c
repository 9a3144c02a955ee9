// The pixel loops of cropping, turning and resampling: hot, and too slow in a debug build of Swift.
#include "CCodec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF  // the same sums on machines with and without fused multiply-add

static int64_t reflect(int64_t index, int64_t size) {
    if (size == 1) return 0;
    int64_t period = 2 * (size - 1);
    index %= period;
    if (index < 0) index += period;
    return index < size ? index : period - index;
}

static inline void copy_pixel(uint8_t *target, const uint8_t *source) {
    target[0] = source[0];
    target[1] = source[1];
    target[2] = source[2];
}

void codec_crop(const uint8_t *pixels, int64_t width, int64_t height, int64_t x, int64_t y, int64_t out_width,
                int64_t out_height, uint8_t *out) {
    // Columns [inside, after) lie within the picture and are copied at once.
    int64_t inside = x < 0 ? -x : 0, after = width - x;
    if (after > out_width) after = out_width;
    if (inside > out_width) inside = out_width;
    if (after < inside) after = inside;
    for (int64_t row = 0; row < out_height; row++, out += 3 * out_width) {
        const uint8_t *source = pixels + 3 * width * reflect(y + row, height);
        for (int64_t i = 0; i < inside; i++) copy_pixel(out + 3 * i, source + 3 * reflect(x + i, width));
        if (after > inside) memcpy(out + 3 * inside, source + 3 * (x + inside), (size_t)(3 * (after - inside)));
        for (int64_t i = after; i < out_width; i++) copy_pixel(out + 3 * i, source + 3 * reflect(x + i, width));
    }
}

void codec_flip_horizontally(const uint8_t *pixels, int64_t width, int64_t height, uint8_t *out) {
    for (int64_t y = 0; y < height; y++, pixels += 3 * width, out += 3 * width) {
        for (int64_t x = 0; x < width; x++) copy_pixel(out + 3 * (width - 1 - x), pixels + 3 * x);
    }
}

void codec_flip_vertically(const uint8_t *pixels, int64_t width, int64_t height, uint8_t *out) {
    for (int64_t y = 0; y < height; y++) {
        memcpy(out + 3 * width * (height - 1 - y), pixels + 3 * width * y, (size_t)(3 * width));
    }
}

void codec_rotate(const uint8_t *pixels, int64_t width, int64_t height, uint8_t *out) {
    for (int64_t y = 0; y < height; y++) {
        for (int64_t x = 0; x < width; x++) {
            copy_pixel(out + 3 * ((width - 1 - x) * height + y), pixels + 3 * (y * width + x));
        }
    }
}

// Where an output sample lies between two input samples: value = lower + (upper − lower) · share.
typedef struct {
    int64_t lower, upper;
    float share;
} tap;

// The arithmetic of TensorFlow's half-pixel bilinear kernel, in its float32.
static void make_taps(tap *taps, int64_t size, int64_t out_size) {
    float scale = (float)size / (float)out_size;
    for (int64_t i = 0; i < out_size; i++) {
        float position = ((float)i + 0.5f) * scale - 0.5f;
        float floor = floorf(position);
        int64_t lower = (int64_t)floor, upper = (int64_t)ceilf(position);
        upper = upper > size - 1 ? size - 1 : upper;
        lower = lower < 0 ? 0 : lower > upper ? upper : lower;
        taps[i] = (tap){lower, upper, position - floor};
    }
}

typedef struct {
    tap *columns, *rows;
    float *lines;
    float *above, *below;  // halves of `lines`: two input rows resampled to the output's width
    int planar;             // whether their channels lie one after the other or interleaved, as the output's do
    int64_t inner;          // output columns before those that read a row's last pixel, which no byte follows
    int64_t above_row, below_row;
} bilinear;

typedef float four __attribute__((vector_size(16), aligned(4)));
typedef uint8_t four_bytes __attribute__((vector_size(4)));

static inline float between(float lower, float upper, float share) { return lower + (upper - lower) * share; }

// A pixel and the byte that follows it.
static inline four load_pixel(const uint8_t *pixel) {
    four_bytes bytes;
    memcpy(&bytes, pixel, 4);
    return __builtin_convertvector(bytes, four);
}

// The resampled pixel and a number without meaning.
static inline four resample_pixel(const uint8_t *row, tap t) {
    const four left = load_pixel(row + 3 * t.lower), right = load_pixel(row + 3 * t.upper);
    return left + (right - left) * t.share;
}

// Resamples one input row to the output's width.
static void resample_row(const bilinear *job, const uint8_t *row, int64_t out_width, float *out) {
    const tap *taps = job->columns;
    int64_t x = 0;
    if (job->planar) {
        for (; x + 4 <= job->inner; x += 4) {
            const four a = resample_pixel(row, taps[x]), b = resample_pixel(row, taps[x + 1]);
            const four c = resample_pixel(row, taps[x + 2]), d = resample_pixel(row, taps[x + 3]);
            const four first = __builtin_shufflevector(a, b, 0, 4, 1, 5), second = __builtin_shufflevector(c, d, 0, 4, 1, 5);
            const four third = __builtin_shufflevector(a, b, 2, 6, 3, 7), fourth = __builtin_shufflevector(c, d, 2, 6, 3, 7);
            *(four *)(out + x) = __builtin_shufflevector(first, second, 0, 1, 4, 5);
            *(four *)(out + out_width + x) = __builtin_shufflevector(first, second, 2, 3, 6, 7);
            *(four *)(out + 2 * out_width + x) = __builtin_shufflevector(third, fourth, 0, 1, 4, 5);
        }
    } else {
        for (; x < job->inner; x++) *(four *)(out + 3 * x) = resample_pixel(row, taps[x]);
    }
    for (; x < out_width; x++) {
        const uint8_t *left = row + 3 * taps[x].lower, *right = row + 3 * taps[x].upper;
        for (int64_t c = 0; c < 3; c++) {
            float *place = out + (job->planar ? c * out_width + x : 3 * x + c);
            *place = between((float)left[c], (float)right[c], taps[x].share);
        }
    }
}

static int bilinear_begin(bilinear *job, int64_t width, int64_t height, int64_t out_width, int64_t out_height) {
    job->columns = malloc((size_t)(out_width + out_height) * sizeof(tap));
    // Whole vectors are written.
    int64_t line = 3 * out_width + 1;
    job->lines = malloc((size_t)line * 2 * sizeof(float));
    if (job->columns == NULL || job->lines == NULL) return -1;
    job->rows = job->columns + out_width;
    job->above = job->lines;
    job->below = job->lines + line;
    job->above_row = job->below_row = -1;
    make_taps(job->columns, width, out_width);
    make_taps(job->rows, height, out_height);
    job->inner = out_width;
    while (job->inner > 0 && job->columns[job->inner - 1].upper == width - 1) job->inner--;
    return 0;
}

static void bilinear_end(bilinear *job) {
    free(job->columns);
    free(job->lines);
}

// Makes `above` and `below` the two input rows that output row `y` lies between, reusing what the row before left.
static void bilinear_row(bilinear *job, const uint8_t *pixels, int64_t width, int64_t out_width, int64_t y) {
    int64_t lower = job->rows[y].lower, upper = job->rows[y].upper;
    if (job->above_row != lower && job->below_row == lower) {
        float *swap = job->above;
        job->above = job->below, job->below = swap;
        job->below_row = job->above_row, job->above_row = lower;
    }
    if (job->above_row != lower) {
        resample_row(job, pixels + 3 * width * lower, out_width, job->above);
        job->above_row = lower;
    }
    if (job->below_row != upper) {
        resample_row(job, pixels + 3 * width * upper, out_width, job->below);
        job->below_row = upper;
    }
}

int codec_resize(const uint8_t *pixels, int64_t width, int64_t height, int64_t out_width, int64_t out_height,
                 uint8_t *out) {
    bilinear job = {0};
    int failed = bilinear_begin(&job, width, height, out_width, out_height);
    for (int64_t y = 0; failed == 0 && y < out_height; y++, out += 3 * out_width) {
        bilinear_row(&job, pixels, width, out_width, y);
        const float *above = job.above, *below = job.below;
        float share = job.rows[y].share;
        for (int64_t i = 0; i < 3 * out_width; i++) {
            out[i] = (uint8_t)(int)(between(above[i], below[i], share) + 0.5f);
        }
    }
    bilinear_end(&job);
    return failed;
}

int codec_bilinear_planes(const uint8_t *pixels, int64_t width, int64_t height, int64_t out_width, int64_t out_height,
                          float *out) {
    bilinear job = {.planar = 1};
    int failed = bilinear_begin(&job, width, height, out_width, out_height);
    int64_t plane = out_width * out_height;
    for (int64_t y = 0; failed == 0 && y < out_height; y++, out += out_width) {
        bilinear_row(&job, pixels, width, out_width, y);
        const float *above = job.above, *below = job.below;
        float share = job.rows[y].share;
        for (int c = 0; c < 3; c++, above += out_width, below += out_width) {
            for (int64_t x = 0; x < out_width; x++) {
                out[c * plane + x] = between(above[x], below[x], share) * (1.0f / 255.0f);
            }
        }
    }
    bilinear_end(&job);
    return failed;
}

// The input samples that an output sample covers: those between `first` and `last` wholly, these two in part.
typedef struct {
    int64_t first, last;
    float head, tail;  // covered share of `first` and of `last`; `tail` is 0 when they are the same
} cover;

static void make_covers(cover *covers, int64_t size, int64_t out_size) {
    double scale = (double)size / (double)out_size;
    for (int64_t i = 0; i < out_size; i++) {
        double start = (double)i * scale, end = i + 1 == out_size ? (double)size : (double)(i + 1) * scale;
        int64_t first = (int64_t)start, last = (int64_t)ceil(end) - 1;
        int same = last <= first;
        covers[i] = (cover){first, same ? first : last, (float)((same ? end : (double)(first + 1)) - start),
                            same ? 0.0f : (float)(end - (double)last)};
    }
}

int codec_downscale(const uint8_t *pixels, int64_t width, int64_t height, int64_t out_width, int64_t out_height,
                    uint8_t *out) {
    int64_t line = 3 * width;
    cover *columns = malloc((size_t)(out_width + out_height) * sizeof(cover));
    float *sums = malloc((size_t)line * sizeof(float));
    int failed = columns == NULL || sums == NULL ? -1 : 0;
    if (failed == 0) {
        make_covers(columns, width, out_width);
        make_covers(columns + out_width, height, out_height);
    }
    float area = (float)((double)width * (double)height / ((double)out_width * (double)out_height));
    for (int64_t y = 0; failed == 0 && y < out_height; y++, out += 3 * out_width) {
        cover rows = columns[out_width + y];
        for (int64_t i = 0; i < line; i++) sums[i] = rows.head * (float)pixels[line * rows.first + i];
        for (int64_t row = rows.first + 1; row <= rows.last; row++) {
            float share = row < rows.last ? 1.0f : rows.tail;
            for (int64_t i = 0; i < line; i++) sums[i] += share * (float)pixels[line * row + i];
        }
        for (int64_t x = 0; x < out_width; x++) {
            cover covered = columns[x];
            for (int c = 0; c < 3; c++) {
                float sum = covered.head * sums[3 * covered.first + c];
                for (int64_t i = covered.first + 1; i < covered.last; i++) sum += sums[3 * i + c];
                sum += covered.tail * sums[3 * covered.last + c];
                float value = sum / area + 0.5f;
                out[3 * x + c] = value >= 255.0f ? 255 : (uint8_t)(int)value;
            }
        }
    }
    free(columns);
    free(sums);
    return failed;
}
