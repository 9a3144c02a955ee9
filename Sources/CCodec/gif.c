// Decodes the frames of a GIF. The format is a walk over blocks and one dictionary of fixed size: less than it would take to
// keep a library from reading on in a file that ends.
#include "gif.h"

// Skips sub-blocks, each with its length before it, to behind the empty one that ends them. 0 at the end of the file.
static int skip_blocks(codec_file file, size_t *at) {
    while (*at < file.length) {
        size_t size = file.bytes[(*at)++];
        if (size == 0) return 1;
        if (size > file.length - *at) return 0;
        *at += size;
    }
    return 0;
}

// A colour table with the sizes that `flags` tell; 0 at the end of the file.
static int take_colours(codec_file file, size_t *at, unsigned flags, const uint8_t **colours, uint32_t *count) {
    if (!(flags & 0x80)) return 1;
    uint32_t size = 2u << (flags & 7);
    if (3 * size > file.length - *at) return 0;
    *colours = file.bytes + *at;
    *count = size;
    *at += 3 * size;
    return 1;
}

static codec_status walk(codec_file file, gif_layout *found, char *message) {
    *found = (gif_layout){0};
    if (file.length < 13) return truncated(message, "GIF");
    size_t at = 13;
    const uint8_t *control = NULL;  // what stands before a frame and is about it: flags, two bytes of time, the transparent colour
    const uint8_t *global = NULL;
    uint32_t global_count = 0;
    if (!take_colours(file, &at, file.bytes[10], &global, &global_count)) return truncated(message, "GIF");
    while (at < file.length) {
        uint8_t kind = file.bytes[at++];
        if (kind == 0x3B) {
            if (found->frames == 0) return codec_refuse(message, CODEC_CORRUPT, "a GIF without a picture");
            return file.frame < found->frames ? CODEC_OK : codec_refuse(message, CODEC_CORRUPT, "there is no such frame");
        }
        if (kind == 0x21) {
            if (at == file.length) return truncated(message, "GIF");
            int is_control = file.bytes[at++] == 0xF9;
            if (is_control && file.length - at > 4 && file.bytes[at] >= 4) control = file.bytes + at + 1;
            if (!skip_blocks(file, &at)) return truncated(message, "GIF");
            continue;
        }
        // Some programs end the blocks twice; those that show pictures pass over it.
        if (kind == 0) continue;
        if (kind != 0x2C) return codec_refuse(message, CODEC_CORRUPT, "a block of unknown kind 0x%02x", kind);
        if (file.length - at < 9) return truncated(message, "GIF");
        const uint8_t *frame = file.bytes + at;
        const uint8_t *colours = global;
        uint32_t colour_count = global_count;
        at += 9;
        if (!take_colours(file, &at, frame[8], &colours, &colour_count)) return truncated(message, "GIF");
        uint32_t right = little(frame, 2) + little(frame + 4, 2), bottom = little(frame + 2, 2) + little(frame + 6, 2);
        if (found->frames == 0) {
            // Some files say of themselves that they are smaller than their first frame.
            uint32_t width = little(file.bytes + 6, 2), height = little(file.bytes + 8, 2);
            found->canvas_width = width > right ? width : right;
            found->canvas_height = height > bottom ? height : bottom;
        }
        if (found->frames++ == file.frame) {
            found->x = little(frame, 2);
            found->y = little(frame + 2, 2);
            found->width = little(frame + 4, 2);
            found->height = little(frame + 6, 2);
            found->interlaced = frame[8] >> 6 & 1;
            found->has_transparency = control != NULL && (control[0] & 1);
            found->transparent = control != NULL ? control[3] : 0;
            found->disposal = control != NULL ? control[0] >> 2 & 7 : 0;
            found->colours = colours;
            found->colour_count = colour_count;
            while (1u << found->bits < colour_count) found->bits++;
            found->data = at;
        }
        control = NULL;
        if (at++ == file.length || !skip_blocks(file, &at)) return truncated(message, "GIF");
    }
    return truncated(message, "GIF");
}

