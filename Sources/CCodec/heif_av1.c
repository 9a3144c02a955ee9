// AV1 for libheif, by dav1d on the calling thread.
#include "heif_decoder.h"

#if __has_include(<libheif/heif_plugin.h>)

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
    return format == heif_compression_AV1 ? HEIF_PRIORITY : 0;
}

static struct heif_error hand_over_av1(const Dav1dPicture *decoded, struct heif_image **image) {
    static const enum heif_chroma chromas[] = {heif_chroma_monochrome, heif_chroma_420, heif_chroma_422, heif_chroma_444};
    int layout = (int)decoded->p.layout;
    if (layout < 0 || layout > 3) return damaged("a layout of AV1 that is not known");
    heif_picture picture = {
        .width = decoded->p.w, .height = decoded->p.h, .bits = decoded->p.bpc, .planes = layout == DAV1D_PIXEL_LAYOUT_I400 ? 1 : 3,
        .chroma_x = layout == DAV1D_PIXEL_LAYOUT_I444 ? 1 : 2, .chroma_y = layout == DAV1D_PIXEL_LAYOUT_I420 ? 2 : 1,
        .chroma = chromas[layout],
        .plane = {decoded->data[0], decoded->data[1], decoded->data[2]},
        .stride = {decoded->stride[0], decoded->stride[1], decoded->stride[1]},
        .primaries = (uint16_t)decoded->seq_hdr->pri, .transfer = (uint16_t)decoded->seq_hdr->trc,
        .matrix = (uint16_t)decoded->seq_hdr->mtrx, .is_full_range = decoded->seq_hdr->color_range};
    return heif_hand_over(&picture, image);
}

static void be_silent(void *cookie, const char *format, va_list arguments) { (void)cookie, (void)format, (void)arguments; }

static struct heif_error av1_decode(void *decoder, struct heif_image **image) {
    heif_coded *coded = decoder;
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
    3, av1_name, NULL, NULL, av1_supports, heif_new_decoder, heif_free_decoder, heif_push_data, av1_decode, heif_set_strict, "assay-av1"};

int heif_register_av1(char *name, size_t size) {
    if (!load_dav1d() || heif.heif_register_decoder_plugin(&av1).code != heif_error_Ok) return 0;
    size_t end = strlen(name);
    snprintf(name + end, size - end, ", dav1d %s", dav1d.dav1d_version());
    return 1;
}
#else
int heif_register_av1(char *name, size_t size) { return (void)name, (void)size, 0; }
#endif

#endif
