// Decodes WebP by libwebp: the picture, or the first frame of an animation as it is stored.
#include "reader.h"

#if __has_include(<webp/decode.h>)
#include <webp/decode.h>

static struct {
    __typeof__(&WebPGetDecoderVersion) WebPGetDecoderVersion;
    __typeof__(&WebPGetFeaturesInternal) WebPGetFeaturesInternal;
    __typeof__(&WebPInitDecoderConfigInternal) WebPInitDecoderConfigInternal;
    __typeof__(&WebPDecode) WebPDecode;
} webp;

static int load(char *name) {
    const codec_symbol symbols[] = {
        SYMBOL(webp, WebPGetDecoderVersion), SYMBOL(webp, WebPGetFeaturesInternal),
        SYMBOL(webp, WebPInitDecoderConfigInternal), SYMBOL(webp, WebPDecode)};
    if (!codec_open_library("libwebp.so.7", symbols, sizeof symbols / sizeof *symbols)) return 0;
    int version = webp.WebPGetDecoderVersion();
    snprintf(name, 64, "libwebp %d.%d.%d", version >> 16, version >> 8 & 255, version & 255);
    return 1;
}

// What a walk over the chunks finds, with every size checked against the file.
typedef struct {
    codec_file picture;  // all of it, or what the first frame consists of
    int frames;          // 0 in a still picture
    size_t exif_offset, exif_length;
} layout;

static codec_status find_picture(codec_file file, layout *found, char *message) {
    *found = (layout){.picture = file};
    if (file.length < 20) return truncated(message, "WebP");
    size_t end = (size_t)little(file.bytes + 4, 4) + 8;
    if (end > file.length) return truncated(message, "WebP");
    found->picture.length = end;
    for (size_t at = 12; at < end;) {
        if (end - at < 8) return codec_refuse(message, CODEC_CORRUPT, "a chunk of WebP is cut short");
        size_t size = little(file.bytes + at + 4, 4), body = at + 8;
        if (size > end - body) return codec_refuse(message, CODEC_CORRUPT, "a chunk of WebP reaches beyond the file's end");
        if (memcmp(file.bytes + at, "ANMF", 4) == 0) {
            if (size < 24) return codec_refuse(message, CODEC_CORRUPT, "a frame of WebP without a picture");
            if (found->frames++ == 0) found->picture = (codec_file){file.bytes + body + 16, size - 16};
        }
        if (memcmp(file.bytes + at, "EXIF", 4) == 0 && found->exif_length == 0) {
            // Some programs begin it as JPEG would.
            size_t skipped = size >= 6 && memcmp(file.bytes + body, "Exif\0\0", 6) == 0 ? 6 : 0;
            found->exif_offset = body + skipped;
            found->exif_length = size - skipped;
        }
        at = body + size + (size & 1);
    }
    return CODEC_OK;
}

static codec_status refuse(VP8StatusCode code, char *message) {
    switch (code) {
        case VP8_STATUS_OK: return CODEC_OK;
        case VP8_STATUS_OUT_OF_MEMORY: return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
        case VP8_STATUS_UNSUPPORTED_FEATURE:
            return codec_refuse(message, CODEC_UNSUPPORTED, "a feature that libwebp does not know");
        // All bytes are there, so an end that comes too early is damage.
        case VP8_STATUS_SUSPENDED:
        case VP8_STATUS_NOT_ENOUGH_DATA: return codec_refuse(message, CODEC_CORRUPT, "the picture ends before its last pixel");
        default: return codec_refuse(message, CODEC_CORRUPT, "damaged WebP data");
    }
}

static codec_status read_header(codec_file file, codec_header *header, char *message) {
    layout found;
    codec_status status = find_picture(file, &found, message);
    if (status != CODEC_OK) return status;
    WebPBitstreamFeatures features;
    VP8StatusCode code = webp.WebPGetFeaturesInternal(found.picture.bytes, found.picture.length, &features,
                                                      WEBP_DECODER_ABI_VERSION);
    if (code != VP8_STATUS_OK) return refuse(code, message);
    if (features.has_animation) return codec_refuse(message, CODEC_CORRUPT, "an animation without frames");
    int is_lossy = features.format == 1;
    header->width = (uint32_t)features.width;
    header->height = (uint32_t)features.height;
    header->bits = 8;
    header->colour = features.format == 0 ? CODEC_COLOUR_OTHER : is_lossy ? CODEC_COLOUR_YCBCR : CODEC_COLOUR_RGB;
    header->chroma_x = header->chroma_y = is_lossy ? 2 : 0;
    header->alpha = features.has_alpha;
    header->animated = found.frames > 1;
    header->exif_offset = found.exif_offset;
    header->exif_length = found.exif_length;
    return CODEC_OK;
}

static codec_status decode(codec_file file, uint32_t width, uint32_t height, const codec_target *target, char *message,
                           char *warning) {
    (void)warning;
    layout found;
    codec_status status = find_picture(file, &found, message);
    if (status != CODEC_OK) return status;
    WebPDecoderConfig config;
    if (!webp.WebPInitDecoderConfigInternal(&config, WEBP_DECODER_ABI_VERSION)) {
        return codec_refuse(message, CODEC_UNSUPPORTED, "another libwebp than this program was built for");
    }
    size_t stride = (size_t)3 * width;
    int whole = target->count == 1 && target->regions->width == width && target->regions->height == height;
    uint8_t *pixels = whole ? target->pixels : malloc(stride * height);
    if (pixels == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    config.output.colorspace = MODE_RGB;  // transparency is dropped, not blended
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * height;
    status = refuse(webp.WebPDecode(found.picture.bytes, found.picture.length, &config), message);
    if (status == CODEC_OK && ((uint32_t)config.output.width != width || (uint32_t)config.output.height != height)) {
        status = codec_refuse(message, CODEC_CORRUPT, "the sizes are not those of the first header");
    }
    for (uint32_t y = 0; y < height && status == CODEC_OK && !whole; y++) copy_row(target, pixels + y * stride, 0, y);
    if (!whole) free(pixels);
    return status;
}

const codec_reader codec_webp = {load, read_header, decode};

#else
const codec_reader codec_webp = {0};
#endif