static codec_status read_header(codec_file file, codec_header *header, char *message) {
    gif_layout found;
    codec_status status = walk(file, &found, message);
    if (status != CODEC_OK) return status;
    header->width = file.frame == 0 ? found.width : found.canvas_width;
    header->height = file.frame == 0 ? found.height : found.canvas_height;
    header->bits = found.bits;
    header->colour = CODEC_COLOUR_PALETTE;
    header->alpha = found.has_transparency;
    header->animated = found.frames > 1;
    header->interlaced = found.interlaced;
    return CODEC_OK;
}

// The row of the picture that comes `number`-th in the file.
static uint32_t row_of(uint32_t number, uint32_t height, int interlaced) {
    if (!interlaced) return number;
    static const uint32_t starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    for (int pass = 0; pass < 4; pass++) {
        uint32_t rows = height > starts[pass] ? (height - starts[pass] + steps[pass] - 1) / steps[pass] : 0;
        if (number < rows) return starts[pass] + number * steps[pass];
        number -= rows;
    }
    return 0;
}

static codec_status refuse_colour(char *message) {
    return codec_refuse(message, CODEC_CORRUPT, "a colour that the table does not have");
}

static codec_status paint(const gif_layout *found, const uint8_t *indices, uint8_t *row, const codec_target *target, char *message) {
    for (uint32_t number = 0; number < found->height; number++) {
        const uint8_t *source = indices + (size_t)number * found->width;
        for (uint32_t x = 0; x < found->width; x++) {
            if (source[x] >= found->colour_count) return refuse_colour(message);
            memcpy(row + (size_t)3 * x, found->colours + 3 * source[x], 3);
        }
        copy_row(target, row, 0, row_of(number, found->height, found->interlaced));
    }
    return CODEC_OK;
}

static codec_status decode(codec_file file, uint32_t width, uint32_t height, const codec_target *target, char *message,
                           char *warning) {
    (void)warning;
    gif_layout found;
    codec_status status = walk(file, &found, message);
    if (status != CODEC_OK) return status;
    if (found.width != width || found.height != height) {
        return codec_refuse(message, CODEC_CORRUPT, "the sizes are not those of the first header");
    }
    size_t count = (size_t)width * height;
    uint8_t *indices = malloc(count + (size_t)3 * width);
    if (indices == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    status = gif_unpack(file, &found, indices, count, message);
    if (status == CODEC_OK) status = paint(&found, indices, indices + count, target, message);
    free(indices);
    return status;
}

static codec_status count_frames(codec_file file, uint32_t *frames, char *message) {
    gif_layout found;
    codec_status status = walk(file, &found, message);
    *frames = found.frames > 0 ? found.frames : 1;
    return status;
}

static codec_status paint_over(const gif_layout *found, const uint8_t *indices, codec_canvas *canvas, char *message) {
    for (uint32_t number = 0; number < found->height; number++) {
        const uint8_t *source = indices + (size_t)number * found->width;
        uint8_t *pixel = canvas_pixel(canvas, found->x, found->y + row_of(number, found->height, found->interlaced));
        for (uint32_t x = 0; x < found->width; x++, pixel += 4) {
            if (found->has_transparency && source[x] == found->transparent) continue;
            if (source[x] >= found->colour_count) return refuse_colour(message);
            memcpy(pixel, found->colours + 3 * source[x], 3);
            pixel[3] = 255;
        }
    }
    return CODEC_OK;
}

static codec_status draw(codec_file file, codec_canvas *canvas, char *message) {
    gif_layout found;
    codec_status status = walk(file, &found, message);
    if (status != CODEC_OK) return status;
    static const canvas_disposal disposals[8] = {[2] = CANVAS_CLEAR, [3] = CANVAS_RESTORE};
    canvas_place place = {found.x, found.y, found.width, found.height, disposals[found.disposal]};
    status = canvas_begin(canvas, place, message);
    if (status != CODEC_OK) return status;
    size_t count = (size_t)found.width * found.height;
    uint8_t *indices = malloc(count);
    if (indices == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    status = gif_unpack(file, &found, indices, count, message);
    if (status == CODEC_OK) status = paint_over(&found, indices, canvas, message);
    free(indices);
    return status;
}

const codec_reader codec_gif = {NULL, read_header, decode, count_frames, draw};
