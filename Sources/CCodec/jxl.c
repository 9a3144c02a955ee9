// Decodes JPEG XL by libjxl, on one thread: the picture, or the frames of an animation, which libjxl itself paints one over the other.
#include "canvas.h"

#if __has_include(<jxl/decode.h>)
#include <jxl/decode.h>
#include <jxl/version.h>

static struct {
    __typeof__(&JxlDecoderVersion) JxlDecoderVersion;
    __typeof__(&JxlDecoderCreate) JxlDecoderCreate;
    __typeof__(&JxlDecoderDestroy) JxlDecoderDestroy;
    __typeof__(&JxlDecoderSubscribeEvents) JxlDecoderSubscribeEvents;
    __typeof__(&JxlDecoderSetKeepOrientation) JxlDecoderSetKeepOrientation;
    __typeof__(&JxlDecoderSetInput) JxlDecoderSetInput;
    __typeof__(&JxlDecoderCloseInput) JxlDecoderCloseInput;
    __typeof__(&JxlDecoderProcessInput) JxlDecoderProcessInput;
    __typeof__(&JxlDecoderGetBasicInfo) JxlDecoderGetBasicInfo;
    __typeof__(&JxlDecoderImageOutBufferSize) JxlDecoderImageOutBufferSize;
    __typeof__(&JxlDecoderSetImageOutBuffer) JxlDecoderSetImageOutBuffer;
    __typeof__(&JxlDecoderSkipFrames) JxlDecoderSkipFrames;
} jxl;

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#define SONAME "libjxl.so." TEXT(JPEGXL_MAJOR_VERSION) "." TEXT(JPEGXL_MINOR_VERSION)

static int load(char *name) {
    const codec_symbol symbols[] = {
        SYMBOL(jxl, JxlDecoderVersion), SYMBOL(jxl, JxlDecoderCreate), SYMBOL(jxl, JxlDecoderDestroy),
        SYMBOL(jxl, JxlDecoderSubscribeEvents), SYMBOL(jxl, JxlDecoderSetKeepOrientation), SYMBOL(jxl, JxlDecoderSetInput),
        SYMBOL(jxl, JxlDecoderCloseInput), SYMBOL(jxl, JxlDecoderProcessInput), SYMBOL(jxl, JxlDecoderGetBasicInfo),
        SYMBOL(jxl, JxlDecoderImageOutBufferSize), SYMBOL(jxl, JxlDecoderSetImageOutBuffer), SYMBOL(jxl, JxlDecoderSkipFrames)};
    if (!codec_open_library(SONAME, symbols, sizeof symbols / sizeof *symbols)) return 0;
    unsigned version = jxl.JxlDecoderVersion();
    snprintf(name, 64, "libjxl %u.%u.%u", version / 1000000, version / 1000 % 1000, version % 1000);
    return 1;
}

