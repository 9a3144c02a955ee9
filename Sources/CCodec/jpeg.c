// Decodes JPEG with libjpeg and turns its longjmp and its lenient warnings into a status: a picture is whole or refused.
#include "CCodec.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
// After jpeglib.h, whose settings decide which messages exist and so the numbers of all of them.
#include <jerror.h>

#include "regions.h"

enum { FATAL_WARNINGS = 100 };

// One decompression. `errors`, `progress` and `cinfo` hand their own address back in callbacks, so `client_data` points here.
typedef struct {
    struct jpeg_decompress_struct cinfo;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    codec_status status;
    int max_scans;
    uint32_t seen_components;  // bit i: component i had a scan with its mean values
    char *message;
    char *warning;  // never null: `unwanted` where the caller asks for none
    char unwanted[CODEC_TEXT_SIZE];
} decompression;

static void fail(decompression *job, codec_status status) {
    job->status = status;
    longjmp(job->escape, 1);
}

static codec_status status_of_error(int code) {
    switch (code) {
        case JERR_INPUT_EMPTY:
        case JERR_INPUT_EOF: return CODEC_TRUNCATED;
        case JERR_ARITH_NOTIMPL:
        case JERR_BAD_PRECISION:
        case JERR_CCIR601_NOTIMPL:
        case JERR_CONVERSION_NOTIMPL:
        case JERR_FRACT_SAMPLE_NOTIMPL:
        case JERR_NOT_COMPILED:
        case JERR_SOF_UNSUPPORTED: return CODEC_UNSUPPORTED;
        case JERR_IMAGE_TOO_BIG:
        case JERR_WIDTH_OVERFLOW: return CODEC_TOO_LARGE;
        case JERR_NO_BACKING_STORE:
        case JERR_OUT_OF_MEMORY: return CODEC_NO_MEMORY;
        default: return CODEC_CORRUPT;
    }
}

// What libjpeg merely warns of, but leaves part of the picture guessed. The rest (bytes before a marker, an unknown Adobe
// transform or JFIF version, odd but meaningless scan parameters) changes no pixel.
static int loses_pixels(int code) {
    switch (code) {
        case JWRN_ARITH_BAD_CODE:
        case JWRN_BOGUS_PROGRESSION:
        case JWRN_HIT_MARKER:
        case JWRN_HUFF_BAD_CODE:
        case JWRN_JPEG_EOF:
        case JWRN_MUST_RESYNC: return 1;
        default: return 0;
    }
}

static void format(j_common_ptr cinfo, char *text) {
    char buffer[JMSG_LENGTH_MAX];
    cinfo->err->format_message(cinfo, buffer);
    snprintf(text, CODEC_TEXT_SIZE, "%s", buffer);
}

static void on_error(j_common_ptr cinfo) {
    decompression *job = cinfo->client_data;
    format(cinfo, job->message);
    fail(job, status_of_error(cinfo->err->msg_code));
}

static void on_message(j_common_ptr cinfo, int level) {
    if (level >= 0) return;  // traces
    decompression *job = cinfo->client_data;
    int code = cinfo->err->msg_code;
    if (loses_pixels(code)) {
        format(cinfo, job->message);
        fail(job, code == JWRN_JPEG_EOF ? CODEC_TRUNCATED : CODEC_CORRUPT);
    }
    if (cinfo->err->num_warnings++ == 0) format(cinfo, job->warning);
    if (cinfo->err->num_warnings >= FATAL_WARNINGS) {
        snprintf(job->message, CODEC_TEXT_SIZE, "%d warnings, the first: %.150s", FATAL_WARNINGS, job->warning);
        fail(job, CODEC_CORRUPT);
    }
}

static void on_output(j_common_ptr cinfo) { (void)cinfo; }

// Notes what the scan being read covers. A component that no scan carries would silently decode as flat grey.
static void note_scan(decompression *job) {
    j_decompress_ptr cinfo = &job->cinfo;
    if (cinfo->progressive_mode && cinfo->Ss != 0) return;
    for (int i = 0; i < cinfo->comps_in_scan; i++) job->seen_components |= 1u << cinfo->cur_comp_info[i]->component_index;
}

