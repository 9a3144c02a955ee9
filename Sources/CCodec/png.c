// Decodes PNG with libpng to 8-bit RGB and turns its longjmp into a status: a picture is whole or refused.
#include "png_frame.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "regions.h"

typedef struct {
    const uint8_t *bytes;
    size_t length, position;
    codec_status status;
    int complete;  // every sample has been read, and the checksum of the chunk that the last one came from was right
    uint32_t bits;    // of codec_warning
    uint8_t *buffer;  // a row, or the picture
    uint8_t palette[PNG_MAX_PALETTE_LENGTH][4];  // with opacity
    int colours;      // in the palette; 0 where the pixels are no indices
    int has_opacity;  // whether four bytes a pixel are wanted, and not three
    char *message;
    char *warning;
} decompression;

static void on_error(png_structp png, png_const_charp text) {
    decompression *job = png_get_error_ptr(png);
    if (job->complete) {
        job->bits |= job->status == CODEC_TRUNCATED ? CODEC_NO_END : CODEC_BAD_TAIL;
        job->status = CODEC_OK;
        if (job->warning[0] == 0) {
            snprintf(job->warning, CODEC_TEXT_SIZE, "%s%s", job->message[0] ? "" : "libpng: ", job->message[0] ? job->message : text);
        }
        png_longjmp(png, 1);
    }
    if (job->status == CODEC_OK) job->status = CODEC_CORRUPT;
    if (job->message[0] == 0) snprintf(job->message, CODEC_TEXT_SIZE, "libpng: %s", text);
    png_longjmp(png, 1);
}

// However many there are: none costs a pixel, and each costs no more than the chunk that it is of.
static void on_warning(png_structp png, png_const_charp text) {
    decompression *job = png_get_error_ptr(png);
    job->bits |= CODEC_OTHER_WARNING;
    if (job->warning[0] == 0) snprintf(job->warning, CODEC_TEXT_SIZE, "libpng: %s", text);
}

static void on_read(png_structp png, png_bytep target, size_t count) {
    decompression *job = png_get_io_ptr(png);
    if (count > job->length - job->position) {
        job->status = CODEC_TRUNCATED;
        snprintf(job->message, CODEC_TEXT_SIZE, "the chunks end before the end chunk");
        png_error(png, "end");
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

static uint8_t *allocate(png_structp png, decompression *job, size_t size) {
    job->buffer = malloc(size);
    if (job->buffer == NULL) {
        job->status = CODEC_NO_MEMORY;
        png_error(png, "out of memory");
    }
    return job->buffer;
}

// An index beyond the palette has no colour, and what viewers show then differs.
static void check_indices(png_structp png, decompression *job, const uint8_t *indices, uint32_t width) {
    uint8_t highest = 0;
    for (uint32_t x = 0; x < width; x++) highest = indices[x] > highest ? indices[x] : highest;
    if (highest >= job->colours) {
        snprintf(job->message, CODEC_TEXT_SIZE, "a pixel has colour %d of a palette of %d", highest + 1, job->colours);
        png_error(png, "palette");
    }
}

// Turns a row of indices, one a byte, into colours, if `row` is not null.
static void look_up(png_structp png, decompression *job, const uint8_t *indices, uint32_t width, uint8_t *row) {
    check_indices(png, job, indices, width);
    if (row == NULL) return;
    // Four bytes at once are quicker than three; the fourth is the next pixel's.
    for (uint32_t x = 0; x + 1 < width; x++) memcpy(row + (size_t)3 * x, job->palette[indices[x]], 4);
    memcpy(row + (size_t)3 * (width - 1), job->palette[indices[width - 1]], 3);
}

// Rows that no region lies in are read too, so that damage in them is noticed; they are only not written down.
static void read_rows(png_structp png, decompression *job, uint32_t width, uint32_t height, const codec_target *target) {
    uint8_t *buffer = allocate(png, job, (size_t)width * 4), *indices = buffer + (size_t)width * 3;
    for (uint32_t y = 0; y < height; y++) {
        uint8_t *in_place = row_in_place(target, width, y);
        uint8_t *row = in_place != NULL ? in_place : buffer;
        int wanted = next_row(target, y, height) == y;
        png_read_row(png, job->colours > 0 ? indices : wanted ? row : NULL, NULL);
        if (job->colours > 0) look_up(png, job, indices, width, wanted ? row : NULL);
        if (wanted && in_place == NULL) copy_row(target, buffer, 0, y);
    }
}

// Every pass adds pixels to those of the passes before it, all over the picture.
static void read_passes(png_structp png, decompression *job, int passes, uint32_t width, uint32_t height,
                        const codec_target *target) {
    size_t stride = (size_t)width * (job->colours > 0 ? 1 : 3);
    int whole = job->colours == 0 && target->count == 1 && target->regions->width == width
        && target->regions->height == height;
    uint8_t *pixels = whole ? target->pixels : allocate(png, job, stride * height + (size_t)width * 3);
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < height; y++) png_read_row(png, pixels + y * stride, NULL);
    }
    uint8_t *colours = pixels + stride * height;
    for (uint32_t y = 0; y < height && !whole; y++) {
        uint8_t *row = pixels + y * stride;
        if (job->colours > 0) look_up(png, job, row, width, colours), row = colours;
        copy_row(target, row, 0, y);
    }
}