// A decoder that tells of `events` and has all of the file.
static codec_status begin(codec_file file, int events, JxlDecoder **decoder, char *message) {
    *decoder = jxl.JxlDecoderCreate(NULL);
    if (*decoder == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    if (jxl.JxlDecoderSubscribeEvents(*decoder, events) != JXL_DEC_SUCCESS
        || jxl.JxlDecoderSetKeepOrientation(*decoder, JXL_TRUE) != JXL_DEC_SUCCESS
        || jxl.JxlDecoderSetInput(*decoder, file.bytes, file.length) != JXL_DEC_SUCCESS) {
        return codec_refuse(message, CODEC_UNSUPPORTED, "another libjxl than this program was built for");
    }
    return CODEC_OK;
}

// What a status that was not hoped for means. The input is not closed, so an end that comes too early is asked about.
static codec_status refuse(JxlDecoderStatus status, char *message) {
    if (status == JXL_DEC_NEED_MORE_INPUT) return truncated(message, "JPEG XL");
    return codec_refuse(message, CODEC_CORRUPT, "damaged JPEG XL data");
}

static codec_status read_header(codec_file file, codec_header *header, char *message) {
    JxlDecoder *decoder;
    JxlBasicInfo info;
    codec_status status = begin(file, JXL_DEC_BASIC_INFO, &decoder, message);
    if (status == CODEC_OK) {
        JxlDecoderStatus step = jxl.JxlDecoderProcessInput(decoder);
        if (step != JXL_DEC_BASIC_INFO) status = refuse(step, message);
        else if (jxl.JxlDecoderGetBasicInfo(decoder, &info) != JXL_DEC_SUCCESS) status = refuse(JXL_DEC_ERROR, message);
    }
    if (status == CODEC_OK) {
        header->width = info.xsize;
        header->height = info.ysize;
        header->bits = (int32_t)info.bits_per_sample;
        header->colour = info.num_color_channels == 1 ? CODEC_COLOUR_GREY : CODEC_COLOUR_RGB;
        header->alpha = info.alpha_bits > 0;
        header->animated = info.have_animation != 0;
        header->orientation = (int)info.orientation > 1 && (int)info.orientation <= 8 ? (int)info.orientation : 0;
    }
    if (decoder != NULL) jxl.JxlDecoderDestroy(decoder);
    return status;
}

// Decodes the first frame to `pixels` and reads on to the end, where a cut would be.
static codec_status run(JxlDecoder *decoder, uint32_t width, uint32_t height, uint8_t *pixels, char *message) {
    const JxlPixelFormat format = {3, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    int is_done = 0;
    for (;;) {
        JxlDecoderStatus step = jxl.JxlDecoderProcessInput(decoder);
        switch (step) {
            case JXL_DEC_SUCCESS:
                return is_done ? CODEC_OK : codec_refuse(message, CODEC_CORRUPT, "a JPEG XL without a picture");
            case JXL_DEC_BASIC_INFO: {
                JxlBasicInfo info;
                if (jxl.JxlDecoderGetBasicInfo(decoder, &info) != JXL_DEC_SUCCESS || info.xsize != width || info.ysize != height) {
                    return codec_refuse(message, CODEC_CORRUPT, "the sizes are not those of the first header");
                }
                break;
            }
            case JXL_DEC_NEED_IMAGE_OUT_BUFFER: {
                size_t size;
                if (is_done || jxl.JxlDecoderImageOutBufferSize(decoder, &format, &size) != JXL_DEC_SUCCESS
                    || size != (size_t)3 * width * height
                    || jxl.JxlDecoderSetImageOutBuffer(decoder, &format, pixels, size) != JXL_DEC_SUCCESS) {
                    return codec_refuse(message, CODEC_CORRUPT, "damaged JPEG XL data");
                }
                break;
            }
            case JXL_DEC_FULL_IMAGE:
                if (!is_done) jxl.JxlDecoderSkipFrames(decoder, SIZE_MAX / 2);
                is_done = 1;
                break;
            default: return refuse(step, message);
        }
    }
}

static codec_status decode(codec_file file, uint32_t width, uint32_t height, const codec_target *target, char *message,
                           char *warning) {
    (void)warning;
    JxlDecoder *decoder;
    size_t stride = (size_t)3 * width;
    int whole = target->count == 1 && target->regions->width == width && target->regions->height == height;
    uint8_t *pixels = NULL;
    codec_status status = begin(file, JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE, &decoder, message);
    if (status == CODEC_OK) {
        pixels = whole ? target->pixels : malloc(stride * height);
        if (pixels == NULL) status = codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    }
    if (status == CODEC_OK) status = run(decoder, width, height, pixels, message);
    for (uint32_t y = 0; y < height && status == CODEC_OK && !whole; y++) copy_row(target, pixels + y * stride, 0, y);
    if (!whole) free(pixels);
    if (decoder != NULL) jxl.JxlDecoderDestroy(decoder);
    return status;
}

// Frames that a viewer shows; nothing of them is decoded.
static codec_status count_frames(codec_file file, uint32_t *frames, char *message) {
    JxlDecoder *decoder;
    uint32_t count = 0;
    codec_status status = begin(file, JXL_DEC_FRAME, &decoder, message);
    while (status == CODEC_OK) {
        JxlDecoderStatus step = jxl.JxlDecoderProcessInput(decoder);
        if (step == JXL_DEC_SUCCESS) break;
        if (step != JXL_DEC_FRAME || count == UINT32_MAX) status = refuse(step, message);
        count++;
    }
    if (status == CODEC_OK && count == 0) status = codec_refuse(message, CODEC_CORRUPT, "a JPEG XL without a picture");
    *frames = count > 0 ? count : 1;
    if (decoder != NULL) jxl.JxlDecoderDestroy(decoder);
    return status;
}

static void give_up(void *decoder) { jxl.JxlDecoderDestroy(decoder); }

// The decoder stays with the canvas, since most frames take what those before them were.
static codec_status draw(codec_file file, codec_canvas *canvas, char *message) {
    const JxlPixelFormat format = {4, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    const size_t size = (size_t)4 * canvas->width * canvas->height;
    if (canvas->decoder == NULL) {
        JxlDecoder *decoder;
        codec_status status = begin(file, JXL_DEC_FULL_IMAGE, &decoder, message);
        canvas->decoder = decoder, canvas->give_up = give_up;
        if (status != CODEC_OK) return status;
    }
    for (;;) {
        JxlDecoderStatus step = jxl.JxlDecoderProcessInput(canvas->decoder);
        size_t wanted;
        switch (step) {
            case JXL_DEC_FULL_IMAGE: return CODEC_OK;
            case JXL_DEC_SUCCESS: return codec_refuse(message, CODEC_CORRUPT, "there is no such frame");
            case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
                if (jxl.JxlDecoderImageOutBufferSize(canvas->decoder, &format, &wanted) != JXL_DEC_SUCCESS || wanted != size
                    || jxl.JxlDecoderSetImageOutBuffer(canvas->decoder, &format, canvas->pixels, size) != JXL_DEC_SUCCESS) {
                    return codec_refuse(message, CODEC_CORRUPT, "the sizes are not those of the first header");
                }
                break;
            default: return refuse(step, message);
        }
    }
}

const codec_reader codec_jxl = {load, read_header, decode, count_frames, draw};

#else
const codec_reader codec_jxl = {0};
#endif
