// What each of the files that read a format offers to `formats.c`, and what they share.
#ifndef READER_H
#define READER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CodecFormats.h"
#include "regions.h"

// A file in memory, and which of its pictures is meant, counted from 0: a frame, a page or a picture of its own.
typedef struct {
    const uint8_t *bytes;
    size_t length;
    uint32_t frame;
} codec_file;

// All null where the format's library was missing when this was compiled.
typedef struct {
    // Fills in the library's functions and name; 0 if it can't be had. Null where there is no library.
    int (*load)(char *name);
    codec_status (*header)(codec_file file, codec_header *header, char *message);
    codec_status (*decode)(codec_file file, uint32_t width, uint32_t height, const codec_target *target, char *message,
                           char *warning);
    // How many pictures there are. Null where only one is read.
    codec_status (*count)(codec_file file, uint32_t *frames, char *message);
    // Of an animation: paints the frame over what those before it have left; `decode` is then for the first alone. Null where pictures
    // do not build on each other.
    codec_status (*draw)(codec_file file, codec_canvas *canvas, char *message);
} codec_reader;

extern const codec_reader codec_apng, codec_bmp, codec_gif, codec_heif, codec_jxl, codec_tiff, codec_webp;

// A function of a library and where its address goes.
typedef struct {
    const char *name;
    void *function;  // points to a pointer to a function
} codec_symbol;

#define SYMBOL(pointer, name) {#name, &(pointer).name}

// Loads a library and looks up its functions; 0 unless all are there.
int codec_open_library(const char *name, const codec_symbol *symbols, size_t count);

__attribute__((format(printf, 3, 4))) codec_status codec_refuse(char *message, codec_status status, const char *format, ...);

static inline codec_status truncated(char *message, const char *name) {
    return codec_refuse(message, CODEC_TRUNCATED, "premature end of %s file", name);
}

// A picture without pixels is refused by the caller, who also knows the limits.
static inline uint32_t little(const uint8_t *bytes, int size) {
    uint32_t value = 0;
    for (int i = size - 1; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

// A 16-bit sample on the scale of 8 bits, rounded.
static inline uint8_t eight_of_sixteen(uint32_t value) { return (uint8_t)((value * 255 + 32767) / 65535); }

// Paper that neither the ink nor black covers.
static inline uint8_t light(uint32_t ink, uint32_t black) { return (uint8_t)(((255 - ink) * (255 - black) + 127) / 255); }

#endif
