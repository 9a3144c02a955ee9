// Paints the frames of an animation one over the other, since most of them hold only what has changed.
//
// Whoever asks for frame after frame gets each for the work of one; who asks for one alone waits for all before it.
#include "canvas.h"

codec_canvas *codec_canvas_make(void) { return calloc(1, sizeof(codec_canvas)); }

static void wipe(codec_canvas *canvas) {
    free(canvas->pixels);
    free(canvas->saved);
    if (canvas->decoder != NULL) canvas->give_up(canvas->decoder);
    *canvas = (codec_canvas){0};
}

void codec_canvas_free(codec_canvas *canvas) {
    if (canvas == NULL) return;
    wipe(canvas);
    free(canvas);
}

static size_t row_size(const canvas_place *place) { return (size_t)4 * place->width; }

static void dispose(codec_canvas *canvas) {
    const canvas_place *place = &canvas->last;
    for (uint32_t row = 0; row < place->height && place->disposal != CANVAS_KEEP; row++) {
        uint8_t *pixels = canvas_pixel(canvas, place->x, place->y + row);
        if (place->disposal == CANVAS_CLEAR) memset(pixels, 0, row_size(place));
        else memcpy(pixels, canvas->saved + row * row_size(place), row_size(place));
    }
    free(canvas->saved);
    canvas->saved = NULL;
    canvas->last = (canvas_place){0};
}

codec_status canvas_begin(codec_canvas *canvas, canvas_place place, char *message) {
    dispose(canvas);
    int is_inside = place.width > 0 && place.height > 0 && place.x <= canvas->width && place.width <= canvas->width - place.x
        && place.y <= canvas->height && place.height <= canvas->height - place.y;
    if (!is_inside) return codec_refuse(message, CODEC_CORRUPT, "a frame that does not lie on the canvas");
    if (place.disposal == CANVAS_RESTORE) {
        canvas->saved = malloc(row_size(&place) * place.height);
        if (canvas->saved == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
        for (uint32_t row = 0; row < place.height; row++) {
            memcpy(canvas->saved + row * row_size(&place), canvas_pixel(canvas, place.x, place.y + row), row_size(&place));
        }
    }
    canvas->last = place;
    return CODEC_OK;
}

// Makes the canvas ready for the frame: with those before it, if the last one asked for was the one before, and else empty. Frame 1 always
// begins anew, so that another file at the same place in memory is never painted over what this one left.
static codec_status prepare(codec_canvas *canvas, codec_file file, uint32_t width, uint32_t height, char *message) {
    int goes_on = file.frame > 1 && canvas->frames == file.frame && canvas->bytes == file.bytes && canvas->length == file.length
        && canvas->width == width && canvas->height == height;
    if (goes_on) return CODEC_OK;
    wipe(canvas);
    canvas->pixels = calloc((size_t)width * height, 4);
    if (canvas->pixels == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    canvas->bytes = file.bytes, canvas->length = file.length;
    canvas->width = width, canvas->height = height;
    return CODEC_OK;
}

static codec_status deliver(codec_canvas *canvas, const codec_target *target, char *message) {
    uint8_t *row = malloc((size_t)3 * canvas->width);
    if (row == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    for (uint32_t y = next_row(target, 0, canvas->height); y < canvas->height; y = next_row(target, y + 1, canvas->height)) {
        const uint8_t *pixel = canvas_pixel(canvas, 0, y);
        for (size_t x = 0; x < canvas->width; x++) memcpy(row + 3 * x, pixel + 4 * x, 3);
        copy_row(target, row, 0, y);
    }
    free(row);
    return CODEC_OK;
}

codec_status canvas_decode(codec_canvas *canvas, const codec_reader *reader, codec_file file, uint32_t width, uint32_t height,
                           const codec_target *target, char *message) {
    if (canvas == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "no canvas");
    codec_status status = prepare(canvas, file, width, height, message);
    while (status == CODEC_OK && canvas->frames <= file.frame) {
        status = reader->draw((codec_file){file.bytes, file.length, canvas->frames}, canvas, message);
        canvas->frames++;
    }
    if (status == CODEC_OK) status = deliver(canvas, target, message);
    if (status != CODEC_OK) wipe(canvas);
    return status;
}
