// Loads libtiff and has it read from memory: through functions of this file, which know where the file ends.
#include "tiff.h"

#ifdef HAS_TIFF

tiff_functions tiff;

int tiff_load(char *name) {
    const codec_symbol symbols[] = {
        SYMBOL(tiff, TIFFGetVersion), SYMBOL(tiff, TIFFOpenOptionsAlloc), SYMBOL(tiff, TIFFOpenOptionsFree),
        SYMBOL(tiff, TIFFOpenOptionsSetMaxSingleMemAlloc), SYMBOL(tiff, TIFFOpenOptionsSetErrorHandlerExtR),
        SYMBOL(tiff, TIFFOpenOptionsSetWarningHandlerExtR), SYMBOL(tiff, TIFFClientOpenExt), SYMBOL(tiff, TIFFClose),
        SYMBOL(tiff, TIFFGetField), SYMBOL(tiff, TIFFGetFieldDefaulted), SYMBOL(tiff, TIFFSetField), SYMBOL(tiff, TIFFIsTiled),
        SYMBOL(tiff, TIFFIsCODECConfigured), SYMBOL(tiff, TIFFStripSize64), SYMBOL(tiff, TIFFTileSize64),
        SYMBOL(tiff, TIFFNumberOfStrips), SYMBOL(tiff, TIFFNumberOfTiles), SYMBOL(tiff, TIFFGetStrileOffset),
        SYMBOL(tiff, TIFFGetStrileByteCount), SYMBOL(tiff, TIFFReadEncodedStrip), SYMBOL(tiff, TIFFReadEncodedTile),
        SYMBOL(tiff, TIFFLastDirectory), SYMBOL(tiff, TIFFSetSubDirectory)};
    if (!codec_open_library("libtiff.so.6", symbols, sizeof symbols / sizeof *symbols)) return 0;
    const char *version = tiff.TIFFGetVersion();  // "LIBTIFF, Version 4.5.0" and a line of copyright
    const char *number = strstr(version, "Version ");
    snprintf(name, 64, "libtiff %.*s", number ? (int)strcspn(number + 8, "\n") : 0, number ? number + 8 : "");
    return 1;
}

static tmsize_t read_some(thandle_t handle, void *target, tmsize_t size) {
    tiff_job *job = handle;
    size_t left = job->position < job->file.length ? job->file.length - job->position : 0;
    size_t wanted = size < 0 ? 0 : (size_t)size;
    if (wanted > left) {
        job->overran = 1;
        wanted = left;
    }
    memcpy(target, job->file.bytes + job->position, wanted);
    job->position += wanted;
    return (tmsize_t)wanted;
}

static tmsize_t write_none(thandle_t handle, void *source, tmsize_t size) {
    (void)handle, (void)source, (void)size;
    return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    tiff_job *job = handle;
    toff_t base = whence == SEEK_CUR ? job->position : whence == SEEK_END ? job->file.length : 0;
    toff_t place = base + offset;
    if (place > job->file.length) {
        job->overran = 1;
        place = job->file.length;
        job->position = place;
        return (toff_t)-1;
    }
    job->position = place;
    return place;
}

static int close_nothing(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle) { return ((tiff_job *)handle)->file.length; }

static int on_error(TIFF *image, void *context, const char *module, const char *format, va_list arguments) {
    (void)image, (void)module;
    tiff_job *job = context;
    if (job->message[0] == 0) vsnprintf(job->message, CODEC_TEXT_SIZE, format, arguments);
    return 1;
}

// libtiff warns of unknown tags, which mean nothing here, and while it decodes of data that it then makes up.
static int on_warning(TIFF *image, void *context, const char *module, const char *format, va_list arguments) {
    tiff_job *job = context;
    if (!job->is_strict) return 1;
    job->is_damaged = 1;
    return on_error(image, context, module, format, arguments);
}

codec_status tiff_open(tiff_job *job, codec_file file, char *message) {
    *job = (__typeof__(*job)){.file = file, .message = message};
    uint64_t page = 0;
    codec_status status = file.frame > 0 ? tiff_find_page(file, &page, message) : CODEC_OK;
    if (status != CODEC_OK) return status;
    TIFFOpenOptions *options = tiff.TIFFOpenOptionsAlloc();
    if (options == NULL) return tiff_refuse(job, CODEC_NO_MEMORY, "out of memory");
    tiff.TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)1 << 30);
    tiff.TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, job);
    tiff.TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, job);
    // m: not by mapping, whose bounds would be libtiff's to keep; h: without reading the first directory.
    job->image = tiff.TIFFClientOpenExt("", page > 0 ? "rmh" : "rm", job, read_some, write_none, seek, close_nothing, size_of, NULL, NULL, options);
    tiff.TIFFOpenOptionsFree(options);
    int is_there = job->image != NULL && !job->overran && (page == 0 || tiff.TIFFSetSubDirectory(job->image, page));
    if (job->overran) return tiff_cut_off(job);
    if (!is_there) {
        return job->message[0] ? CODEC_CORRUPT : tiff_refuse(job, CODEC_CORRUPT, "no directory of a TIFF");
    }
    return CODEC_OK;
}

void tiff_close(tiff_job *job) {
    if (job->image != NULL) tiff.TIFFClose(job->image);
}

#endif
