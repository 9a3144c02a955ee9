// Reads what a JPEG file says of its picture before the first scan, and what its tables tell of its encoder.
#include "jpeg_session.h"

#include <stdlib.h>
#include <string.h>

// The luminance table of Annex K of the JPEG standard, in natural order; the IJG library scales it by the quality.
static const uint8_t annex_k_luminance[64] = {
    16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
    14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
    18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};

// The quality whose scaled luminance table is nearest (sum of differences). 0 when that is further away than a tenth of the
// table's own sum plus rounding: then the encoder's tables are of another family and a number would mislead.
static int estimate_quality(const JQUANT_TBL *table) {
    int best = 0, sum = 0;
    long best_distance = -1;
    for (int quality = 100; quality >= 1; quality--) {
        int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
        long distance = 0;
        for (int i = 0; i < 64 && (best_distance < 0 || distance < best_distance); i++) {
            int value = (annex_k_luminance[i] * scale + 50) / 100;
            value = value < 1 ? 1 : value > 255 ? 255 : value;
            distance += abs(value - (int)table->quantval[i]);
        }
        if (best_distance < 0 || distance < best_distance) best_distance = distance, best = quality;
    }
    for (int i = 0; i < 64; i++) sum += table->quantval[i];
    return best_distance <= sum / 10 + 16 ? best : 0;
}

static codec_colour colour_of(J_COLOR_SPACE space) {
    switch (space) {
        case JCS_GRAYSCALE: return CODEC_COLOUR_GREY;
        case JCS_RGB: return CODEC_COLOUR_RGB;
        case JCS_YCbCr: return CODEC_COLOUR_YCBCR;
        case JCS_CMYK: return CODEC_COLOUR_CMYK;
        case JCS_YCCK: return CODEC_COLOUR_YCCK;
        default: return CODEC_COLOUR_OTHER;
    }
}

static void describe(j_decompress_ptr cinfo, codec_jpeg_header *header) {
    header->width = cinfo->image_width;
    header->height = cinfo->image_height;
    header->bits = cinfo->data_precision;
    header->colour = colour_of(cinfo->jpeg_color_space);
    header->adobe = cinfo->saw_Adobe_marker ? 1 : 0;
    header->progressive = cinfo->progressive_mode ? 1 : 0;
    header->arithmetic = cinfo->arith_code ? 1 : 0;
    const jpeg_component_info *luma = &cinfo->comp_info[0];
    const JQUANT_TBL *table = cinfo->quant_tbl_ptrs[luma->quant_tbl_no & (NUM_QUANT_TBLS - 1)];
    if (table != NULL) header->quality = estimate_quality(table);
    if (cinfo->num_components < 3) return;
    const jpeg_component_info *blue = luma + 1, *red = luma + 2;
    if (blue->h_samp_factor != red->h_samp_factor || blue->v_samp_factor != red->v_samp_factor) return;
    if (luma->h_samp_factor % blue->h_samp_factor != 0 || luma->v_samp_factor % blue->v_samp_factor != 0) return;
    header->chroma_x = luma->h_samp_factor / blue->h_samp_factor;
    header->chroma_y = luma->v_samp_factor / blue->v_samp_factor;
}

// setjmp gets a function of its own, so that no variable it could leave undefined is local to it.
static void try_header(jpeg_decompression *job, codec_jpeg_header *header) {
    if (setjmp(job->escape) == 0) {
        jpeg_begin(job);
        describe(&job->cinfo, header);
    }
}

codec_status codec_jpeg_read_header(const uint8_t *bytes, size_t length, codec_jpeg_header *header, char *message) {
    jpeg_decompression job;
    jpeg_prepare(&job, bytes, length, message, NULL);
    memset(header, 0, sizeof *header);
    try_header(&job, header);
    if (job.status == CODEC_TOO_LARGE) {
        header->width = job.cinfo.image_width;
        header->height = job.cinfo.image_height;
    }
    jpeg_destroy_decompress(&job.cinfo);
    return job.status;
}