// The whole picture to `pixels`, with opacity, in as many passes as it has. Indices wait in the last quarter of their row until all are there.
static void read_frame(png_structp png, decompression *job, int passes, uint32_t width, uint32_t height, uint8_t *pixels) {
    size_t stride = (size_t)width * 4, indices = job->colours > 0 ? (size_t)width * 3 : 0;
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < height; y++) png_read_row(png, pixels + y * stride + indices, NULL);
    }
    for (uint32_t y = 0; y < height && job->colours > 0; y++) {
        uint8_t *row = pixels + y * stride;
        check_indices(png, job, row + indices, width);
        // A colour is written no farther than the index that it is of.
        for (size_t x = 0; x < width; x++) memcpy(row + 4 * x, job->palette[row[indices + x]], 4);
    }
}

// The palette is looked up here, since libpng shows black where an index has no colour.
static void choose_output(png_structp png, png_infop info, decompression *job) {
    png_colorp palette;
    png_bytep opacities = NULL;
    int transparent = 0;
    if (png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE) {
        _Static_assert(sizeof *palette == 3, "colours are three bytes");
        if (png_get_PLTE(png, info, &palette, &job->colours) == 0 || job->colours == 0) png_error(png, "no palette");
        png_get_tRNS(png, info, &opacities, &transparent, NULL);
        for (int i = 0; i < job->colours; i++) {
            memcpy(job->palette[i], &palette[i], 3);
            job->palette[i][3] = i < transparent ? opacities[i] : 255;
        }
        png_set_packing(png);
        return;
    }
    png_set_expand(png);
    png_set_scale_16(png);
    if (job->has_opacity) png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
    else png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
}

static void decode(png_structp png, png_infop info, uint32_t width, uint32_t height, const codec_target *target) {
    decompression *job = png_get_io_ptr(png);
    configure(png);
    png_read_info(png, info);
    if (png_get_image_width(png, info) != width || png_get_image_height(png, info) != height) {
        png_error(png, "the sizes are not those of the first header");
    }
    choose_output(png, info, job);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const size_t pixel_size = job->colours > 0 ? 1 : job->has_opacity ? 4 : 3;
    if (png_get_rowbytes(png, info) != width * pixel_size) png_error(png, "unexpected row size");
    if (job->has_opacity) {
        read_frame(png, job, passes, width, height, target->pixels);
    } else if (passes == 1) {
        read_rows(png, job, width, height, target);
    } else {
        read_passes(png, job, passes, width, height, target);
    }
    job->complete = 1;
    png_read_end(png, NULL);  // checks what follows the picture too, so that any cut is told
}

// setjmp gets a function of its own, so that no variable it could leave undefined is local to it.
static void try_decode(png_structp png, png_infop info, uint32_t width, uint32_t height, const codec_target *target) {
    if (setjmp(png_jmpbuf(png)) == 0) decode(png, info, width, height, target);
}

static codec_status run(decompression *job, uint32_t width, uint32_t height, const codec_target *target) {
    job->message[0] = job->warning[0] = 0;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, job, on_error, on_warning);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (info == NULL) {
        png_destroy_read_struct(&png, NULL, NULL);
        return CODEC_NO_MEMORY;
    }
    png_set_read_fn(png, job, on_read);
    try_decode(png, info, width, height, target);
    png_destroy_read_struct(&png, &info, NULL);
    free(job->buffer);
    return job->status;
}

codec_status codec_png_decode(const uint8_t *bytes, size_t length, uint32_t width, uint32_t height,
                              const codec_region *regions, size_t count, uint8_t *pixels, char *message,
                              char *warning, uint32_t *warnings) {
    codec_target target = {.regions = regions, .count = count, .pixels = pixels};
    decompression job = {.bytes = bytes, .length = length, .message = message, .warning = warning};
    codec_status status = run(&job, width, height, &target);
    *warnings = job.bits;
    return status;
}

codec_status png_decode_frame(const uint8_t *bytes, size_t length, uint32_t width, uint32_t height, uint8_t *pixels, char *message) {
    char warning[CODEC_TEXT_SIZE];
    codec_target target = {.pixels = pixels};
    decompression job = {.bytes = bytes, .length = length, .message = message, .warning = warning, .has_opacity = 1};
    return run(&job, width, height, &target);
}
