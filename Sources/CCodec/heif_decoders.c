// Decoders of AV1 and HEVC for libheif, on the libraries that its own use. Those start threads, which a confined process can't;
// these start none, refuse pictures larger than announced, and what libde265 only warns of is an error.
#include "heif.h"

#if __has_include(<libheif/heif_plugin.h>)

_Thread_local uint64_t heif_pixel_limit;

static struct heif_error outcome(enum heif_error_code code, enum heif_suberror_code detail, const char *text) {
    return (struct heif_error){code, detail, text};
}

static struct heif_error fine(void) { return outcome(heif_error_Ok, heif_suberror_Unspecified, "Success"); }

static struct heif_error damaged(const char *text) {
    return outcome(heif_error_Decoder_plugin_error, heif_suberror_Unspecified, text);
}

static struct heif_error exhausted(void) {
    return outcome(heif_error_Memory_allocation_error, heif_suberror_Unspecified, "out of memory");
}

// What a decoder has decoded, to be copied to a picture of libheif's.
typedef struct {
    int width, height, bits, planes;
    int chroma_x, chroma_y;
    enum heif_chroma chroma;
    const uint8_t *plane[3];
    ptrdiff_t stride[3];
    uint16_t primaries, transfer, matrix;
    int is_full_range;
} picture;

static struct heif_error hand_over(const picture *picture, struct heif_image **image) {
    static const enum heif_channel channels[] = {heif_channel_Y, heif_channel_Cb, heif_channel_Cr};
    enum heif_colorspace space = picture->planes == 1 ? heif_colorspace_monochrome : heif_colorspace_YCbCr;
    struct heif_error error = heif.heif_image_create(picture->width, picture->height, space, picture->chroma, image);
    for (int i = 0; i < picture->planes && error.code == heif_error_Ok; i++) {
        int width = i == 0 ? picture->width : (picture->width + picture->chroma_x - 1) / picture->chroma_x;
        int height = i == 0 ? picture->height : (picture->height + picture->chroma_y - 1) / picture->chroma_y;
        error = heif.heif_image_add_plane(*image, channels[i], width, height, picture->bits);
        if (error.code != heif_error_Ok) break;
        int stride;
        uint8_t *target = heif.heif_image_get_plane(*image, channels[i], &stride);
        if (target == NULL) return exhausted();
        size_t length = (size_t)width * (picture->bits > 8 ? 2 : 1);
        for (int y = 0; y < height; y++) memcpy(target + (ptrdiff_t)y * stride, picture->plane[i] + y * picture->stride[i], length);
    }
    if (error.code != heif_error_Ok) return error;
    struct heif_color_profile_nclx *colours = heif.heif_nclx_color_profile_alloc();
    if (colours == NULL) return exhausted();
    // Values that libheif does not know are as good as none.
    heif.heif_nclx_color_profile_set_color_primaries(colours, picture->primaries);
    heif.heif_nclx_color_profile_set_transfer_characteristics(colours, picture->transfer);
    heif.heif_nclx_color_profile_set_matrix_coefficients(colours, picture->matrix);
    colours->full_range_flag = picture->is_full_range != 0;
    heif.heif_image_set_nclx_color_profile(*image, colours);
    heif.heif_nclx_color_profile_free(colours);
    return error;
}

// The coded bytes of one picture, as libheif pushes them.
typedef struct {
    uint8_t *bytes;
    size_t length;
} coded;

static struct heif_error new_decoder(void **decoder) {
    *decoder = calloc(1, sizeof(coded));
    return *decoder == NULL ? exhausted() : fine();
}

static void free_decoder(void *decoder) {
    free(((coded *)decoder)->bytes);
    free(decoder);
}

static struct heif_error push_data(void *decoder, const void *data, size_t size) {
    coded *coded = decoder;
    if (size == 0) return fine();
    uint8_t *larger = realloc(coded->bytes, coded->length + size + 1);
    if (larger == NULL) return exhausted();
    memcpy(larger + coded->length, data, size);
    coded->bytes = larger;
    coded->length += size;
    return fine();
}

static void set_strict(void *decoder, int is_strict) { (void)decoder, (void)is_strict; }

enum { above_all_others = 1000 };

#if __has_include(<dav1d/dav1d.h>)
#include <dav1d/dav1d.h>

static struct {
    __typeof__(&dav1d_version) dav1d_version;
    __typeof__(&dav1d_default_settings) dav1d_default_settings;
    __typeof__(&dav1d_open) dav1d_open;
    __typeof__(&dav1d_data_create) dav1d_data_create;
    __typeof__(&dav1d_data_unref) dav1d_data_unref;
    __typeof__(&dav1d_send_data) dav1d_send_data;
    __typeof__(&dav1d_get_picture) dav1d_get_picture;
    __typeof__(&dav1d_picture_unref) dav1d_picture_unref;
    __typeof__(&dav1d_close) dav1d_close;
} dav1d;

static int load_dav1d(void) {
    const codec_symbol symbols[] = {
        SYMBOL(dav1d, dav1d_version), SYMBOL(dav1d, dav1d_default_settings), SYMBOL(dav1d, dav1d_open),
        SYMBOL(dav1d, dav1d_data_create), SYMBOL(dav1d, dav1d_data_unref), SYMBOL(dav1d, dav1d_send_data),
        SYMBOL(dav1d, dav1d_get_picture), SYMBOL(dav1d, dav1d_picture_unref), SYMBOL(dav1d, dav1d_close)};
    return codec_open_library(DAV1D_API_VERSION_MAJOR == 6 ? "libdav1d.so.6" : "libdav1d.so.7", symbols,
                              sizeof symbols / sizeof *symbols);
}

