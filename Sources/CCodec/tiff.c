// Decodes the pages of a TIFF by libtiff, with whatever compression it knows.
#include "tiff.h"

#ifdef HAS_TIFF

// What the samples mean, if it is something that becomes RGB without a guess.
static codec_status describe(tiff_job *job) {
    uint16_t format = SAMPLEFORMAT_UINT, ink_set = INKSET_CMYK;
    tiff.TIFFGetField(job->image, TIFFTAG_IMAGEWIDTH, &job->width);
    tiff.TIFFGetField(job->image, TIFFTAG_IMAGELENGTH, &job->height);
    tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_BITSPERSAMPLE, &job->bits);
    tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_SAMPLESPERPIXEL, &job->samples);
    tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_PLANARCONFIG, &job->planar);
    tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_SAMPLEFORMAT, &format);
    tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_COMPRESSION, &job->compression);
    if (!tiff.TIFFGetField(job->image, TIFFTAG_PHOTOMETRIC, &job->kind)) {
        return tiff_refuse(job, CODEC_UNSUPPORTED, "samples of no stated meaning");
    }
    if (!tiff.TIFFIsCODECConfigured(job->compression) || job->compression == COMPRESSION_OJPEG) {
        return codec_refuse(job->message, CODEC_UNSUPPORTED, "compression %d", job->compression);
    }
    if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) {
        return tiff_refuse(job, CODEC_UNSUPPORTED, "samples that are no unsigned integers");
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
            if (job->bits > 8) return tiff_refuse(job, CODEC_UNSUPPORTED, "a palette of 65536 colours");
            if (!tiff.TIFFGetField(job->image, TIFFTAG_COLORMAP, &job->red, &job->green, &job->blue)) {
                return tiff_refuse(job, CODEC_CORRUPT, "no colour table");
            }
            break;
        case PHOTOMETRIC_RGB: wanted = 3; break;
        case PHOTOMETRIC_SEPARATED:
            tiff.TIFFGetFieldDefaulted(job->image, TIFFTAG_INKSET, &ink_set);
            if (ink_set != INKSET_CMYK) return tiff_refuse(job, CODEC_UNSUPPORTED, "inks other than CMYK");
            wanted = 4;
            break;
        case PHOTOMETRIC_YCBCR:
            if (job->compression != COMPRESSION_JPEG || job->planar != PLANARCONFIG_CONTIG) {
                return tiff_refuse(job, CODEC_UNSUPPORTED, "YCbCr that is not JPEG");
            }
            tiff.TIFFSetField(job->image, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
            wanted = 3;
            break;
        default: return codec_refuse(job->message, CODEC_UNSUPPORTED, "photometric interpretation %d", job->kind);
    }
    if (job->samples < wanted) return tiff_refuse(job, CODEC_CORRUPT, "fewer samples than colours");
    if (is_small && job->samples > 1) return tiff_refuse(job, CODEC_UNSUPPORTED, "several samples in a byte");
    return CODEC_OK;
}

static codec_colour colour_of(const tiff_job *job) {
    switch (job->kind) {
        case PHOTOMETRIC_PALETTE: return CODEC_COLOUR_PALETTE;
        case PHOTOMETRIC_RGB: return CODEC_COLOUR_RGB;
        case PHOTOMETRIC_SEPARATED: return CODEC_COLOUR_CMYK;
        case PHOTOMETRIC_YCBCR: return CODEC_COLOUR_YCBCR;
        default: return CODEC_COLOUR_GREY;
    }
}

static codec_status read_header(codec_file file, codec_header *header, char *message) {
    tiff_job job;
    codec_status status = tiff_open(&job, file, message);
    if (status == CODEC_OK) status = describe(&job);
    if (status == CODEC_OK) {
        header->width = job.width;
        header->height = job.height;
        header->bits = job.bits;
        header->colour = (int32_t)colour_of(&job);
        uint16_t count = 0, *kinds = NULL, orientation = 0;
        tiff.TIFFGetFieldDefaulted(job.image, TIFFTAG_EXTRASAMPLES, &count, &kinds);
        for (int i = 0; i < count; i++) header->alpha |= kinds[i] != EXTRASAMPLE_UNSPECIFIED;
        header->animated = file.frame > 0 || !tiff.TIFFLastDirectory(job.image);
        if (tiff.TIFFGetField(job.image, TIFFTAG_ORIENTATION, &orientation) && orientation <= 8) {
            header->orientation = orientation;
        }
    }
    tiff_close(&job);
    return status;
}

static codec_status decode(codec_file file, uint32_t width, uint32_t height, const codec_target *target, char *message,
                           char *warning) {
    (void)warning;
    tiff_job job;
    codec_status status = tiff_open(&job, file, message);
    if (status == CODEC_OK) status = describe(&job);
    if (status == CODEC_OK && (job.width != width || job.height != height)) {
        status = tiff_refuse(&job, CODEC_CORRUPT, "the sizes are not those of the first header");
    }
    if (status == CODEC_OK) status = tiff_read_pixels(&job, target);
    tiff_close(&job);
    return status;
}

const codec_reader codec_tiff = {tiff_load, read_header, decode, tiff_count_pages, NULL};

#else
const codec_reader codec_tiff = {0};
#endif
