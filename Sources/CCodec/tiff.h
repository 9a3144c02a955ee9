// What the four files that read TIFF share.
#ifndef TIFF_H
#define TIFF_H

#include "reader.h"

#if __has_include(<tiffio.h>)
#include <tiffio.h>
#endif

// TIFFOpenOptions came with 4.5: errors of one file without handlers for the whole process.
#if defined(TIFFLIB_VERSION) && TIFFLIB_VERSION >= 20221213
#define HAS_TIFF 1

typedef struct {
    __typeof__(&TIFFGetVersion) TIFFGetVersion;
    __typeof__(&TIFFOpenOptionsAlloc) TIFFOpenOptionsAlloc;
    __typeof__(&TIFFOpenOptionsFree) TIFFOpenOptionsFree;
    __typeof__(&TIFFOpenOptionsSetMaxSingleMemAlloc) TIFFOpenOptionsSetMaxSingleMemAlloc;
    __typeof__(&TIFFOpenOptionsSetErrorHandlerExtR) TIFFOpenOptionsSetErrorHandlerExtR;
    __typeof__(&TIFFOpenOptionsSetWarningHandlerExtR) TIFFOpenOptionsSetWarningHandlerExtR;
    __typeof__(&TIFFClientOpenExt) TIFFClientOpenExt;
    __typeof__(&TIFFClose) TIFFClose;
    __typeof__(&TIFFGetField) TIFFGetField;
    __typeof__(&TIFFGetFieldDefaulted) TIFFGetFieldDefaulted;
    __typeof__(&TIFFSetField) TIFFSetField;
    __typeof__(&TIFFIsTiled) TIFFIsTiled;
    __typeof__(&TIFFIsCODECConfigured) TIFFIsCODECConfigured;
    __typeof__(&TIFFStripSize64) TIFFStripSize64;
    __typeof__(&TIFFTileSize64) TIFFTileSize64;
    __typeof__(&TIFFNumberOfStrips) TIFFNumberOfStrips;
    __typeof__(&TIFFNumberOfTiles) TIFFNumberOfTiles;
    __typeof__(&TIFFGetStrileOffset) TIFFGetStrileOffset;
    __typeof__(&TIFFGetStrileByteCount) TIFFGetStrileByteCount;
    __typeof__(&TIFFReadEncodedStrip) TIFFReadEncodedStrip;
    __typeof__(&TIFFReadEncodedTile) TIFFReadEncodedTile;
    __typeof__(&TIFFLastDirectory) TIFFLastDirectory;
    __typeof__(&TIFFSetSubDirectory) TIFFSetSubDirectory;
} tiff_functions;

extern tiff_functions tiff;

// Samples of one picture: no more than four carry colour, the rest is dropped.
enum { MOST_SAMPLES = 16, LARGEST_BLOCK = 256 << 20 };

typedef struct {
    codec_file file;
    size_t position;
    int overran;  // something was asked for beyond the file's end
    int is_strict;  // complaints are damage from now on
    int is_damaged;
    char *message;
    TIFF *image;
    uint32_t width, height;
    uint16_t bits, samples, kind, planar, compression;
    const uint16_t *red, *green, *blue;  // palette
    int is_wide_palette;                 // with 16-bit colours, as the standard has it
} tiff_job;

static inline codec_status tiff_refuse(tiff_job *job, codec_status status, const char *text) {
    return codec_refuse(job->message, status, "%s", text);
}

static inline codec_status tiff_cut_off(tiff_job *job) { return truncated(job->message, "TIFF"); }

// Loads the library; 0 if it can't be had.
int tiff_load(char *name);
// How many pages there are, at least 1. The last of them may not be there, where the file ends too early.
codec_status tiff_count_pages(codec_file file, uint32_t *pages, char *message);
// Where the directory of page `file.frame` begins.
codec_status tiff_find_page(codec_file file, uint64_t *offset, char *message);
// Opens a page of a file in memory. Whatever comes of it, the job is to be closed.
codec_status tiff_open(tiff_job *job, codec_file file, char *message);
void tiff_close(tiff_job *job);
// Reads the pixels of a picture that has been described.
codec_status tiff_read_pixels(tiff_job *job, const codec_target *target);

#endif
#endif
