// What the two files that read GIF share.
#ifndef GIF_H
#define GIF_H

#include "canvas.h"

// What a walk over all blocks finds.
typedef struct {
    uint32_t frames, canvas_width, canvas_height;
    // Of the frame that was asked for:
    uint32_t x, y, width, height;
    int interlaced, has_transparency, transparent, disposal;
    const uint8_t *colours;
    uint32_t colour_count;
    size_t data;  // where its coded pixels begin
    int bits;
} gif_layout;

// Fills `indices` with `count` colour numbers of the frame, whose blocks the walk has shown to lie within the file.
codec_status gif_unpack(codec_file file, const gif_layout *found, uint8_t *indices, size_t count, char *message);

#endif
