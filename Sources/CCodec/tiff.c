// Decodes the first page of a TIFF by libtiff: strips and tiles, in one plane or several, and whatever compression it knows.
// Samples become RGB here and not by libtiff's own conversion, which blends transparency and takes all of the picture at once.
#include "reader.h"

#if __has_include(<tiffio.h>)
#include <tiffio.h>
#endif

// TIFFOpenOptions came with 4.5: errors of one file without handlers for the whole process.
#if defined(TIFFLIB_VERSION) && TIFFLIB_VERSION >= 20221213

static struct {
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
} tiff;

static int ascending(const void *a, const void *b) { return *(const unsigned char *)a - *(const unsigned char *)b; }

// libtiff sorts its table of tags for each file, and glibc's qsort asks once how much memory there is: a call that a confined process
// does not have. So it is made to ask now.
static void sort_once(void) {
    unsigned char numbers[2048] = {1};
    qsort(numbers, sizeof numbers, 1, ascending);
}

static int load(char *name) {
    const codec_symbol symbols[] = {
        SYMBOL(tiff, TIFFGetVersion), SYMBOL(tiff, TIFFOpenOptionsAlloc), SYMBOL(tiff, TIFFOpenOptionsFree),
        SYMBOL(tiff, TIFFOpenOptionsSetMaxSingleMemAlloc), SYMBOL(tiff, TIFFOpenOptionsSetErrorHandlerExtR),
        SYMBOL(tiff, TIFFOpenOptionsSetWarningHandlerExtR), SYMBOL(tiff, TIFFClientOpenExt), SYMBOL(tiff, TIFFClose),
        SYMBOL(tiff, TIFFGetField), SYMBOL(tiff, TIFFGetFieldDefaulted), SYMBOL(tiff, TIFFSetField), SYMBOL(tiff, TIFFIsTiled),
        SYMBOL(tiff, TIFFIsCODECConfigured), SYMBOL(tiff, TIFFStripSize64), SYMBOL(tiff, TIFFTileSize64),
        SYMBOL(tiff, TIFFNumberOfStrips), SYMBOL(tiff, TIFFNumberOfTiles), SYMBOL(tiff, TIFFGetStrileOffset),
        SYMBOL(tiff, TIFFGetStrileByteCount), SYMBOL(tiff, TIFFReadEncodedStrip), SYMBOL(tiff, TIFFReadEncodedTile),
        SYMBOL(tiff, TIFFLastDirectory)};
    if (!codec_open_library("libtiff.so.6", symbols, sizeof symbols / sizeof *symbols)) return 0;
    sort_once();
    const char *version = tiff.TIFFGetVersion();  // "LIBTIFF, Version 4.5.0" and a line of copyright
    const char *number = strstr(version, "Version ");
    snprintf(name, 64, "libtiff %.*s", number ? (int)strcspn(number + 8, "\n") : 0, number ? number + 8 : "");
    return 1;
}

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
} job;

static tmsize_t read_some(thandle_t handle, void *target, tmsize_t size) {
    job *job = handle;
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
    job *job = handle;
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

static toff_t size_of(thandle_t handle) { return ((job *)handle)->file.length; }

static int on_error(TIFF *image, void *context, const char *module, const char *format, va_list arguments) {
    (void)image, (void)module;
    job *job = context;
    if (job->message[0] == 0) vsnprintf(job->message, CODEC_TEXT_SIZE, format, arguments);
    return 1;
}

// libtiff warns of unknown tags, which mean nothing here, and while it decodes of data that it then makes up.
static int on_warning(TIFF *image, void *context, const char *module, const char *format, va_list arguments) {
    job *job = context;
    if (!job->is_strict) return 1;
    job->is_damaged = 1;
    return on_error(image, context, module, format, arguments);
}

static codec_status refuse(job *job, codec_status status, const char *text) {
    return codec_refuse(job->message, status, "%s", text);
}

static codec_status end_of_file(job *job) { return truncated(job->message, "TIFF"); }

static codec_status open_image(job *job, codec_file file, char *message) {
    *job = (__typeof__(*job)){.file = file, .message = message};
    TIFFOpenOptions *options = tiff.TIFFOpenOptionsAlloc();
    if (options == NULL) return refuse(job, CODEC_NO_MEMORY, "out of memory");
    tiff.TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)1 << 30);
    tiff.TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, job);
    tiff.TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, job);
    // m: not by mapping, whose bounds would be libtiff's to keep.
    job->image = tiff.TIFFClientOpenExt("", "rm", job, read_some, write_none, seek, close_nothing, size_of, NULL, NULL, options);
    tiff.TIFFOpenOptionsFree(options);
    if (job->overran) return end_of_file(job);
    if (job->image == NULL) {
        return job->message[0] ? CODEC_CORRUPT : refuse(job, CODEC_CORRUPT, "no directory of a TIFF");
    }
    return CODEC_OK;
}

