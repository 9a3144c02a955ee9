// Encodes RGB as baseline JPEG, for augmentation, tests and pictures for people.
#include "CCodec.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_compress_struct cinfo;
    struct jpeg_error_mgr errors;
    jmp_buf escape;
    unsigned char *bytes;
    unsigned long length;
    char *message;
} compression;

static void on_error(j_common_ptr cinfo) {
    compression *job = cinfo->client_data;
    char buffer[JMSG_LENGTH_MAX];
    cinfo->err->format_message(cinfo, buffer);
    snprintf(job->message, CODEC_TEXT_SIZE, "%s", buffer);
    longjmp(job->escape, 1);
}

static void on_output(j_common_ptr cinfo) { (void)cinfo; }

static void encode(compression *job, const uint8_t *pixels, uint32_t width, uint32_t height, int quality, int chroma_x,
                   int chroma_y) {
    j_compress_ptr cinfo = &job->cinfo;
    jpeg_create_compress(cinfo);
    jpeg_mem_dest(cinfo, &job->bytes, &job->length);
    cinfo->image_width = width;
    cinfo->image_height = height;
    cinfo->input_components = 3;
    cinfo->in_color_space = JCS_RGB;
    jpeg_set_defaults(cinfo);
    jpeg_set_quality(cinfo, quality, TRUE);
    cinfo->dct_method = JDCT_ISLOW;
    cinfo->comp_info[0].h_samp_factor = chroma_x;
    cinfo->comp_info[0].v_samp_factor = chroma_y;
    jpeg_start_compress(cinfo, TRUE);
    while (cinfo->next_scanline < cinfo->image_height) {
        JSAMPROW row = (JSAMPROW)(pixels + (size_t)cinfo->next_scanline * width * 3);
        jpeg_write_scanlines(cinfo, &row, 1);
    }
    jpeg_finish_compress(cinfo);
}

// setjmp gets a function of its own, so that no variable it could leave undefined is local to it.
static codec_status try_encode(compression *job, const uint8_t *pixels, uint32_t width, uint32_t height, int quality,
                               int chroma_x, int chroma_y) {
    if (setjmp(job->escape) != 0) return CODEC_NO_MEMORY;
    encode(job, pixels, width, height, quality, chroma_x, chroma_y);
    return CODEC_OK;
}

codec_status codec_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, int chroma_x,
                               int chroma_y, uint8_t **out, size_t *out_length, char *message) {
    compression job;
    memset(&job, 0, sizeof job);
    message[0] = 0;
    job.message = message;
    job.cinfo.err = jpeg_std_error(&job.errors);
    job.cinfo.client_data = &job;
    job.errors.error_exit = on_error;
    job.errors.output_message = on_output;
    codec_status status = try_encode(&job, pixels, width, height, quality, chroma_x, chroma_y);
    if (status == CODEC_OK) {
        *out = job.bytes;
        *out_length = job.length;
    }
    // After an error libjpeg alone knows the buffer that it was growing; that little memory is lost.
    jpeg_destroy_compress(&job.cinfo);
    return status;
}

void codec_free(uint8_t *bytes) { free(bytes); }
