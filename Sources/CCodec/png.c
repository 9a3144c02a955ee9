// Decodes PNG with libpng to 8-bit RGB and turns its longjmp into a status: a picture is whole or refused.
#include "CCodec.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

enum { FATAL_WARNINGS = 100 };

typedef struct {
    const uint8_t *bytes;
    size_t length, position;
    codec_status status;
    int warnings;
    char *message;
    char *warning;
} decompression;

static void on_error(png_structp png, png_const_charp text) {
    decompression *job = png_get_error_ptr(png);
    if (job->status == CODEC_OK) job->status = CODEC_CORRUPT;
    snprintf(job->message, CODEC_TEXT_SIZE, "%s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    decompression *job = png_get_error_ptr(png);
    if (job->warnings++ == 0) snprintf(job->warning, CODEC_TEXT_SIZE, "%s", text);
    if (job->warnings >= FATAL_WARNINGS) {
        snprintf(job->message, CODEC_TEXT_SIZE, "%d warnings, the first: %.150s", FATAL_WARNINGS, job->warning);
        job->status = CODEC_CORRUPT;
        png_longjmp(png, 1);
    }
}

static void on_read(png_structp png, png_bytep target, size_t count) {
    decompression *job = png_get_io_ptr(png);
    if (count > job->length - job->position) {
        job->status = CODEC_TRUNCATED;
        png_error(png, "premature end of PNG file");
    }
    memcpy(target, job->bytes + job->position, count);
    job->position += count;
}

// Chooses what libpng may do. Of the ancillary chunks only tRNS is looked at, and only to be dropped again: texts and colour
// profiles are checked and skipped without being inflated, so nothing in them can cost memory.
static void configure(png_structp png) {
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    // A wrong checksum of an ancillary chunk leaves the pixels whole; to refuse the picture would let anyone hide it from the
    // scanner and show it to everybody else.
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the caller counted the pixels
    png_set_chunk_malloc_max(png, 0);  // long chunks are skipped, not stored; the default refuses them
}

static void decode(png_structp png, png_infop info, uint32_t width, uint32_t height, uint8_t *pixels) {
    configure(png);
    png_read_info(png, info);
    if (png_get_image_width(png, info) != width || png_get_image_height(png, info) != height) {
        png_error(png, "the sizes are not those of the first header");
    }
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t stride = (size_t)width * 3;
    if (png_get_rowbytes(png, info) != stride) png_error(png, "unexpected row size");
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < height; y++) png_read_row(png, pixels + y * stride, NULL);
    }
    png_read_end(png, NULL);  // checks what follows the picture too, so that any cut is noticed
}

// setjmp gets a function of its own, so that no variable it could leave undefined is local to it.
static void try_decode(png_structp png, png_infop info, uint32_t width, uint32_t height, uint8_t *pixels) {
    if (setjmp(png_jmpbuf(png)) == 0) decode(png, info, width, height, pixels);
}

codec_status codec_png_decode(const uint8_t *bytes, size_t length, uint32_t width, uint32_t height, uint8_t *pixels,
                              char *message, char *warning) {
    decompression job = {.bytes = bytes, .length = length, .message = message, .warning = warning};
    message[0] = warning[0] = 0;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &job, on_error, on_warning);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (info == NULL) {
        png_destroy_read_struct(&png, NULL, NULL);
        return CODEC_NO_MEMORY;
    }
    png_set_read_fn(png, &job, on_read);
    try_decode(png, info, width, height, pixels);
    png_destroy_read_struct(&png, &info, NULL);
    return job.status;
}
