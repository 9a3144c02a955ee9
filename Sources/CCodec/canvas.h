// What the frames of an animation are painted on, for the files that read animations and for `formats.c`.
#ifndef CANVAS_H
#define CANVAS_H

#include "reader.h"

// What is done with the place of a frame before the next one is painted.
typedef enum {
    CANVAS_KEEP = 0,
    CANVAS_CLEAR,
    CANVAS_RESTORE  // to what was there before
} canvas_disposal;

typedef struct {
    uint32_t x, y, width, height;
    canvas_disposal disposal;
} canvas_place;

struct codec_canvas {
    // What is painted on it, of which file. Only compared, never read through.
    const uint8_t *bytes;
    size_t length;
    uint32_t width, height;
    uint32_t frames;  // painted
    uint8_t *pixels;  // red, green, blue, opacity; transparent black where nothing was painted
    canvas_place last;
    uint8_t *saved;  // what was at the last place, where that is to be restored
    // What a decoder that goes on from frame to frame keeps between them, and how it is given up.
    void *decoder;
    void (*give_up)(void *decoder);
};

// For `draw`, before it paints: does with the last frame's place what that frame asked for, and takes the place of this one, which must
// lie on the canvas.
codec_status canvas_begin(codec_canvas *canvas, canvas_place place, char *message);

static inline uint8_t *canvas_pixel(codec_canvas *canvas, uint32_t x, uint32_t y) {
    return canvas->pixels + 4 * ((size_t)y * canvas->width + x);
}

// Frame `file.frame`, at least 1, of an animation whose canvas has these sizes. Opacity is dropped.
codec_status canvas_decode(codec_canvas *canvas, const codec_reader *reader, codec_file file, uint32_t width, uint32_t height,
                           const codec_target *target, char *message);

#endif
