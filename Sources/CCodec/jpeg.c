// Decodes JPEG with libjpeg: a picture is whole or refused, and what is not its picture does not count.
#include "jpeg_session.h"

#include <string.h>

#include "regions.h"

// What is asked for.
typedef struct {
    uint32_t width, height;
    int max_scans;
    codec_target target;
} picture;

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
static void read_rows(jpeg_decompression *job, const codec_target *target) {
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

// Whether every coefficient that the scans hold is exact.
static int is_refined(const struct jpeg_decompress_struct *cinfo) {
    if (cinfo->coef_bits == NULL) return 1;
    for (int component = 0; component < cinfo->num_components; component++) {
        for (int k = 0; k < DCTSIZE2; k++) {
            if (cinfo->coef_bits[component][k] != 0) return 0;
        }
    }
    return 1;
}

// Looks at what the scans of a file of several have brought. A progressive file may end after any scan and is whole by the
// letter, but then shows less than its encoder saw; without the end marker nobody knows whether more was to come.
static void check_scans(jpeg_decompression *job) {
    j_decompress_ptr cinfo = &job->cinfo;
    if (job->seen_components != (1u << cinfo->num_components) - 1) jpeg_fail_in_picture(job, "a colour component is missing");
    if (is_refined(cinfo)) return;
    static const char text[] = "the scans end before every coefficient is exact";
    if (job->met_end) jpeg_fail_in_picture(job, text);
    job->warnings |= CODEC_UNREFINED;
    if (job->warning[0] == 0) memcpy(job->warning, text, sizeof text);
}

static void decode(jpeg_decompression *job, const picture *asked) {
    j_decompress_ptr cinfo = &job->cinfo;
    int inks = cinfo->jpeg_color_space == JCS_CMYK || cinfo->jpeg_color_space == JCS_YCCK;
    cinfo->out_color_space = inks ? JCS_CMYK : JCS_RGB;
    cinfo->dct_method = JDCT_ISLOW;     // the same pixels on every machine
    cinfo->do_block_smoothing = FALSE;  // coefficients that never came are not made up
    cinfo->progress = &job->progress;
    jpeg_start_decompress(cinfo);
    jpeg_note_scan(job);
    check_scans(job);
    if (cinfo->output_width != asked->width || cinfo->output_height != asked->height) {
        snprintf(job->message, CODEC_TEXT_SIZE, "the sizes are not those of the header");
        jpeg_fail(job, CODEC_CORRUPT);
    }
    read_rows(job, &asked->target);
    job->complete = 1;
    jpeg_finish_decompress(cinfo);  // reads on to the end marker, so that codes that are left over are noticed
}

static void try_decode(jpeg_decompression *job, const picture *asked) {
    if (setjmp(job->escape) == 0) {
        jpeg_begin(job);
        decode(job, asked);
    }
}

static codec_status run(const uint8_t *bytes, size_t length, const picture *asked, jpeg_decompression *job) {
    char *message = job->message, *warning = job->warning;
    jpeg_prepare(job, bytes, length, message, warning);
    job->max_scans = asked->max_scans;
    try_decode(job, asked);
    jpeg_destroy_decompress(&job->cinfo);
    return job->status;
}

// What failed may lie behind the picture. It does if the picture is whole without that.
static codec_status run_without_tail(const uint8_t *bytes, const picture *asked, jpeg_decompression *job) {
    const codec_status status = job->status;
    const size_t tail = job->tail;
    char reason[CODEC_TEXT_SIZE];
    memcpy(reason, job->message, sizeof reason);
    if (run(bytes, tail, asked, job) != CODEC_OK) {
        memcpy(job->message, reason, sizeof reason);
        return status;
    }
    if (bytes[tail] == 0xff) {
        job->warnings = (job->warnings & ~(uint32_t)CODEC_NO_END) | CODEC_BAD_TAIL;
        memcpy(job->warning, reason, sizeof reason);
    }
    return CODEC_OK;
}

codec_status codec_jpeg_decode(const uint8_t *bytes, size_t length, int max_scans, uint32_t width, uint32_t height,
                               const codec_region *regions, size_t count, uint8_t *pixels, char *message,
                               char *warning, uint32_t *warnings) {
    const picture asked = {width, height, max_scans, {.regions = regions, .count = count, .pixels = pixels}};
    jpeg_decompression job = {.message = message, .warning = warning};
    codec_status status = run(bytes, length, &asked, &job);
    if (status != CODEC_OK && job.tail > 0) status = run_without_tail(bytes, &asked, &job);
    *warnings = job.warnings;
    return status;
}