// libjpeg calls this for every row of blocks while it absorbs a file of several scans.
static void on_progress(j_common_ptr common) {
    decompression *job = common->client_data;
    if (job->cinfo.input_scan_number > job->max_scans) {
        snprintf(job->message, CODEC_TEXT_SIZE, "more than %d scans", job->max_scans);
        fail(job, CODEC_TOO_MANY_SCANS);
    }
    note_scan(job);
}

// Called with `job->escape` set: creating can fail too.
static void begin(decompression *job, const uint8_t *bytes, size_t length) {
    jpeg_create_decompress(&job->cinfo);
    jpeg_mem_src(&job->cinfo, (unsigned char *)bytes, length);
    jpeg_read_header(&job->cinfo, TRUE);
}

static void prepare(decompression *job, char *message, char *warning) {
    memset(job, 0, sizeof *job);
    job->message = message;
    job->warning = warning == NULL ? job->unwanted : warning;
    job->message[0] = job->warning[0] = 0;
    job->cinfo.err = jpeg_std_error(&job->errors);
    job->cinfo.client_data = job;
    job->errors.error_exit = on_error;
    job->errors.emit_message = on_message;
    job->errors.output_message = on_output;
    job->progress.progress_monitor = on_progress;
}

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
static void try_header(decompression *job, const uint8_t *bytes, size_t length, codec_jpeg_header *header) {
    if (setjmp(job->escape) == 0) {
        begin(job, bytes, length);
        describe(&job->cinfo, header);
    }
}

codec_status codec_jpeg_read_header(const uint8_t *bytes, size_t length, codec_jpeg_header *header, char *message) {
    decompression job;
    prepare(&job, message, NULL);
    memset(header, 0, sizeof *header);
    try_header(&job, bytes, length, header);
    if (job.status == CODEC_TOO_LARGE) {
        header->width = job.cinfo.image_width;
        header->height = job.cinfo.image_height;
    }
    jpeg_destroy_decompress(&job.cinfo);
    return job.status;
}

// One row of inks to RGB, in place: light left = paper not covered by the ink × paper not covered by black. Adobe stores the
// uncovered share, others the covered one.
static void cmyk_to_rgb(uint8_t *row, uint32_t width, int stores_uncovered) {
    unsigned flip = stores_uncovered ? 0 : 255;
    const uint8_t *inks = row;
    uint8_t *pixels = row;
    for (uint32_t x = 0; x < width; x++, inks += 4, pixels += 3) {
        unsigned black = inks[3] ^ flip;
        for (int channel = 0; channel < 3; channel++) {
            pixels[channel] = (uint8_t)(((inks[channel] ^ flip) * black + 127) / 255);
        }
    }
}

// Whether to go on without decoding pixels from the row to come: only where a row of MCUs begins.
//
// Elsewhere libjpeg-turbo loses its place among rows that it upsamples together, such as those of 4:1:0. From here on it skips
// whole rows of MCUs by reading their codes and nothing else, so that damage in them is noticed as ever. Where chroma is
// interpolated from the row above, it decodes that one too.
static int may_skip(const struct jpeg_decompress_struct *cinfo) {
    return cinfo->output_scanline % (JDIMENSION)(cinfo->max_v_samp_factor * DCTSIZE) == 0;
}

// Leaves out the MCUs to the left and right of all regions, but for one: chroma is interpolated from there. Returns the first
// column that is decoded.
static JDIMENSION crop_columns(j_decompress_ptr cinfo, const codec_target *target) {
    JDIMENSION mcu = (JDIMENSION)(cinfo->max_h_samp_factor * DCTSIZE), first, end;
    columns(target, &first, &end);
    first = first < mcu ? 0 : (first / mcu - 1) * mcu;
    JDIMENSION width = (end + mcu < cinfo->output_width ? end + mcu : cinfo->output_width) - first;
    if (width < cinfo->output_width) jpeg_crop_scanline(cinfo, &first, &width);
    return first;
}

// A row for libjpeg to write to and us to read from. libjpeg-turbo writes aligned rows past the caches, from where reading takes
// several times as long as making them; to rows that are not aligned it writes as usual.
static JSAMPROW row_to_copy(j_decompress_ptr cinfo, JDIMENSION width) {
    enum { ALIGNMENT = 32, SHIFT = 8 };
    size_t size = (size_t)width * (size_t)cinfo->output_components + ALIGNMENT + SHIFT;
    uint8_t *memory = cinfo->mem->alloc_large((j_common_ptr)cinfo, JPOOL_IMAGE, size);
    return memory + (ALIGNMENT - (uintptr_t)memory % ALIGNMENT) + SHIFT;
}