static void close_image(job *job) {
    if (job->image != NULL) tiff.TIFFClose(job->image);
}

// What the samples mean, if it is something that becomes RGB without a guess.
static codec_status describe(job *job) {
    uint16_t format = SAMPLEFORMAT_UINT, ink_set = INKSET_CMYK;
    tiff.TIFFGetField(job->image, TIFFTAG_IMAGEWIDTH, &job->width);
    tiff.TIFFGetField(job->image, TIFFTAG_IMAGELENGTH, &job->height);
    tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_BITSPERSAMPLE, &job->bits);
    tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_SAMPLESPERPIXEL, &job->samples);
    tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_PLANARCONFIG, &job->planar);
    tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_SAMPLEFORMAT, &format);
    tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_COMPRESSION, &job->compression);
    if (!tiff.TIFFGetField(job->image, TIFFTAG_PHOTOMETRIC, &job->kind)) {
        return refuse(job, CODEC_UNSUPPORTED, "samples of no stated meaning");
    }
    if (!tiff.TIFFIsCODECConfigured(job->compression) || job->compression == COMPRESSION_OJPEG) {
        return codec_refuse(job->message, CODEC_UNSUPPORTED, "compression %d", job->compression);
    }
    if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) {
        return refuse(job, CODEC_UNSUPPORTED, "samples that are no unsigned integers");
    }
    int is_small = job->bits == 1 || job->bits == 2 || job->bits == 4;
    if (!is_small && job->bits != 8 && job->bits != 16) {
        return codec_refuse(job->message, CODEC_UNSUPPORTED, "samples of %d bits", job->bits);
    }
    if (job->samples == 0 || job->samples > MOST_SAMPLES) {
        return codec_refuse(job->message, CODEC_UNSUPPORTED, "%d samples a pixel", job->samples);
    }
    uint16_t wanted = 1;
    switch (job->kind) {
        case PHOTOMETRIC_MINISBLACK:
        case PHOTOMETRIC_MINISWHITE: break;
        case PHOTOMETRIC_PALETTE:
            if (job->bits > 8) return refuse(job, CODEC_UNSUPPORTED, "a palette of 65536 colours");
            if (!tiff.TIFFGetField(job->image, TIFFTAG_COLORMAP, &job->red, &job->green, &job->blue)) {
                return refuse(job, CODEC_CORRUPT, "no colour table");
            }
            break;
        case PHOTOMETRIC_RGB: wanted = 3; break;
        case PHOTOMETRIC_SEPARATED:
            tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_INKSET, &ink_set);
            if (ink_set != INKSET_CMYK) return refuse(job, CODEC_UNSUPPORTED, "inks other than CMYK");
            wanted = 4;
            break;
        case PHOTOMETRIC_YCBCR:
            if (job->compression != COMPRESSION_JPEG || job->planar != PLANARCONFIG_CONTIG) {
                return refuse(job, CODEC_UNSUPPORTED, "YCbCr that is not JPEG");
            }
            tiff.TIFFSetField(job->image, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
            wanted = 3;
            break;
        default: return codec_refuse(job->message, CODEC_UNSUPPORTED, "photometric interpretation %d", job->kind);
    }
    if (job->samples < wanted) return refuse(job, CODEC_CORRUPT, "fewer samples than colours");
    if (is_small && job->samples > 1) return refuse(job, CODEC_UNSUPPORTED, "several samples in a byte");
    return CODEC_OK;
}

