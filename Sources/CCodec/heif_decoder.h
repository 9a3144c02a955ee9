// What the decoders of AV1 and HEVC that are handed to libheif share.
#ifndef HEIF_DECODER_H
#define HEIF_DECODER_H

#include "heif.h"

#if __has_include(<libheif/heif_plugin.h>)

static inline struct heif_error outcome(enum heif_error_code code, enum heif_suberror_code detail, const char *text) {
    return (struct heif_error){code, detail, text};
}

static inline struct heif_error fine(void) { return outcome(heif_error_Ok, heif_suberror_Unspecified, "Success"); }

static inline struct heif_error damaged(const char *text) {
    return outcome(heif_error_Decoder_plugin_error, heif_suberror_Unspecified, text);
}

static inline struct heif_error exhausted(void) {
    return outcome(heif_error_Memory_allocation_error, heif_suberror_Unspecified, "out of memory");
}

// What a decoder has decoded, to be copied to a picture of libheif's.
typedef struct {
    int width, height, bits, planes;
    int chroma_x, chroma_y;
    enum heif_chroma chroma;
    const uint8_t *plane[3];
    ptrdiff_t stride[3];
    uint16_t primaries, transfer, matrix;
    int is_full_range;
} heif_picture;

// The coded bytes of one picture, as libheif pushes them.
typedef struct {
    uint8_t *bytes;
    size_t length;
} heif_coded;

// Above all that libheif brings.
enum { HEIF_PRIORITY = 1000 };

// Copies a picture to one of libheif's.
struct heif_error heif_hand_over(const heif_picture *picture, struct heif_image **image);

// Of a decoder, which here is the data that it has been given.
struct heif_error heif_new_decoder(void **decoder);
void heif_free_decoder(void *decoder);
struct heif_error heif_push_data(void *decoder, const void *data, size_t size);
void heif_set_strict(void *decoder, int is_strict);

// Registers a decoder and adds its library's name; 0 if that can't be had.
int heif_register_av1(char *name, size_t size);
int heif_register_hevc(char *name, size_t size);

#endif
#endif
