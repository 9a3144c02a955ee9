// Encodes HEIC and AVIF by libheif, for what cameras and the web do to pictures before a detector sees them.
#include "writer.h"

#if __has_include(<libheif/heif.h>)
#include <libheif/heif.h>
#include <pthread.h>
#include <stdatomic.h>

static struct {
    __typeof__(&heif_init) heif_init;
    __typeof__(&heif_have_encoder_for_format) heif_have_encoder_for_format;
    __typeof__(&heif_context_alloc) heif_context_alloc;
    __typeof__(&heif_context_free) heif_context_free;
    __typeof__(&heif_context_get_encoder_for_format) heif_context_get_encoder_for_format;
    __typeof__(&heif_encoder_release) heif_encoder_release;
    __typeof__(&heif_encoder_set_lossy_quality) heif_encoder_set_lossy_quality;
    __typeof__(&heif_encoder_set_parameter_integer) heif_encoder_set_parameter_integer;
    __typeof__(&heif_encoder_set_parameter_string) heif_encoder_set_parameter_string;
    __typeof__(&heif_image_create) heif_image_create;
    __typeof__(&heif_image_add_plane) heif_image_add_plane;
    __typeof__(&heif_image_get_plane) heif_image_get_plane;
    __typeof__(&heif_image_release) heif_image_release;
    __typeof__(&heif_context_encode_image) heif_context_encode_image;
    __typeof__(&heif_context_write) heif_context_write;
    int is_loaded;
} heif;

static void load(void) {
    const codec_symbol symbols[] = {
        SYMBOL(heif, heif_init), SYMBOL(heif, heif_have_encoder_for_format), SYMBOL(heif, heif_context_alloc),
        SYMBOL(heif, heif_context_free), SYMBOL(heif, heif_context_get_encoder_for_format), SYMBOL(heif, heif_encoder_release),
        SYMBOL(heif, heif_encoder_set_lossy_quality), SYMBOL(heif, heif_encoder_set_parameter_integer),
        SYMBOL(heif, heif_encoder_set_parameter_string),
        SYMBOL(heif, heif_image_create), SYMBOL(heif, heif_image_add_plane), SYMBOL(heif, heif_image_get_plane),
        SYMBOL(heif, heif_image_release), SYMBOL(heif, heif_context_encode_image), SYMBOL(heif, heif_context_write)};
    heif.is_loaded = codec_open_library("libheif.so.1", symbols, sizeof symbols / sizeof *symbols)
        && heif.heif_init(NULL).code == heif_error_Ok;
}

static enum heif_compression_format compression(codec_written kind) {
    return kind == CODEC_WRITE_AVIF ? heif_compression_AV1 : heif_compression_HEVC;
}

int heif_can_write(codec_written kind) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return heif.is_loaded && heif.heif_have_encoder_for_format(compression(kind)) != 0;
}

// A file that grows.
typedef struct {
    uint8_t *bytes;
    size_t length;
} sink;

static struct heif_error take(struct heif_context *context, const void *data, size_t size, void *target) {
    (void)context;
    sink *sink = target;
    uint8_t *bytes = realloc(sink->bytes, sink->length + size);
    if (bytes == NULL) return (struct heif_error){heif_error_Memory_allocation_error, heif_suberror_Unspecified, "out of memory"};
    memcpy(bytes + sink->length, data, size);
    sink->bytes = bytes;
    sink->length += size;
    return (struct heif_error){heif_error_Ok, heif_suberror_Unspecified, "Success"};
}

static struct heif_error fill(const uint8_t *pixels, uint32_t width, uint32_t height, struct heif_image **image) {
    struct heif_error error =
        heif.heif_image_create((int)width, (int)height, heif_colorspace_RGB, heif_chroma_interleaved_RGB, image);
    if (error.code != heif_error_Ok) return error;
    error = heif.heif_image_add_plane(*image, heif_channel_interleaved, (int)width, (int)height, 8);
    if (error.code != heif_error_Ok) return error;
    int stride;
    uint8_t *plane = heif.heif_image_get_plane(*image, heif_channel_interleaved, &stride);
    for (size_t y = 0; y < height; y++) memcpy(plane + y * (size_t)stride, pixels + y * 3 * width, (size_t)3 * width);
    return error;
}

