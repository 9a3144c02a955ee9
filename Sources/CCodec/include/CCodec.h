// The seam to libjpeg and libpng, and the pixel loops that Swift can't vectorise portably.
//
// Both libraries report errors with longjmp, which must never cross a Swift frame: setjmp lives in this module and nowhere
// else. Every entry point takes plain pointers and lengths, keeps no state between calls and returns a status; texts land in
// the caller's buffers of CODEC_TEXT_SIZE bytes, always terminated.
#ifndef CCODEC_H
#define CCODEC_H

#include <stddef.h>
#include <stdint.h>

#define CODEC_TEXT_SIZE 208

typedef enum {
    CODEC_OK = 0,
    CODEC_CORRUPT,         // the library refuses the bytes, or part of the picture would be missing
    CODEC_TRUNCATED,       // the bytes end before the picture does
    CODEC_UNSUPPORTED,     // a valid variant that the library was not built for
    CODEC_TOO_LARGE,       // sides beyond what the library can address
    CODEC_TOO_MANY_SCANS,  // more passes over the picture than the caller allows
    CODEC_NO_MEMORY,
} codec_status;

typedef enum {
    CODEC_COLOUR_OTHER = 0,
    CODEC_COLOUR_GREY,
    CODEC_COLOUR_RGB,
    CODEC_COLOUR_YCBCR,
    CODEC_COLOUR_CMYK,
    CODEC_COLOUR_YCCK,
    CODEC_COLOUR_PALETTE,
} codec_colour;

// What a picture was decoded in spite of, as bits. None of them leaves a sample unread.
typedef enum {
    CODEC_NO_END = 1 << 0,       // every sample is there, the mark that ends the file is not
    CODEC_BAD_TAIL = 1 << 1,     // what follows the last sample cannot be read
    CODEC_STRAY_BYTES = 1 << 2,  // JPEG: bytes between segments that belong to none
    CODEC_PADDING = 1 << 3,      // JPEG: fill bytes behind a scan's last sample
    CODEC_UNREFINED = 1 << 4,    // JPEG: the scans end before every coefficient is exact
    CODEC_OTHER_WARNING = 1 << 5,  // only the library's words say what
} codec_warning;

typedef struct {
    uint32_t width, height;
    int32_t bits;              // per channel
    int32_t colour;            // codec_colour, as stored
    int32_t adobe;             // 1 if an Adobe APP14 marker was seen
    int32_t progressive;       // 1 if the picture comes in refining passes
    int32_t arithmetic;        // 1 if arithmetic coding is used instead of Huffman
    int32_t quality;           // 1...100 on the IJG scale, 0 if the tables are far from that family
    int32_t chroma_x, chroma_y;  // luma samples per chroma sample, 0 if irregular or without chroma
} codec_jpeg_header;

// Reads everything before the first scan. Takes memory for tables only. On CODEC_TOO_LARGE the sizes are filled in too.
codec_status codec_jpeg_read_header(const uint8_t *bytes, size_t length, codec_jpeg_header *header, char *message);

// A part of a picture, in pixels from its top left corner. It lies within the picture and is not empty.
typedef struct {
    uint32_t x, y, width, height;
} codec_region;

// Decode `count` regions, at least one, to RGB: 3 bytes a pixel, rows without padding, one region after the other. Regions may
// overlap; the whole picture is one region. `width` and `height` are the sizes that codec_jpeg_read_header told, or those of
// the IHDR. Whatever the regions are, the file is read to its end, with the same pixels, complaints and refusals.
// `warning` receives the first harmless complaint, or stays empty; `warnings` receives bits of codec_warning. Texts that begin
// with the library's name are the library's.
codec_status codec_jpeg_decode(const uint8_t *bytes, size_t length, int max_scans, uint32_t width, uint32_t height,
                               const codec_region *regions, size_t count, uint8_t *pixels, char *message,
                               char *warning, uint32_t *warnings);
// The default image of a PNG.
codec_status codec_png_decode(const uint8_t *bytes, size_t length, uint32_t width, uint32_t height,
                              const codec_region *regions, size_t count, uint8_t *pixels, char *message,
                              char *warning, uint32_t *warnings);

// Encoders. On CODEC_OK `*out` is to be given back with codec_free.
// `chroma_x` and `chroma_y` (1 or 2) are the luma samples per chroma sample.
codec_status codec_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, int chroma_x,
                               int chroma_y, uint8_t **out, size_t *out_length, char *message);
codec_status codec_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t **out,
                              size_t *out_length, char *message);
void codec_free(uint8_t *bytes);

// Pixel loops over RGB rows without padding. Sizes are at least 1; source and target never overlap.

// The window of `out_width` × `out_height` pixels at (x, y); outside the picture it is reflected (… 2 1 0 1 2 …).
void codec_crop(const uint8_t *pixels, int64_t width, int64_t height, int64_t x, int64_t y, int64_t out_width,
                int64_t out_height, uint8_t *out);
// Bilinear, half-pixel centres, no antialias, rounded to nearest. Returns 0, or −1 without memory.
int codec_resize(const uint8_t *pixels, int64_t width, int64_t height, int64_t out_width, int64_t out_height,
                 uint8_t *out);
// The same in floats and not rounded: planes [3][out_height][out_width] in [0, 1]. Returns 0, or −1 without memory.
int codec_bilinear_planes(const uint8_t *pixels, int64_t width, int64_t height, int64_t out_width, int64_t out_height,
                          float *out);
// Mean over the area that each target pixel covers; the target is not larger than the source. Returns 0, or −1.
int codec_downscale(const uint8_t *pixels, int64_t width, int64_t height, int64_t out_width, int64_t out_height,
                    uint8_t *out);
void codec_flip_horizontally(const uint8_t *pixels, int64_t width, int64_t height, uint8_t *out);
void codec_flip_vertically(const uint8_t *pixels, int64_t width, int64_t height, uint8_t *out);
// A quarter turn counter-clockwise: `out` is `height` wide and `width` high.
void codec_rotate(const uint8_t *pixels, int64_t width, int64_t height, uint8_t *out);

// The perceptual hash PDQ of RGB pixels, the highest byte first, and how much there was to hash, 0...100. Returns 0, or −1 without memory.
int codec_pdq(const uint8_t *pixels, int64_t width, int64_t height, uint8_t bytes[32], int *quality);

// The formats beside JPEG and PNG.
#include "CodecFormats.h"

#endif