static codec_colour colour_of(const job *job) {
    switch (job->kind) {
        case PHOTOMETRIC_PALETTE: return CODEC_COLOUR_PALETTE;
        case PHOTOMETRIC_RGB: return CODEC_COLOUR_RGB;
        case PHOTOMETRIC_SEPARATED: return CODEC_COLOUR_CMYK;
        case PHOTOMETRIC_YCBCR: return CODEC_COLOUR_YCBCR;
        default: return CODEC_COLOUR_GREY;
    }
}

static codec_status read_header(codec_file file, codec_header *header, char *message) {
    job job;
    codec_status status = open_image(&job, file, message);
    if (status == CODEC_OK) status = describe(&job);
    if (status == CODEC_OK) {
        header->width = job.width;
        header->height = job.height;
        header->bits = job.bits;
        header->colour = (int32_t)colour_of(&job);
        uint16_t count = 0, *kinds = NULL, orientation = 0;
        tiff.TIFFGetFieldDefaulted(job.image, TIFFTAG_EXTRASAMPLES, &count, &kinds);
        for (int i = 0; i < count; i++) header->alpha |= kinds[i] != EXTRASAMPLE_UNSPECIFIED;
        header->animated = !tiff.TIFFLastDirectory(job.image);
        if (tiff.TIFFGetField(job.image, TIFFTAG_ORIENTATION, &orientation) && orientation <= 8) {
            header->orientation = orientation;
        }
    }
    close_image(&job);
    return status;
}

// Sample `index` of a row of the file, unscaled.
static inline uint32_t sample_at(const job *job, const uint8_t *row, size_t index) {
    if (job->bits == 8) return row[index];
    if (job->bits == 16) {
        uint16_t value;  // libtiff has brought it into this machine's order
        memcpy(&value, row + 2 * index, 2);
        return value;
    }
    size_t bit = index * job->bits;
    return (uint32_t)(row[bit >> 3] >> (8 - job->bits - (bit & 7))) & ((1u << job->bits) - 1);
}

static inline uint8_t scaled(const job *job, uint32_t value) {
    if (job->bits == 8) return (uint8_t)value;
    if (job->bits == 16) return eight_of_sixteen(value);
    return (uint8_t)(value * 255 / ((1u << job->bits) - 1));
}

// The pixels of a row, of which `planes` has one part for each plane.
static void paint_row(const job *job, const uint8_t *const planes[], uint8_t *row) {
    int is_planar = job->planar == PLANARCONFIG_SEPARATE;
    size_t step = is_planar ? 1 : job->samples;
    for (uint32_t x = 0; x < job->width; x++, row += 3) {
#define SAMPLE(channel) sample_at(job, planes[is_planar ? (channel) : 0], step * x + (is_planar ? 0 : (channel)))
        uint32_t first = SAMPLE(0);
        switch (job->kind) {
            case PHOTOMETRIC_PALETTE:
                if (job->is_wide_palette) {
                    row[0] = eight_of_sixteen(job->red[first]), row[1] = eight_of_sixteen(job->green[first]);
                    row[2] = eight_of_sixteen(job->blue[first]);
                } else {
                    row[0] = (uint8_t)job->red[first], row[1] = (uint8_t)job->green[first], row[2] = (uint8_t)job->blue[first];
                }
                break;
            case PHOTOMETRIC_RGB:
            case PHOTOMETRIC_YCBCR:
                row[0] = scaled(job, first);
                row[1] = scaled(job, SAMPLE(1));
                row[2] = scaled(job, SAMPLE(2));
                break;
            case PHOTOMETRIC_SEPARATED: {
                uint32_t black = scaled(job, SAMPLE(3));
                row[0] = light(scaled(job, first), black);
                row[1] = light(scaled(job, SAMPLE(1)), black);
                row[2] = light(scaled(job, SAMPLE(2)), black);
                break;
            }
            default: {
                uint8_t grey = scaled(job, first);
                if (job->kind == PHOTOMETRIC_MINISWHITE) grey = 255 - grey;
                row[0] = row[1] = row[2] = grey;
            }
        }
#undef SAMPLE
    }
}

