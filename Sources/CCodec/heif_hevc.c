// HEVC for libheif, by libde265 on the calling thread.
#include "heif_decoder.h"

#if __has_include(<libheif/heif_plugin.h>)

#if __has_include(<libde265/de265.h>)
#include <libde265/de265.h>

static struct {
    __typeof__(&de265_get_version) de265_get_version;
    __typeof__(&de265_new_decoder) de265_new_decoder;
    __typeof__(&de265_free_decoder) de265_free_decoder;
    __typeof__(&de265_push_NAL) de265_push_NAL;
    __typeof__(&de265_flush_data) de265_flush_data;
    __typeof__(&de265_decode) de265_decode;
    __typeof__(&de265_get_next_picture) de265_get_next_picture;
    __typeof__(&de265_get_warning) de265_get_warning;
    __typeof__(&de265_get_error_text) de265_get_error_text;
    __typeof__(&de265_get_image_width) de265_get_image_width;
    __typeof__(&de265_get_image_height) de265_get_image_height;
    __typeof__(&de265_get_chroma_format) de265_get_chroma_format;
    __typeof__(&de265_get_bits_per_pixel) de265_get_bits_per_pixel;
    __typeof__(&de265_get_image_plane) de265_get_image_plane;
    __typeof__(&de265_get_image_full_range_flag) de265_get_image_full_range_flag;
    __typeof__(&de265_get_image_colour_primaries) de265_get_image_colour_primaries;
    __typeof__(&de265_get_image_transfer_characteristics) de265_get_image_transfer_characteristics;
    __typeof__(&de265_get_image_matrix_coefficients) de265_get_image_matrix_coefficients;
    __typeof__(&de265_set_image_allocation_functions) de265_set_image_allocation_functions;
    __typeof__(&de265_get_default_image_allocation_functions) de265_get_default_image_allocation_functions;
} de265;

static int load_de265(void) {
    const codec_symbol symbols[] = {
        SYMBOL(de265, de265_get_version), SYMBOL(de265, de265_new_decoder), SYMBOL(de265, de265_free_decoder),
        SYMBOL(de265, de265_push_NAL), SYMBOL(de265, de265_flush_data), SYMBOL(de265, de265_decode),
        SYMBOL(de265, de265_get_next_picture), SYMBOL(de265, de265_get_warning), SYMBOL(de265, de265_get_error_text),
        SYMBOL(de265, de265_get_image_width), SYMBOL(de265, de265_get_image_height), SYMBOL(de265, de265_get_chroma_format),
        SYMBOL(de265, de265_get_bits_per_pixel), SYMBOL(de265, de265_get_image_plane),
        SYMBOL(de265, de265_get_image_full_range_flag), SYMBOL(de265, de265_get_image_colour_primaries),
        SYMBOL(de265, de265_get_image_transfer_characteristics), SYMBOL(de265, de265_get_image_matrix_coefficients),
        SYMBOL(de265, de265_set_image_allocation_functions), SYMBOL(de265, de265_get_default_image_allocation_functions)};
    return codec_open_library("libde265.so.0", symbols, sizeof symbols / sizeof *symbols);
}

static const char *hevc_name(void) { return "libde265 on one thread"; }

static int hevc_supports(enum heif_compression_format format) {
    return format == heif_compression_HEVC ? HEIF_PRIORITY : 0;
}

// libde265 has no limit of its own but asks for memory here.
static int get_buffer(de265_decoder_context *context, struct de265_image_spec *spec, struct de265_image *image, void *user) {
    if (spec->width < 0 || spec->height < 0 || (uint64_t)spec->width * (uint64_t)spec->height > heif_pixel_limit) return 0;
    return de265.de265_get_default_image_allocation_functions()->get_buffer(context, spec, image, user);
}

static void release_buffer(de265_decoder_context *context, struct de265_image *image, void *user) {
    de265.de265_get_default_image_allocation_functions()->release_buffer(context, image, user);
}

