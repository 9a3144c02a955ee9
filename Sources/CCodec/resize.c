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
    int64_t above_row, below_row;
} bilinear;

static inline __attribute__((always_inline)) void resample(const uint8_t *row, const tap *columns, int64_t out_width,
                                                            int64_t step, int64_t channel_step, float *out) {
    for (int64_t x = 0; x < out_width; x++) {
        const uint8_t *left = row + 3 * columns[x].lower, *right = row + 3 * columns[x].upper;
        float share = columns[x].share;
        for (int c = 0; c < 3; c++) {
            out[step * x + channel_step * c] = (float)left[c] + ((float)right[c] - (float)left[c]) * share;
        }
    }
}

static void resample_row(const bilinear *job, const uint8_t *row, int64_t out_width, float *out) {
    if (job->planar) {
        resample(row, job->columns, out_width, 1, out_width, out);
    } else {
        resample(row, job->columns, out_width, 3, 1, out);
    }
}

static int bilinear_begin(bilinear *job, int64_t width, int64_t height, int64_t out_width, int64_t out_height) {
    job->columns = malloc((size_t)(out_width + out_height) * sizeof(tap));
    job->lines = malloc((size_t)out_width * 6 * sizeof(float));
    if (job->columns == NULL || job->lines == NULL) return -1;
    job->rows = job->columns + out_width;
    job->above = job->lines;
    job->below = job->lines + 3 * out_width;
    job->above_row = job->below_row = -1;
    make_taps(job->columns, width, out_width);
    make_taps(job->rows, height, out_height);
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
            out[i] = (uint8_t)(int)(above[i] + (below[i] - above[i]) * share + 0.5f);
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
                out[c * plane + x] = (above[x] + (below[x] - above[x]) * share) * (1.0f / 255.0f);
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
