// Finds the reader of a format, and its library when it is first wanted.
#define _GNU_SOURCE
#include "canvas.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>

static const codec_reader *const readers[CODEC_FORMATS] = {
    [CODEC_APNG] = &codec_apng, [CODEC_BMP] = &codec_bmp, [CODEC_GIF] = &codec_gif,   [CODEC_HEIF] = &codec_heif,
    [CODEC_JXL] = &codec_jxl, [CODEC_TIFF] = &codec_tiff, [CODEC_WEBP] = &codec_webp,
};

// A library is loaded into a process and not into a call, so this is the one state that outlives calls.
static struct {
    pthread_mutex_t lock;
    int is_closed;
    int state[CODEC_FORMATS];  // 0: not tried, 1: loaded, -1: can't be
    char names[CODEC_FORMATS][64];
} loading = {.lock = PTHREAD_MUTEX_INITIALIZER};

int codec_is_built_in(codec_format format) { return (unsigned)format < CODEC_FORMATS && readers[format]->decode != NULL; }

int codec_load(codec_format format) {
    if (!codec_is_built_in(format)) return 0;
    if (readers[format]->load == NULL) return 1;
    pthread_mutex_lock(&loading.lock);
    int *state = &loading.state[format];
    if (*state == 0 && !loading.is_closed) *state = readers[format]->load(loading.names[format]) ? 1 : -1;
    int is_loaded = *state == 1;
    pthread_mutex_unlock(&loading.lock);
    return is_loaded;
}

void codec_stop_loading(void) {
    pthread_mutex_lock(&loading.lock);
    loading.is_closed = 1;
    pthread_mutex_unlock(&loading.lock);
}

const char *codec_library(codec_format format) { return (unsigned)format < CODEC_FORMATS ? loading.names[format] : ""; }

int codec_open_library(const char *name, const codec_symbol *symbols, size_t count) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return 0;
    for (size_t i = 0; i < count; i++) {
        void *function = dlsym(library, symbols[i].name);
        if (function == NULL) return 0;
        memcpy(symbols[i].function, &function, sizeof function);
    }
    return 1;
}

codec_status codec_refuse(char *message, codec_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, CODEC_TEXT_SIZE, format, arguments);
    va_end(arguments);
    return status;
}

static codec_status refuse_unread(codec_format format, char *message) {
    return codec_refuse(message, CODEC_UNSUPPORTED,
                        codec_is_built_in(format) ? "its library is missing" : "built without its library");
}

codec_status codec_count_frames(codec_format format, const uint8_t *bytes, size_t length, uint32_t *frames, char *message) {
    *frames = 1;
    message[0] = 0;
    if (!codec_load(format)) return refuse_unread(format, message);
    const codec_reader *reader = readers[format];
    return reader->count == NULL ? CODEC_OK : reader->count((codec_file){bytes, length, 0}, frames, message);
}

static codec_status refuse_frame(char *message) { return codec_refuse(message, CODEC_CORRUPT, "there is no such frame"); }

codec_status codec_read_header(codec_format format, const uint8_t *bytes, size_t length, uint32_t frame, codec_header *header,
                               char *message) {
    memset(header, 0, sizeof *header);
    message[0] = 0;
    if (!codec_load(format)) return refuse_unread(format, message);
    const codec_reader *reader = readers[format];
    if (frame > 0 && reader->count == NULL) return refuse_frame(message);
    return reader->header((codec_file){bytes, length, frame}, header, message);
}

codec_status codec_decode(codec_format format, const uint8_t *bytes, size_t length, uint32_t frame, codec_canvas *canvas,
                          uint32_t width, uint32_t height, const codec_region *regions, size_t count, uint8_t *pixels,
                          char *message, char *warning) {
    codec_target target = {.regions = regions, .count = count, .pixels = pixels};
    message[0] = warning[0] = 0;
    if (!codec_load(format)) return refuse_unread(format, message);
    const codec_reader *reader = readers[format];
    const codec_file file = {bytes, length, frame};
    if (frame > 0 && reader->count == NULL) return refuse_frame(message);
    if (frame == 0 || reader->draw == NULL) return reader->decode(file, width, height, &target, message, warning);
    return canvas_decode(canvas, reader, file, width, height, &target, message);
}
