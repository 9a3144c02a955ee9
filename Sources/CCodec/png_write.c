// Encodes RGB as PNG, for augmentation, tests and pictures for people.
#include "CCodec.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

typedef struct {
    uint8_t *bytes;
    size_t length, capacity;
    char *message;
} growing;

static void on_error(png_structp png, png_const_charp text) {
    growing *job = png_get_error_ptr(png);
    snprintf(job->message, CODEC_TEXT_SIZE, "%s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) { (void)png, (void)text; }

static void on_write(png_structp png, png_bytep source, size_t count) {
    growing *job = png_get_io_ptr(png);
    if (count > job->capacity - job->length) {
        size_t capacity = 2 * (job->length + count) + 4096;
        uint8_t *bytes = realloc(job->bytes, capacity);
        if (bytes == NULL) png_error(png, "out of memory");
        job->bytes = bytes;
        job->capacity = capacity;
    }
    memcpy(job->bytes + job->length, source, count);
    job->length += count;
}

static void on_flush(png_structp png) { (void)png; }

static void encode(png_structp png, png_infop info, const uint8_t *pixels, uint32_t width, uint32_t height) {
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (uint32_t y = 0; y < height; y++) png_write_row(png, pixels + (size_t)y * width * 3);
    png_write_end(png, NULL);
}

// setjmp gets a function of its own, so that no variable it could leave undefined is local to it.
static codec_status try_encode(png_structp png, png_infop info, const uint8_t *pixels, uint32_t width,
                               uint32_t height) {
    if (setjmp(png_jmpbuf(png)) != 0) return CODEC_NO_MEMORY;
    encode(png, info, pixels, width, height);
    return CODEC_OK;
}

codec_status codec_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t **out,
                              size_t *out_length, char *message) {
    growing job = {.message = message};
    message[0] = 0;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &job, on_error, on_warning);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (info == NULL) {
        png_destroy_write_struct(&png, NULL);
        return CODEC_NO_MEMORY;
    }
    png_set_write_fn(png, &job, on_write, on_flush);
    codec_status status = try_encode(png, info, pixels, width, height);
    if (status == CODEC_OK) {
        *out = job.bytes;
        *out_length = job.length;
    } else {
        free(job.bytes);
    }
    png_destroy_write_struct(&png, &info);
    return status;
}