static struct heif_error hand_over_hevc(const struct de265_image *decoded, struct heif_image **image) {
    static const enum heif_chroma chromas[] = {heif_chroma_monochrome, heif_chroma_420, heif_chroma_422, heif_chroma_444};
    enum de265_chroma format = de265.de265_get_chroma_format(decoded);
    if ((unsigned)format > 3) return damaged("a layout of HEVC that is not known");
    heif_picture picture = {
        .width = de265.de265_get_image_width(decoded, 0), .height = de265.de265_get_image_height(decoded, 0),
        .bits = de265.de265_get_bits_per_pixel(decoded, 0), .planes = format == de265_chroma_mono ? 1 : 3,
        .chroma_x = format == de265_chroma_444 ? 1 : 2, .chroma_y = format == de265_chroma_420 ? 2 : 1,
        .chroma = chromas[format],
        .primaries = (uint16_t)de265.de265_get_image_colour_primaries(decoded),
        .transfer = (uint16_t)de265.de265_get_image_transfer_characteristics(decoded),
        .matrix = (uint16_t)de265.de265_get_image_matrix_coefficients(decoded),
        .is_full_range = de265.de265_get_image_full_range_flag(decoded)};
    for (int i = 0; i < picture.planes; i++) {
        int stride;
        picture.plane[i] = de265.de265_get_image_plane(decoded, i, &stride);
        picture.stride[i] = stride;
        if (de265.de265_get_bits_per_pixel(decoded, i) != picture.bits) return damaged("channels of different depths");
        // What is copied is there, whatever the decoder makes of odd sizes.
        int width = i == 0 ? picture.width : (picture.width + picture.chroma_x - 1) / picture.chroma_x;
        int height = i == 0 ? picture.height : (picture.height + picture.chroma_y - 1) / picture.chroma_y;
        if (picture.plane[i] == NULL || de265.de265_get_image_width(decoded, i) < width
            || de265.de265_get_image_height(decoded, i) < height) {
            return damaged("a channel is smaller than the picture");
        }
    }
    return heif_hand_over(&picture, image);
}

// The units of the data, each with its length before it.
static struct heif_error push_units(de265_decoder_context *context, const heif_coded *coded) {
    for (size_t at = 0; at < coded->length;) {
        if (coded->length - at < 4) return damaged("a unit of HEVC is cut short");
        size_t size = 0;
        for (int i = 0; i < 4; i++) size = size << 8 | coded->bytes[at++];
        if (size > coded->length - at || size > INT32_MAX) return damaged("a unit of HEVC is cut short");
        if (de265.de265_push_NAL(context, coded->bytes + at, (int)size, 0, NULL) != DE265_OK) return damaged("damaged HEVC data");
        at += size;
    }
    return de265.de265_flush_data(context) == DE265_OK ? fine() : damaged("damaged HEVC data");
}

static struct heif_error decode_units(de265_decoder_context *context, struct heif_image **image) {
    int more = 1;
    while (more) {
        more = 0;
        de265_error failure = de265.de265_decode(context, &more);
        if (failure != DE265_OK) return damaged(de265.de265_get_error_text(failure));
        de265_error warning = de265.de265_get_warning(context);
        if (warning != DE265_OK) return damaged(de265.de265_get_error_text(warning));
        const struct de265_image *decoded = de265.de265_get_next_picture(context);
        if (decoded == NULL) continue;
        warning = de265.de265_get_warning(context);
        if (warning != DE265_OK) return damaged(de265.de265_get_error_text(warning));
        return hand_over_hevc(decoded, image);
    }
    return damaged("no picture in the HEVC data");
}

static struct heif_error hevc_decode(void *decoder, struct heif_image **image) {
    de265_decoder_context *context = de265.de265_new_decoder();
    if (context == NULL) return exhausted();
    struct de265_image_allocation allocation = {get_buffer, release_buffer};
    de265.de265_set_image_allocation_functions(context, &allocation, NULL);
    struct heif_error error = push_units(context, decoder);
    if (error.code == heif_error_Ok) error = decode_units(context, image);
    de265.de265_free_decoder(context);
    return error;
}

static const struct heif_decoder_plugin hevc = {
    3, hevc_name, NULL, NULL, hevc_supports, heif_new_decoder, heif_free_decoder, heif_push_data, hevc_decode, heif_set_strict, "assay-hevc"};

int heif_register_hevc(char *name, size_t size) {
    if (!load_de265() || heif.heif_register_decoder_plugin(&hevc).code != heif_error_Ok) return 0;
    size_t end = strlen(name);
    snprintf(name + end, size - end, ", libde265 %s", de265.de265_get_version());
    return 1;
}
#else
int heif_register_hevc(char *name, size_t size) { return (void)name, (void)size, 0; }
#endif

#endif
