// Finds what writes a format.
#include "writer.h"

int codec_can_write(codec_written kind) { return kind == CODEC_WRITE_WEBP ? webp_can_write() : heif_can_write(kind); }

codec_status codec_write(codec_written kind, const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **out,
                         size_t *out_length, char *message) {
    message[0] = 0;
    if (kind == CODEC_WRITE_WEBP) return webp_write(pixels, width, height, quality, out, out_length, message);
    return heif_write(kind, pixels, width, height, quality, out, out_length, message);
}
