// What the files that write a format offer to `writers.c`.
#ifndef WRITER_H
#define WRITER_H

#include "reader.h"

int webp_can_write(void);
codec_status webp_write(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **out, size_t *out_length,
                        char *message);
// HEIC and AVIF.
int heif_can_write(codec_written kind);
codec_status heif_write(codec_written kind, const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **out,
                        size_t *out_length, char *message);

#endif
