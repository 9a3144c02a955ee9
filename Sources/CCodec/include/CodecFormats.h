// Pictures that are neither JPEG nor PNG, and the frames of animated PNGs: one way in for all of them, since what differs is only who reads the bytes.
//
// Libraries are loaded when they are wanted, not with the program: a scan of JPEGs would wait for them in vain. What was not
// loaded by then can't be in a confined process, so whoever confines itself calls `codec_stop_loading` first.
#ifndef CODEC_FORMATS_H
#define CODEC_FORMATS_H

#include "CCodec.h"

typedef enum {
    CODEC_APNG,  // the frames of a PNG; one that is alone is for codec_png_decode
    CODEC_BMP,
    CODEC_GIF,
    CODEC_HEIF,  // and AVIF, which is the same container
    CODEC_JXL,
    CODEC_TIFF,
    CODEC_WEBP,
    CODEC_FORMATS
} codec_format;

typedef struct {
    uint32_t width, height;      // of what is decoded
    int32_t bits;                // per channel, or of an index
    int32_t colour;              // codec_colour, as stored
    int32_t alpha;               // 1 if there is transparency, which is dropped
    int32_t animated;            // 1 if there are further frames
    int32_t interlaced;          // 1 if the rows come in passes
    int32_t orientation;         // as in Exif, 0 if the file says nothing
    int32_t chroma_x, chroma_y;  // luma samples per chroma sample, 0 without chroma or if not known
    size_t exif_offset, exif_length;  // where a TIFF structure with the Exif fields lies in the file, if one was seen
} codec_header;

// Whether this program was built to read the format: 1 or 0.
int codec_is_built_in(codec_format format);
// Loads what reads the format, once. 1 if it can be read now.
int codec_load(codec_format format);
// From now on nothing more is loaded.
void codec_stop_loading(void);
// The library that reads the format with its version, or an empty text; after codec_load.
const char *codec_library(codec_format format);

// What an animation has painted so far. It is bound to the bytes at one place in memory as long as its frames are asked for in their
// order from 1 on; whatever else is asked for begins anew.
typedef struct codec_canvas codec_canvas;
codec_canvas *codec_canvas_make(void);  // null without memory
void codec_canvas_free(codec_canvas *canvas);

// All three answer CODEC_UNSUPPORTED where codec_load would answer 0.
// How many frames, pages or pictures of its own the file has, at least 1; some of them may be damaged. Also with a refusal: of those that
// come before what could not be counted.
codec_status codec_count_frames(codec_format format, const uint8_t *bytes, size_t length, uint32_t *frames, char *message);
// Frame 0 is what a program shows that knows no further ones. The header takes no memory that grows with the picture. A later frame of an
// animation has the sizes of the canvas.
codec_status codec_read_header(codec_format format, const uint8_t *bytes, size_t length, uint32_t frame, codec_header *header,
                               char *message);
// As codec_png_decode; the sizes are those of the header. `canvas` may be null for frame 0.
codec_status codec_decode(codec_format format, const uint8_t *bytes, size_t length, uint32_t frame, codec_canvas *canvas,
                          uint32_t width, uint32_t height, const codec_region *regions, size_t count, uint8_t *pixels,
                          char *message, char *warning);

// Encoders, of which the libraries are loaded when they are first asked for. `quality` is 0...100 on the library's own scale. On
// CODEC_OK `*out` is to be given back with codec_free.
typedef enum {
    CODEC_WRITE_WEBP,
    CODEC_WRITE_AVIF,
    CODEC_WRITE_HEIC
} codec_written;

// Whether files of this kind can be made here: 1 or 0.
int codec_can_write(codec_written kind);
codec_status codec_write(codec_written kind, const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **out,
                         size_t *out_length, char *message);

#endif
