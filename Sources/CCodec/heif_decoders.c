// Decoders of AV1 and HEVC for libheif, on the libraries that its own use. Those start threads, which a confined process can't;
// these start none, refuse pictures larger than announced, and what libde265 only warns of is an error.
#include "heif_decoder.h"

#if __has_include(<libheif/heif_plugin.h>)

_Thread_local uint64_t heif_pixel_limit;

struct heif_error heif_hand_over(const heif_picture *picture, struct heif_image **image) {
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

struct heif_error heif_new_decoder(void **decoder) {
    *decoder = calloc(1, sizeof(heif_coded));
    return *decoder == NULL ? exhausted() : fine();
}

void heif_free_decoder(void *decoder) {
    free(((heif_coded *)decoder)->bytes);
    free(decoder);
}

struct heif_error heif_push_data(void *decoder, const void *data, size_t size) {
    heif_coded *coded = decoder;
    if (size == 0) return fine();
    uint8_t *larger = realloc(coded->bytes, coded->length + size + 1);
    if (larger == NULL) return exhausted();
    memcpy(larger + coded->length, data, size);
    coded->bytes = larger;
    coded->length += size;
    return fine();
}

void heif_set_strict(void *decoder, int is_strict) { (void)decoder, (void)is_strict; }

int heif_register_decoders(char *name, size_t size) { return heif_register_av1(name, size) | heif_register_hevc(name, size); }

#endif