static const char *av1_name(void) { return "dav1d on one thread"; }

static int av1_supports(enum heif_compression_format format) {
    return format == heif_compression_AV1 ? above_all_others : 0;
}

static struct heif_error hand_over_av1(const Dav1dPicture *decoded, struct heif_image **image) {
    static const enum heif_chroma chromas[] = {heif_chroma_monochrome, heif_chroma_420, heif_chroma_422, heif_chroma_444};
    int layout = (int)decoded->p.layout;
    if (layout < 0 || layout > 3) return damaged("a layout of AV1 that is not known");
    picture picture = {
        .width = decoded->p.w, .height = decoded->p.h, .bits = decoded->p.bpc, .planes = layout == DAV1D_PIXEL_LAYOUT_I400 ? 1 : 3,
        .chroma_x = layout == DAV1D_PIXEL_LAYOUT_I444 ? 1 : 2, .chroma_y = layout == DAV1D_PIXEL_LAYOUT_I420 ? 2 : 1,
        .chroma = chromas[layout],
        .plane = {decoded->data[0], decoded->data[1], decoded->data[2]},
        .stride = {decoded->stride[0], decoded->stride[1], decoded->stride[1]},
        .primaries = (uint16_t)decoded->seq_hdr->pri, .transfer = (uint16_t)decoded->seq_hdr->trc,
        .matrix = (uint16_t)decoded->seq_hdr->mtrx, .is_full_range = decoded->seq_hdr->color_range};
    return hand_over(&picture, image);
}

static void be_silent(void *cookie, const char *format, va_list arguments) { (void)cookie, (void)format, (void)arguments; }

static struct heif_error av1_decode(void *decoder, struct heif_image **image) {
    coded *coded = decoder;
    Dav1dSettings settings;
    dav1d.dav1d_default_settings(&settings);
    settings.n_threads = 1;
    settings.max_frame_delay = 1;
    settings.all_layers = 0;
    settings.frame_size_limit = heif_pixel_limit < UINT32_MAX ? (unsigned)heif_pixel_limit : 0;
    settings.logger.callback = be_silent;
    Dav1dContext *context;
    if (dav1d.dav1d_open(&context, &settings) != 0) return exhausted();
    struct heif_error error = damaged("no picture in the AV1 data");
    Dav1dData data = {0};
    uint8_t *target = coded->length == 0 ? NULL : dav1d.dav1d_data_create(&data, coded->length);
    if (target != NULL) {
        memcpy(target, coded->bytes, coded->length);
        Dav1dPicture decoded = {0};
        // Every call takes some of the data, gives a picture, or fails.
        for (;;) {
            size_t before = data.sz;
            int sent = data.sz > 0 ? dav1d.dav1d_send_data(context, &data) : 0;
            if (sent < 0 && sent != DAV1D_ERR(EAGAIN)) {
                error = damaged("damaged AV1 data");
                break;
            }
            int got = dav1d.dav1d_get_picture(context, &decoded);
            if (got == 0) {
                error = hand_over_av1(&decoded, image);
                dav1d.dav1d_picture_unref(&decoded);
                break;
            }
            if (got != DAV1D_ERR(EAGAIN)) {
                error = damaged("damaged AV1 data");
                break;
            }
            if (data.sz == 0 || data.sz == before) break;
        }
        dav1d.dav1d_data_unref(&data);
    }
    dav1d.dav1d_close(&context);
    return error;
}

static const struct heif_decoder_plugin av1 = {
    3, av1_name, NULL, NULL, av1_supports, new_decoder, free_decoder, push_data, av1_decode, set_strict, "assay-av1"};

static int register_av1(char *name, size_t size) {
    if (!load_dav1d() || heif.heif_register_decoder_plugin(&av1).code != heif_error_Ok) return 0;
    size_t end = strlen(name);
    snprintf(name + end, size - end, ", dav1d %s", dav1d.dav1d_version());
    return 1;
}
#else
static int register_av1(char *name, size_t size) { return (void)name, (void)size, 0; }
#endif

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
    return format == heif_compression_HEVC ? above_all_others : 0;
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
    picture picture = {
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
    return hand_over(&picture, image);
}

// The units of the data, each with its length before it.
static struct heif_error push_units(de265_decoder_context *context, const coded *coded) {
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
    3, hevc_name, NULL, NULL, hevc_supports, new_decoder, free_decoder, push_data, hevc_decode, set_strict, "assay-hevc"};

static int register_hevc(char *name, size_t size) {
    if (!load_de265() || heif.heif_register_decoder_plugin(&hevc).code != heif_error_Ok) return 0;
    size_t end = strlen(name);
    snprintf(name + end, size - end, ", libde265 %s", de265.de265_get_version());
    return 1;
}
#else
static int register_hevc(char *name, size_t size) { return (void)name, (void)size, 0; }
#endif

int heif_register_decoders(char *name, size_t size) { return register_av1(name, size) | register_hevc(name, size); }

#endif
