// The perceptual hash PDQ, as its authors published it ("The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm",
// Facebook 2019): luma, smoothed by two tent-like filters, 64² samples of it, the 16² lowest of their cosines, each against the median.
//
// Luma is rounded once and sums are taken in single precision, in the order of the reference, so that coefficients close to the median
// fall to the side to which they fall there.
#include "CCodec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum { SIDE = 64, LOW = 16, PASSES = 2, SMALLEST = 5 };

// How a mean over a window of `full` samples moves along `length`, cut off at both ends: one sample in, one out.
typedef struct {
    int64_t lead;   // samples that come in before the first mean
    int64_t rise;   // means of a window that still grows
    int64_t level;  // means of a whole window
} movement;

static movement movement_of(int64_t length, int64_t full) {
    int64_t half = (full + 2) / 2;
    return (movement){half - 1, full - half + 1, length - full};
}

static int64_t window_of(int64_t length) { return (length + 2 * SIDE - 1) / (2 * SIDE); }

static void smooth_row(const float *in, float *out, int64_t length) {
    movement steps = movement_of(length, window_of(length));
    int64_t left = 0, right = 0, to = 0, window = 0;
    float sum = 0;
    for (int64_t i = 0; i < steps.lead; i++) sum += in[right++], window++;
    for (int64_t i = 0; i < steps.rise; i++) sum += in[right++], window++, out[to++] = sum / (float)window;
    for (int64_t i = 0; i < steps.level; i++) {
        sum += in[right++];
        sum -= in[left++];
        out[to++] = sum / (float)window;
    }
    for (int64_t i = 0; i < steps.lead; i++) sum -= in[left++], window--, out[to++] = sum / (float)window;
}

static void add_row(float *sums, const float *row, int64_t width, float sign) {
    for (int64_t x = 0; x < width; x++) sums[x] += sign * row[x];
}

static void mean_row(float *out, const float *sums, int64_t width, int64_t window) {
    for (int64_t x = 0; x < width; x++) out[x] = sums[x] / (float)window;
}

// All columns side by side: down one after the other, every sample would be a cache miss.
static void smooth_columns(const float *in, float *out, float *sums, int64_t width, int64_t height) {
    movement steps = movement_of(height, window_of(height));
    int64_t window = 0;
    const float *left = in, *right = in;
    memset(sums, 0, (size_t)width * sizeof *sums);
    for (int64_t i = 0; i < steps.lead; i++, right += width, window++) add_row(sums, right, width, 1);
    for (int64_t i = 0; i < steps.rise; i++, right += width, out += width) {
        add_row(sums, right, width, 1);
        mean_row(out, sums, width, ++window);
    }
    for (int64_t i = 0; i < steps.level; i++, right += width, left += width, out += width) {
        add_row(sums, right, width, 1);
        add_row(sums, left, width, -1);
        mean_row(out, sums, width, window);
    }
    for (int64_t i = 0; i < steps.lead; i++, left += width, out += width) {
        add_row(sums, left, width, -1);
        mean_row(out, sums, width, --window);
    }
}

static int quality_of(float samples[SIDE][SIDE]) {
    int sum = 0;
    for (int i = 0; i < SIDE - 1; i++) {
        for (int j = 0; j < SIDE; j++) sum += abs((int)((samples[i][j] - samples[i + 1][j]) * 100 / 255));
    }
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE - 1; j++) sum += abs((int)((samples[i][j] - samples[i][j + 1]) * 100 / 255));
    }
    return sum / 90 > 100 ? 100 : sum / 90;
}

// The lower of the two values in the middle.
static float median_of(const float values[LOW * LOW]) {
    float sorted[LOW * LOW];
    for (int i = 0; i < LOW * LOW; i++) {
        int place = i;
        for (; place > 0 && sorted[place - 1] > values[i]; place--) sorted[place] = sorted[place - 1];
        sorted[place] = values[i];
    }
    return sorted[LOW * LOW / 2 - 1];
}

static void hash(float samples[SIDE][SIDE], uint8_t bytes[32]) {
    const float scale = (float)sqrt(2.0 / SIDE);
    float cosine[LOW][SIDE], half[LOW][SIDE], low[LOW * LOW];
    for (int i = 0; i < LOW; i++) {
        for (int j = 0; j < SIDE; j++) cosine[i][j] = (float)(scale * cos(M_PI / 2 / SIDE * (i + 1) * (2 * j + 1)));
    }
    for (int i = 0; i < LOW; i++) {
        for (int j = 0; j < SIDE; j++) {
            float sum = 0;
            for (int k = 0; k < SIDE; k++) sum += cosine[i][k] * samples[k][j];
            half[i][j] = sum;
        }
    }
    for (int i = 0; i < LOW; i++) {
        for (int j = 0; j < LOW; j++) {
            float sum = 0;
            for (int k = 0; k < SIDE; k++) sum += half[i][k] * cosine[j][k];
            low[i * LOW + j] = sum;
        }
    }
    float median = median_of(low);
    memset(bytes, 0, 32);
    // Written as a number of 256 bits whose highest comes first.
    for (int i = 0; i < LOW * LOW; i++) {
        if (low[i] > median) bytes[31 - i / 8] |= (uint8_t)(1 << i % 8);
    }
}

int codec_pdq(const uint8_t *pixels, int64_t width, int64_t height, uint8_t bytes[32], int *quality) {
    memset(bytes, 0, 32);
    *quality = 0;
    if (width < SMALLEST || height < SMALLEST) return 0;
    size_t count = (size_t)width * (size_t)height;
    float *luma = malloc((2 * count + (size_t)width) * sizeof *luma), *other = luma + count, *sums = other + count;
    if (luma == NULL) return -1;
    for (size_t i = 0; i < count; i++) {
        luma[i] = (float)(0.299 * pixels[3 * i] + 0.587 * pixels[3 * i + 1] + 0.114 * pixels[3 * i + 2]);
    }
    // A picture of just that size is taken as it is.
    int passes = width == SIDE && height == SIDE ? 0 : PASSES;
    for (int pass = 0; pass < passes; pass++) {
        for (int64_t y = 0; y < height; y++) smooth_row(luma + y * width, other + y * width, width);
        smooth_columns(other, luma, sums, width, height);
    }
    float samples[SIDE][SIDE];
    for (int i = 0; i < SIDE; i++) {
        int64_t y = (int64_t)((i + 0.5) * (double)height / SIDE);
        for (int j = 0; j < SIDE; j++) samples[i][j] = luma[y * width + (int64_t)((j + 0.5) * (double)width / SIDE)];
    }
    free(luma);
    *quality = quality_of(samples);
    hash(samples, bytes);
    return 0;
}