// Rows of all planes: a row of strips or of tiles.
typedef struct {
    uint8_t *bytes, *tile;
    size_t stride, plane;  // bytes of a row and of a plane
    uint32_t rows, tile_width;
    size_t tile_stride, block;  // bytes of a row of a tile, of a strip or tile
    int planes;
} band;

// The parts of the file that hold the pixels lie within it.
static codec_status check_places(job *job, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        uint64_t offset = tiff.TIFFGetStrileOffset(job->image, i), size = tiff.TIFFGetStrileByteCount(job->image, i);
        if (job->overran || offset > job->file.length || size > job->file.length - offset) return end_of_file(job);
        if (size == 0) return refuse(job, CODEC_CORRUPT, "a part of the picture is missing");
    }
    return CODEC_OK;
}

static codec_status plan(job *job, band *band) {
    *band = (__typeof__(*band)){.planes = job->planar == PLANARCONFIG_SEPARATE ? job->samples : 1};
    int per_row = job->planar == PLANARCONFIG_SEPARATE ? 1 : job->samples;
    band->stride = ((size_t)job->width * (size_t)per_row * job->bits + 7) / 8;
    uint32_t count;
    if (tiff.TIFFIsTiled(job->image)) {
        tiff.TIFFGetField(job->image, TIFFTAG_TILEWIDTH, &band->tile_width);
        tiff.TIFFGetField(job->image, TIFFTAG_TILELENGTH, &band->rows);
        uint64_t size = tiff.TIFFTileSize64(job->image);
        if (band->tile_width == 0 || band->rows == 0 || size == 0) return refuse(job, CODEC_CORRUPT, "tiles without pixels");
        if (size > LARGEST_BLOCK) return refuse(job, CODEC_UNSUPPORTED, "tiles of more than 256 MiB");
        band->tile_stride = ((size_t)band->tile_width * (size_t)per_row * job->bits + 7) / 8;
        band->block = (size_t)size;
        if (band->block != band->tile_stride * band->rows) return refuse(job, CODEC_UNSUPPORTED, "tiles of an unusual layout");
        uint64_t across = (job->width + (uint64_t)band->tile_width - 1) / band->tile_width;
        uint64_t down = (job->height + (uint64_t)band->rows - 1) / band->rows;
        count = tiff.TIFFNumberOfTiles(job->image);
        if (across * down * (uint64_t)band->planes != count) return refuse(job, CODEC_CORRUPT, "too few tiles");
        band->tile = malloc(band->block);
        if (band->tile == NULL) return refuse(job, CODEC_NO_MEMORY, "out of memory");
    } else {
        tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_ROWSPERSTRIP, &band->rows);
        if (band->rows == 0) return refuse(job, CODEC_CORRUPT, "strips without rows");
        if (band->rows > job->height) band->rows = job->height;
        band->block = band->stride * band->rows;
        uint64_t down = (job->height + (uint64_t)band->rows - 1) / band->rows;
        count = tiff.TIFFNumberOfStrips(job->image);
        if (down * (uint64_t)band->planes != count) return refuse(job, CODEC_CORRUPT, "too few strips");
        if (tiff.TIFFStripSize64(job->image) != band->block) return refuse(job, CODEC_UNSUPPORTED, "strips of an unusual layout");
    }
    // What can't be in the file needs no memory.
    codec_status status = check_places(job, count);
    if (status != CODEC_OK) return status;
    uint32_t rows = band->rows < job->height ? band->rows : job->height;
    band->plane = band->stride * rows;
    band->bytes = malloc(band->plane * (size_t)band->planes);
    return band->bytes == NULL ? refuse(job, CODEC_NO_MEMORY, "out of memory") : CODEC_OK;
}

static codec_status damaged(job *job) {
    if (job->overran) return end_of_file(job);
    return job->message[0] ? CODEC_CORRUPT : refuse(job, CODEC_CORRUPT, "damaged TIFF data");
}

