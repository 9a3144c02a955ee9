// Reads the strips and tiles of a TIFF, in one plane or several, and makes RGB of their samples. libtiff's own conversion is not used: it
// blends transparency and takes all of the picture at once.
#include "tiff.h"

#ifdef HAS_TIFF

// Sample `index` of a row of the file, unscaled.
static inline uint32_t sample_at(const tiff_job *job, const uint8_t *row, size_t index) {
    if (job->bits == 8) return row[index];
    if (job->bits == 16) {
        uint16_t value;  // libtiff has brought it into this machine's order
        memcpy(&value, row + 2 * index, 2);
        return value;
    }
    size_t bit = index * job->bits;
    return (uint32_t)(row[bit >> 3] >> (8 - job->bits - (bit & 7))) & ((1u << job->bits) - 1);
}

static inline uint8_t scaled(const tiff_job *job, uint32_t value) {
    if (job->bits == 8) return (uint8_t)value;
    if (job->bits == 16) return eight_of_sixteen(value);
    return (uint8_t)(value * 255 / ((1u << job->bits) - 1));
}

// The pixels of a row, of which `planes` has one part for each plane.
static void paint_row(const tiff_job *job, const uint8_t *const planes[], uint8_t *row) {
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
static codec_status check_places(tiff_job *job, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        uint64_t offset = tiff.TIFFGetStrileOffset(job->image, i), size = tiff.TIFFGetStrileByteCount(job->image, i);
        if (job->overran || offset > job->file.length || size > job->file.length - offset) return tiff_cut_off(job);
        if (size == 0) return tiff_refuse(job, CODEC_CORRUPT, "a part of the picture is missing");
    }
    return CODEC_OK;
}

static codec_status plan(tiff_job *job, band *band) {
    *band = (__typeof__(*band)){.planes = job->planar == PLANARCONFIG_SEPARATE ? job->samples : 1};
    int per_row = job->planar == PLANARCONFIG_SEPARATE ? 1 : job->samples;
    band->stride = ((size_t)job->width * (size_t)per_row * job->bits + 7) / 8;
    uint32_t count;
    if (tiff.TIFFIsTiled(job->image)) {
        tiff.TIFFGetField(job->image, TIFFTAG_TILEWIDTH, &band->tile_width);
        tiff.TIFFGetField(job->image, TIFFTAG_TILELENGTH, &band->rows);
        uint64_t size = tiff.TIFFTileSize64(job->image);
        if (band->tile_width == 0 || band->rows == 0 || size == 0) return tiff_refuse(job, CODEC_CORRUPT, "tiles without pixels");
        if (size > LARGEST_BLOCK) return tiff_refuse(job, CODEC_UNSUPPORTED, "tiles of more than 256 MiB");
        band->tile_stride = ((size_t)band->tile_width * (size_t)per_row * job->bits + 7) / 8;
        band->block = (size_t)size;
        if (band->block != band->tile_stride * band->rows) return tiff_refuse(job, CODEC_UNSUPPORTED, "tiles of an unusual layout");
        uint64_t across = (job->width + (uint64_t)band->tile_width - 1) / band->tile_width;
        uint64_t down = (job->height + (uint64_t)band->rows - 1) / band->rows;
        // Tiles are joined byte by byte, and libtiff takes widths that the standard doesn't know: of those that meet within a byte, the later
        // would stand too far to the right, and beyond the end of the row.
        if (across > 1 && (uint64_t)band->tile_width * (uint64_t)per_row * job->bits % 8 != 0) {
            return tiff_refuse(job, CODEC_UNSUPPORTED, "tiles of an unusual layout");
        }
        count = tiff.TIFFNumberOfTiles(job->image);
        if (across * down * (uint64_t)band->planes != count) return tiff_refuse(job, CODEC_CORRUPT, "too few tiles");
        band->tile = malloc(band->block);
        if (band->tile == NULL) return tiff_refuse(job, CODEC_NO_MEMORY, "out of memory");
    } else {
        tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_ROWSPERSTRIP, &band->rows);
        if (band->rows == 0) return tiff_refuse(job, CODEC_CORRUPT, "strips without rows");
        if (band->rows > job->height) band->rows = job->height;
        band->block = band->stride * band->rows;
        uint64_t down = (job->height + (uint64_t)band->rows - 1) / band->rows;
        count = tiff.TIFFNumberOfStrips(job->image);
        if (down * (uint64_t)band->planes != count) return tiff_refuse(job, CODEC_CORRUPT, "too few strips");
        if (tiff.TIFFStripSize64(job->image) != band->block) return tiff_refuse(job, CODEC_UNSUPPORTED, "strips of an unusual layout");
    }
    // What can't be in the file needs no memory.
    codec_status status = check_places(job, count);
    if (status != CODEC_OK) return status;
    uint32_t rows = band->rows < job->height ? band->rows : job->height;
    band->plane = band->stride * rows;
    band->bytes = malloc(band->plane * (size_t)band->planes);
    return band->bytes == NULL ? tiff_refuse(job, CODEC_NO_MEMORY, "out of memory") : CODEC_OK;
}

static codec_status damaged(tiff_job *job) {
    if (job->overran) return tiff_cut_off(job);
    return job->message[0] ? CODEC_CORRUPT : tiff_refuse(job, CODEC_CORRUPT, "damaged TIFF data");
}

static codec_status read_strip(tiff_job *job, const band *band, uint32_t number, int plane, uint32_t rows) {
    uint32_t down = (job->height + band->rows - 1) / band->rows;
    tmsize_t size = (tmsize_t)(band->stride * rows);
    tmsize_t got = tiff.TIFFReadEncodedStrip(job->image, number + (uint32_t)plane * down, band->bytes + (size_t)plane * band->plane, size);
    return got == size && !job->is_damaged ? CODEC_OK : damaged(job);
}

static codec_status read_tiles(tiff_job *job, const band *band, uint32_t number, int plane, uint32_t rows) {
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

static codec_status read_picture(tiff_job *job, const band *band, uint8_t *row, const codec_target *target) {
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
static int has_wide_palette(const tiff_job *job) {
    for (int i = 0; job->kind == PHOTOMETRIC_PALETTE && i < 1 << job->bits; i++) {
        if (job->red[i] > 255 || job->green[i] > 255 || job->blue[i] > 255) return 1;
    }
    return 0;
}

codec_status tiff_read_pixels(tiff_job *job, const codec_target *target) {
    band band = {0};
    uint8_t *row = NULL;
    job->is_wide_palette = has_wide_palette(job);
    codec_status status = plan(job, &band);
    if (status == CODEC_OK) {
        row = malloc((size_t)3 * job->width);
        if (row == NULL) status = tiff_refuse(job, CODEC_NO_MEMORY, "out of memory");
    }
    if (status == CODEC_OK) {
        job->message[0] = 0;
        job->is_strict = 1;
        status = read_picture(job, &band, row, target);
    }
    free(row);
    free(band.bytes);
    free(band.tile);
    return status;
}

#endif
