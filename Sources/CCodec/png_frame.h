// What the file that reads animated PNGs takes from the one that reads still ones.
#ifndef PNG_FRAME_H
#define PNG_FRAME_H

#include "CCodec.h"

// Decodes a whole PNG of these sizes to red, green, blue and opacity, 4 bytes a pixel.
codec_status png_decode_frame(const uint8_t *bytes, size_t length, uint32_t width, uint32_t height, uint8_t *pixels, char *message);

#endif