static codec_status read_strip(job *job, const band *band, uint32_t number, int plane, uint32_t rows) {
    uint32_t down = (job->height + band->rows - 1) / band->rows;
    tmsize_t size = (tmsize_t)(band->stride * rows);
    tmsize_t got = tiff.TIFFReadEncodedStrip(job->image, number + (uint32_t)plane * down, band->bytes + (size_t)plane * band->plane, size);
    return got == size && !job->is_damaged ? CODEC_OK : damaged(job);
}

static codec_status read_tiles(job *job, const band *band, uint32_t number, int plane, uint32_t rows) {
    uint32_t across = (uint32_t)((job->width + (uint64_t)band->tile_width - 1) / band->tile_width);
    uint32_t down = (uint32_t)((job->height + (uint64_t)band->rows - 1) / band->rows);
    for (uint32_t i = 0; i < across; i++) {
        uint32_t tile = ((uint32_t)plane * down + number) * across + i;
        tmsize_t got = tiff.TIFFReadEncodedTile(job->image, tile, band->tile, (tmsize_t)band->block);
        if (got != (tmsize_t)band->block || job->is_damaged) return damaged(job);
        size_t left = (size_t)i * band->tile_stride;
        size_t length = band->tile_stride < band->stride - left ? band->tile_stride : band->stride - left;
        for (uint32_t y = 0; y < rows; y++) {
            memcpy(band->bytes + (size_t)plane * band->plane + y * band->stride + left, band->tile + y * band->tile_stride, length);
        }
    }
    return CODEC_OK;
}

static codec_status read_picture(job *job, const band *band, uint8_t *row, const codec_target *target) {
    for (uint32_t number = 0, top = 0; top < job->height; number++, top += band->rows) {
        uint32_t rows = band->rows < job->height - top ? band->rows : job->height - top;
        for (int plane = 0; plane < band->planes; plane++) {
            codec_status status = band->tile != NULL ? read_tiles(job, band, number, plane, rows)
                                                     : read_strip(job, band, number, plane, rows);
            if (status != CODEC_OK) return status;
        }
        for (uint32_t y = 0; y < rows; y++) {
            const uint8_t *planes[MOST_SAMPLES];
            for (int plane = 0; plane < band->planes; plane++) {
                planes[plane] = band->bytes + (size_t)plane * band->plane + y * band->stride;
            }
            paint_row(job, planes, row);
            copy_row(target, row, 0, top + y);
        }
        if (band->rows > job->height - top) break;  // the sum could leave 32 bits
    }
    return CODEC_OK;
}

// Some programs write colours of 8 bits where 16 belong.
static int has_wide_palette(const job *job) {
    for (int i = 0; job->kind == PHOTOMETRIC_PALETTE && i < 1 << job->bits; i++) {
        if (job->red[i] > 255 || job->green[i] > 255 || job->blue[i] > 255) return 1;
    }
    return 0;
}

static codec_status decode(codec_file file, uint32_t width, uint32_t height, const codec_target *target, char *message,
                           char *warning) {
    (void)warning;
    job job;
    band band = {0};
    uint8_t *row = NULL;
    codec_status status = open_image(&job, file, message);
    if (status == CODEC_OK) status = describe(&job);
    if (status == CODEC_OK && (job.width != width || job.height != height)) {
        status = refuse(&job, CODEC_CORRUPT, "the sizes are not those of the first header");
    }
    if (status == CODEC_OK) {
        job.is_wide_palette = has_wide_palette(&job);
        status = plan(&job, &band);
    }
    if (status == CODEC_OK) {
        row = malloc((size_t)3 * width);
        if (row == NULL) status = refuse(&job, CODEC_NO_MEMORY, "out of memory");
    }
    if (status == CODEC_OK) {
        job.message[0] = 0;
        job.is_strict = 1;
        status = read_picture(&job, &band, row, target);
    }
    close_image(&job);
    free(row);
    free(band.bytes);
    free(band.tile);
    return status;
}

const codec_reader codec_tiff = {load, read_header, decode};

#else
const codec_reader codec_tiff = {0};
#endif