static struct heif_error encode(struct heif_context *context, struct heif_encoder *encoder, int quality,
                                const struct heif_image *image, sink *sink) {
    struct heif_error error = heif.heif_encoder_set_lossy_quality(encoder, quality);
    // One, so that a run on many cores does not start as many for each picture. An encoder that knows no threads has one.
    heif.heif_encoder_set_parameter_integer(encoder, "threads", 1);
    // As fast as those are set that do it for the web and in phones: of AV1 and of HEVC, which don't know each other's words.
    heif.heif_encoder_set_parameter_integer(encoder, "speed", 8);
    heif.heif_encoder_set_parameter_string(encoder, "preset", "veryfast");
    if (error.code == heif_error_Ok) error = heif.heif_context_encode_image(context, image, encoder, NULL, NULL);
    struct heif_writer writer = {.writer_api_version = 1, .write = take};
    if (error.code == heif_error_Ok) error = heif.heif_context_write(context, &writer, sink);
    return error;
}

static codec_status write_picture(codec_written kind, const uint8_t *pixels, uint32_t width, uint32_t height, int quality,
                                  uint8_t **out, size_t *out_length, char *message) {
    sink sink = {0};
    struct heif_encoder *encoder = NULL;
    struct heif_image *image = NULL;
    struct heif_context *context = heif.heif_context_alloc();
    if (context == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    struct heif_error error = heif.heif_context_get_encoder_for_format(context, compression(kind), &encoder);
    if (error.code == heif_error_Ok) error = fill(pixels, width, height, &image);
    if (error.code == heif_error_Ok) error = encode(context, encoder, quality, image, &sink);
    codec_status status = CODEC_OK;
    if (error.code != heif_error_Ok) {
        status = codec_refuse(message, error.code == heif_error_Memory_allocation_error ? CODEC_NO_MEMORY : CODEC_UNSUPPORTED,
                              "%s", error.message);
    }
    if (image != NULL) heif.heif_image_release(image);
    if (encoder != NULL) heif.heif_encoder_release(encoder);
    heif.heif_context_free(context);
    if (status != CODEC_OK) {
        free(sink.bytes);
        return status;
    }
    *out = sink.bytes;
    *out_length = sink.length;
    return status;
}

// libx265 fills the table of its functions when the first encoder is opened, under no lock: another one that is opened meanwhile takes
// the table for filled and calls what is not there yet, at address 0. So the first picture of a format is encoded alone.
static pthread_mutex_t setting_up = PTHREAD_MUTEX_INITIALIZER;

codec_status heif_write(codec_written kind, const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **out,
                        size_t *out_length, char *message) {
    static _Atomic int is_set_up[2];
    if (!heif_can_write(kind)) return codec_refuse(message, CODEC_UNSUPPORTED, "libheif or its encoder is missing");
    _Atomic int *is_ready = &is_set_up[kind == CODEC_WRITE_HEIC];
    if (atomic_load(is_ready)) return write_picture(kind, pixels, width, height, quality, out, out_length, message);
    pthread_mutex_lock(&setting_up);
    codec_status status = write_picture(kind, pixels, width, height, quality, out, out_length, message);
    if (status == CODEC_OK) atomic_store(is_ready, 1);
    pthread_mutex_unlock(&setting_up);
    return status;
}

#else
int heif_can_write(codec_written kind) { return (void)kind, 0; }

codec_status heif_write(codec_written kind, const uint8_t *pixels, uint32_t width, uint32_t height, int quality,
                               uint8_t **out, size_t *out_length, char *message) {
    (void)kind, (void)pixels, (void)width, (void)height, (void)quality, (void)out, (void)out_length;
    return codec_refuse(message, CODEC_UNSUPPORTED, "built without libheif");
}
#endif
