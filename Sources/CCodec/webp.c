// Decodes WebP by libwebp: the picture, or the frames of an animation.
#include "canvas.h"

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
    codec_file picture;  // all of it, or what the frame consists of
    uint32_t frames;     // 0 in a still picture
    uint32_t canvas_width, canvas_height;
    canvas_place place;  // of the frame
    int replaces;        // whether it does away with what it covers, also where it is transparent
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
        const uint8_t *chunk = file.bytes + body;
        if (memcmp(file.bytes + at, "VP8X", 4) == 0 && size >= 10) {
            found->canvas_width = little(chunk + 4, 3) + 1;
            found->canvas_height = little(chunk + 7, 3) + 1;
        }
        if (memcmp(file.bytes + at, "ANMF", 4) == 0) {
            if (size < 24) return codec_refuse(message, CODEC_CORRUPT, "a frame of WebP without a picture");
            if (found->frames++ == file.frame) {
                found->picture = (codec_file){chunk + 16, size - 16, file.frame};
                found->place = (canvas_place){
                    2 * little(chunk, 3), 2 * little(chunk + 3, 3), little(chunk + 6, 3) + 1, little(chunk + 9, 3) + 1,
                    chunk[15] & 1 ? CANVAS_CLEAR : CANVAS_KEEP};
                found->replaces = chunk[15] >> 1 & 1;
            }
        }
        if (memcmp(file.bytes + at, "EXIF", 4) == 0 && found->exif_length == 0) {
            // Some programs begin it as JPEG would.
            size_t skipped = size >= 6 && memcmp(file.bytes + body, "Exif\0\0", 6) == 0 ? 6 : 0;
            found->exif_offset = body + skipped;
            found->exif_length = size - skipped;
        }
        at = body + size + (size & 1);
    }
    if (file.frame > 0 && file.frame >= found->frames) return codec_refuse(message, CODEC_CORRUPT, "there is no such frame");
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
    if (file.frame > 0) header->width = found.canvas_width, header->height = found.canvas_height;
    return CODEC_OK;
}

static codec_status prepare(WebPDecoderConfig *config, char *message) {
    if (webp.WebPInitDecoderConfigInternal(config, WEBP_DECODER_ABI_VERSION)) return CODEC_OK;
    return codec_refuse(message, CODEC_UNSUPPORTED, "another libwebp than this program was built for");
}

// Decodes to `pixels`, which has room for a picture of these sizes and of `size` bytes a pixel.
static codec_status decode_to(uint8_t *pixels, codec_file picture, WEBP_CSP_MODE mode, size_t size, uint32_t width, uint32_t height,
                              char *message) {
    WebPDecoderConfig config;
    codec_status status = prepare(&config, message);
    if (status != CODEC_OK) return status;
    config.output.colorspace = mode;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = (int)(size * width);
    config.output.u.RGBA.size = size * width * height;
    status = refuse(webp.WebPDecode(picture.bytes, picture.length, &config), message);
    if (status == CODEC_OK && ((uint32_t)config.output.width != width || (uint32_t)config.output.height != height)) {
        status = codec_refuse(message, CODEC_CORRUPT, "the sizes are not those of the first header");
    }
    return status;
}

static codec_status decode(codec_file file, uint32_t width, uint32_t height, const codec_target *target, char *message,
                           char *warning) {
    (void)warning;
    layout found;
    codec_status status = find_picture(file, &found, message);
    if (status != CODEC_OK) return status;
    size_t stride = (size_t)3 * width;
    int whole = target->count == 1 && target->regions->width == width && target->regions->height == height;
    uint8_t *pixels = whole ? target->pixels : malloc(stride * height);
    if (pixels == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    // Transparency is dropped, not blended.
    status = decode_to(pixels, found.picture, MODE_RGB, 3, width, height, message);
    for (uint32_t y = 0; y < height && status == CODEC_OK && !whole; y++) copy_row(target, pixels + y * stride, 0, y);
    if (!whole) free(pixels);
    return status;
}

static codec_status count_frames(codec_file file, uint32_t *frames, char *message) {
    layout found;
    codec_status status = find_picture(file, &found, message);
    *frames = found.frames > 0 ? found.frames : 1;
    return status;
}

// One pixel over another, neither of them multiplied by its opacity, in the arithmetic of libwebp's own animations.
static void blend(const uint8_t *source, uint8_t *target) {
    uint32_t opacity = source[3], below = target[3] * (256 - opacity) >> 8;
    if (opacity == 0) return;
    if (opacity == 255 || below == 0) {
        memcpy(target, source, 4);
        return;
    }
    const uint32_t whole = opacity + below, scale = (1u << 24) / whole;
    for (int i = 0; i < 3; i++) target[i] = (uint8_t)((source[i] * opacity + target[i] * below) * scale >> 24);
    target[3] = (uint8_t)whole;
}

static codec_status draw(codec_file file, codec_canvas *canvas, char *message) {
    layout found;
    codec_status status = find_picture(file, &found, message);
    if (status != CODEC_OK) return status;
    status = canvas_begin(canvas, found.place, message);
    if (status != CODEC_OK) return status;
    const uint32_t width = found.place.width, height = found.place.height;
    WebPBitstreamFeatures features;
    status = refuse(webp.WebPGetFeaturesInternal(found.picture.bytes, found.picture.length, &features, WEBP_DECODER_ABI_VERSION), message);
    if (status != CODEC_OK) return status;
    if (features.has_animation || (uint32_t)features.width != width || (uint32_t)features.height != height) {
        return codec_refuse(message, CODEC_CORRUPT, "a frame of other sizes than it says");
    }
    uint8_t *pixels = malloc((size_t)4 * width * height);
    if (pixels == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    status = decode_to(pixels, found.picture, MODE_RGBA, 4, width, height, message);
    for (uint32_t y = 0; y < height && status == CODEC_OK; y++) {
        const uint8_t *source = pixels + (size_t)4 * width * y;
        uint8_t *target = canvas_pixel(canvas, found.place.x, found.place.y + y);
        if (found.replaces) memcpy(target, source, (size_t)4 * width);
        for (size_t x = 0; x < width && !found.replaces; x++) blend(source + 4 * x, target + 4 * x);
    }
    free(pixels);
    return status;
}

const codec_reader codec_webp = {load, read_header, decode, count_frames, draw};

#else
const codec_reader codec_webp = {0};
#endif
