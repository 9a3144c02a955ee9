// A decompression by libjpeg that ends in a status, whatever the library makes of it; for the files that decode JPEG.
#ifndef JPEG_SESSION_H
#define JPEG_SESSION_H

#include "CCodec.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

// One decompression. `errors`, `progress` and `cinfo` hand their own address back in callbacks, so `client_data` points here.
typedef struct {
    struct jpeg_decompress_struct cinfo;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    codec_status status;
    int max_scans;
    uint32_t seen_components;  // bit i: component i had a scan with its mean values
    const uint8_t *bytes;
    size_t length;
    int in_scan;               // the last marker began a scan: what comes now are its codes
    int complete;              // every sample has been decoded
    int met_end;               // the bytes have run out; libjpeg goes on with end markers that it makes up
    size_t tail;               // on failure: where what follows the picture may begin, or 0
    uint32_t warnings;         // bits of codec_warning
    char *message;
    char *warning;  // never null: `unwanted` where the caller asks for none
    char unwanted[CODEC_TEXT_SIZE];
} jpeg_decompression;

// Begins anew; `warning` may be NULL. Whoever calls jpeg_begin sets `escape` before.
void jpeg_prepare(jpeg_decompression *job, const uint8_t *bytes, size_t length, char *message, char *warning);

// Creates the decompressor, which can fail too, and reads everything before the first scan.
void jpeg_begin(jpeg_decompression *job);

_Noreturn void jpeg_fail(jpeg_decompression *job, codec_status status);

// Ends in CODEC_CORRUPT for what `text` says; where bytes ran out before, that is the reason and in `message` already.
_Noreturn void jpeg_fail_in_picture(jpeg_decompression *job, const char *text);

// Notes what the scan being read covers. A component that no scan carries would silently decode as flat grey.
void jpeg_note_scan(jpeg_decompression *job);

#endif