// The last row is always read: skipping to the end would leave the codes of what remains unread.
static void read_rows(decompression *job, const codec_target *target) {
    j_decompress_ptr cinfo = &job->cinfo;
    JDIMENSION left = crop_columns(cinfo, target), width = cinfo->output_width, last = cinfo->output_height - 1;
    int inks = cinfo->out_color_space == JCS_CMYK;
    // A small picture is read again soon.
    enum { SMALL = 1 << 20 };
    int copies = inks || (size_t)3 * width * cinfo->output_height <= SMALL;
    JSAMPROW row = row_to_copy(cinfo, width);
    while (cinfo->output_scanline <= last) {
        JDIMENSION wanted = next_row(target, cinfo->output_scanline, last);
        if (may_skip(cinfo)) jpeg_skip_scanlines(cinfo, wanted - cinfo->output_scanline);
        JDIMENSION y = cinfo->output_scanline;
        JSAMPROW in_place = copies ? NULL : row_in_place(target, width, y);
        jpeg_read_scanlines(cinfo, in_place != NULL ? &in_place : &row, 1);
        if (y < wanted || in_place != NULL) continue;
        if (inks) cmyk_to_rgb(row, width, cinfo->saw_Adobe_marker);
        copy_row(target, row, left, y);
    }
}

// A progressive file may end after any scan and is whole by the letter, but then shows less than its encoder saw.
static void warn_if_unrefined(decompression *job) {
    j_decompress_ptr cinfo = &job->cinfo;
    if (cinfo->coef_bits == NULL || job->warning[0] != 0) return;
    for (int component = 0; component < cinfo->num_components; component++) {
        for (int k = 0; k < DCTSIZE2; k++) {
            if (cinfo->coef_bits[component][k] == 0) continue;
            snprintf(job->warning, CODEC_TEXT_SIZE, "the scans end before every coefficient is exact");
            return;
        }
    }
}

static void decode(decompression *job, uint32_t width, uint32_t height, const codec_target *target) {
    j_decompress_ptr cinfo = &job->cinfo;
    int inks = cinfo->jpeg_color_space == JCS_CMYK || cinfo->jpeg_color_space == JCS_YCCK;
    cinfo->out_color_space = inks ? JCS_CMYK : JCS_RGB;
    cinfo->dct_method = JDCT_ISLOW;     // the same pixels on every machine
    cinfo->do_block_smoothing = FALSE;  // coefficients that never came are not made up
    cinfo->progress = &job->progress;
    jpeg_start_decompress(cinfo);
    note_scan(job);
    if (job->seen_components != (1u << cinfo->num_components) - 1) {
        snprintf(job->message, CODEC_TEXT_SIZE, "a colour component is missing");
        fail(job, CODEC_CORRUPT);
    }
    warn_if_unrefined(job);
    if (cinfo->output_width != width || cinfo->output_height != height) {
        snprintf(job->message, CODEC_TEXT_SIZE, "the sizes are not those of the header");
        fail(job, CODEC_CORRUPT);
    }
    read_rows(job, target);
    jpeg_finish_decompress(cinfo);  // reads on to the end marker, so that a file cut just before it is noticed
}

static void try_decode(decompression *job, const uint8_t *bytes, size_t length, uint32_t width, uint32_t height,
                       const codec_target *target) {
    if (setjmp(job->escape) == 0) {
        begin(job, bytes, length);
        decode(job, width, height, target);
    }
}

codec_status codec_jpeg_decode(const uint8_t *bytes, size_t length, int max_scans, uint32_t width, uint32_t height,
                               const codec_region *regions, size_t count, uint8_t *pixels, char *message,
                               char *warning) {
    codec_target target = {.regions = regions, .count = count, .pixels = pixels};
    decompression job;
    prepare(&job, message, warning);
    job.max_scans = max_scans;
    try_decode(&job, bytes, length, width, height, &target);
    jpeg_destroy_decompress(&job.cinfo);
    return job.status;
}
