// Encodes WebP by libwebp, for what the web does to pictures before a detector sees them.
#include "writer.h"

#if __has_include(<webp/encode.h>)
#include <pthread.h>
#include <webp/encode.h>

static struct {
    __typeof__(&WebPEncodeRGB) WebPEncodeRGB;
    __typeof__(&WebPFree) WebPFree;
    int is_loaded;
} webp;

static void load(void) {
    const codec_symbol symbols[] = {SYMBOL(webp, WebPEncodeRGB), SYMBOL(webp, WebPFree)};
    webp.is_loaded = codec_open_library("libwebp.so.7", symbols, sizeof symbols / sizeof *symbols);
}

int webp_can_write(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return webp.is_loaded;
}

codec_status webp_write(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **out,
                               size_t *out_length, char *message) {
    if (!webp_can_write()) return codec_refuse(message, CODEC_UNSUPPORTED, "libwebp is missing");
    uint8_t *file = NULL;
    size_t length = webp.WebPEncodeRGB(pixels, (int)width, (int)height, (int)(3 * width), (float)quality, &file);
    codec_status status = length > 0 ? CODEC_OK : codec_refuse(message, CODEC_TOO_LARGE, "libwebp does not encode this");
    // Given back by the caller with free, which need not be libwebp's.
    if (status == CODEC_OK) {
        *out = malloc(length);
        *out_length = length;
        if (*out == NULL) status = codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
        else memcpy(*out, file, length);
    }
    webp.WebPFree(file);
    return status;
}

#else
int webp_can_write(void) { return 0; }

codec_status webp_write(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **out,
                               size_t *out_length, char *message) {
    (void)pixels, (void)width, (void)height, (void)quality, (void)out, (void)out_length;
    return codec_refuse(message, CODEC_UNSUPPORTED, "built without libwebp");
}
#endif
