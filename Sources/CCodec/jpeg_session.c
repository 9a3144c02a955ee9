// Turns what libjpeg says while it decodes into a verdict on the file: errors, lenient warnings, and what it passes over.
#include "jpeg_session.h"

#include <string.h>

// After jpeglib.h, whose settings decide which messages exist and so the numbers of all of them.
#include <jerror.h>

#include "jpeg_tail.h"

enum { FATAL_WARNINGS = 100 };

void jpeg_fail(jpeg_decompression *job, codec_status status) {
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

// What libjpeg merely warns of, but leaves part of the picture guessed. The rest (an unknown Adobe transform or JFIF version,
// odd but meaningless scan parameters) changes no pixel. Bytes that it drops and the end of the file are looked at more closely.
static int loses_pixels(int code) {
    switch (code) {
        case JWRN_ARITH_BAD_CODE:
        case JWRN_BOGUS_PROGRESSION:
        case JWRN_HIT_MARKER:
        case JWRN_HUFF_BAD_CODE:
        case JWRN_MUST_RESYNC: return 1;
        default: return 0;
    }
}

static void format(j_common_ptr cinfo, char *text) {
    char buffer[JMSG_LENGTH_MAX];
    cinfo->err->format_message(cinfo, buffer);
    snprintf(text, CODEC_TEXT_SIZE, "libjpeg: %s", buffer);
}

void jpeg_fail_in_picture(jpeg_decompression *job, const char *text) {
    if (job->met_end) jpeg_fail(job, CODEC_TRUNCATED);
    if (text != job->message) snprintf(job->message, CODEC_TEXT_SIZE, "%s", text);
    jpeg_fail(job, CODEC_CORRUPT);
}

// The marker that libjpeg has just read, as a place in the file; the length where that can't be told.
static size_t marker_place(const jpeg_decompression *job) {
    const uint8_t *next = job->cinfo.src == NULL || job->met_end ? NULL : job->cinfo.src->next_input_byte;
    if (next < job->bytes + 2 || next > job->bytes + job->length || next[-1] != job->cinfo.unread_marker) return job->length;
    return (size_t)(next - job->bytes) - 2;
}

static void on_error(j_common_ptr cinfo) {
    jpeg_decompression *job = cinfo->client_data;
    codec_status status = status_of_error(cinfo->err->msg_code);
    if (status != CODEC_CORRUPT || job->cinfo.input_scan_number == 0) {
        format(cinfo, job->message);
        jpeg_fail(job, status);
    }
    char text[CODEC_TEXT_SIZE];
    format(cinfo, text);
    job->tail = jpeg_tail(job->bytes, job->length, marker_place(job));
    jpeg_fail_in_picture(job, text);
}

// Bytes that no code of a scan accounts for. Encoders may pad a scan with them; anything else is what remains of codes that
// were not read as they were written, since they or the picture's sizes are damaged, and then other pixels are wrong.
static void on_dropped_codes(jpeg_decompression *job, size_t count) {
    size_t end = job->met_end ? job->length : (size_t)(job->cinfo.src->next_input_byte - job->bytes);
    if (jpeg_is_padding(job->bytes, end, count)) {
        job->warnings |= CODEC_PADDING;
        return;
    }
    job->tail = jpeg_tail(job->bytes, job->length, job->length);
    snprintf(job->message, CODEC_TEXT_SIZE, "%zu bytes of its picture data belong to no pixel", count);
    jpeg_fail(job, CODEC_CORRUPT);
}

// The header needs what follows, and arithmetic codes may lack their last bytes without anyone noticing.
static void on_end_of_bytes(jpeg_decompression *job) {
    if (job->met_end) return;
    format((j_common_ptr)&job->cinfo, job->message);
    if (job->cinfo.input_scan_number == 0 || (job->cinfo.arith_code && !job->complete)) jpeg_fail(job, CODEC_TRUNCATED);
    job->met_end = 1;
    job->warnings |= CODEC_NO_END;
    if (job->warning[0] == 0) format((j_common_ptr)&job->cinfo, job->warning);
}

static void on_warning(jpeg_decompression *job, int code) {
    struct jpeg_error_mgr *errors = &job->errors;
    if (code == JWRN_JPEG_EOF) {
        on_end_of_bytes(job);
        return;
    }
    char text[CODEC_TEXT_SIZE];
    format((j_common_ptr)&job->cinfo, text);
    if (loses_pixels(code)) jpeg_fail_in_picture(job, text);
    if (code == JWRN_EXTRANEOUS_DATA && job->in_scan) {
        on_dropped_codes(job, (size_t)errors->msg_parm.i[0]);
    } else {
        job->warnings |= code == JWRN_EXTRANEOUS_DATA ? CODEC_STRAY_BYTES : CODEC_OTHER_WARNING;
    }
    if (job->warning[0] == 0) memcpy(job->warning, text, sizeof text);
    if (++errors->num_warnings >= FATAL_WARNINGS) {
        snprintf(job->message, CODEC_TEXT_SIZE, "%d warnings, the first: %.150s", FATAL_WARNINGS, job->warning);
        jpeg_fail(job, CODEC_CORRUPT);
    }
}

// libjpeg tells of every marker that it reads.
static void on_trace(jpeg_decompression *job, int code) {
    switch (code) {
        case JTRC_SOS: job->in_scan = 1; break;
        case JTRC_ADOBE:
        case JTRC_APP0:
        case JTRC_APP14:
        case JTRC_DAC:
        case JTRC_DHT:
        case JTRC_DQT:
        case JTRC_DRI:
        case JTRC_EOI:
        case JTRC_JFIF:
        case JTRC_MISC_MARKER:
        case JTRC_PARMLESS_MARKER:
        case JTRC_SOF: job->in_scan = 0; break;
        default: break;
    }
}

static void on_message(j_common_ptr cinfo, int level) {
    if (level >= 0) {
        on_trace(cinfo->client_data, cinfo->err->msg_code);
    } else {
        on_warning(cinfo->client_data, cinfo->err->msg_code);
    }
}

static void on_output(j_common_ptr cinfo) { (void)cinfo; }

void jpeg_note_scan(jpeg_decompression *job) {
    j_decompress_ptr cinfo = &job->cinfo;
    if (cinfo->progressive_mode && cinfo->Ss != 0) return;
    for (int i = 0; i < cinfo->comps_in_scan; i++) job->seen_components |= 1u << cinfo->cur_comp_info[i]->component_index;
}

// libjpeg calls this for every row of blocks while it absorbs a file of several scans.
static void on_progress(j_common_ptr common) {
    jpeg_decompression *job = common->client_data;
    if (job->cinfo.input_scan_number > job->max_scans) {
        snprintf(job->message, CODEC_TEXT_SIZE, "more than %d scans", job->max_scans);
        jpeg_fail(job, CODEC_TOO_MANY_SCANS);
    }
    jpeg_note_scan(job);
}

void jpeg_begin(jpeg_decompression *job) {
    jpeg_create_decompress(&job->cinfo);
    jpeg_mem_src(&job->cinfo, (unsigned char *)job->bytes, job->length);
    jpeg_read_header(&job->cinfo, TRUE);
}

void jpeg_prepare(jpeg_decompression *job, const uint8_t *bytes, size_t length, char *message, char *warning) {
    memset(job, 0, sizeof *job);
    job->bytes = bytes;
    job->length = length;
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
