// Decodes the pictures of HEIF and AVIF files by libheif, the primary one first: whole pictures and grids, as they are stored.
#include "heif.h"

#if __has_include(<libheif/heif_plugin.h>)

heif_functions heif;

// What a coded picture may be larger than what it shows: tiles of a grid may reach beyond it, a crop may show little of it.
enum { LARGEST_TILE = 4096 };

static int load(char *name) {
    const codec_symbol symbols[] = {
        SYMBOL(heif, heif_get_version), SYMBOL(heif, heif_init), SYMBOL(heif, heif_register_decoder_plugin),
        SYMBOL(heif, heif_context_alloc), SYMBOL(heif, heif_context_free), SYMBOL(heif, heif_context_set_max_decoding_threads),
        SYMBOL(heif, heif_context_set_maximum_image_size_limit),
        SYMBOL(heif, heif_context_read_from_memory_without_copy), SYMBOL(heif, heif_context_get_number_of_top_level_images),
        SYMBOL(heif, heif_context_get_primary_image_ID), SYMBOL(heif, heif_context_get_list_of_top_level_image_IDs),
        SYMBOL(heif, heif_context_get_image_handle), SYMBOL(heif, heif_image_handle_release),
        SYMBOL(heif, heif_image_handle_get_ispe_width), SYMBOL(heif, heif_image_handle_get_ispe_height),
        SYMBOL(heif, heif_image_handle_has_alpha_channel), SYMBOL(heif, heif_image_handle_get_luma_bits_per_pixel),
        SYMBOL(heif, heif_decoding_options_alloc), SYMBOL(heif, heif_decoding_options_free), SYMBOL(heif, heif_decode_image),
        SYMBOL(heif, heif_image_release), SYMBOL(heif, heif_image_get_width), SYMBOL(heif, heif_image_get_height), SYMBOL(heif, heif_image_get_bits_per_pixel_range),
        SYMBOL(heif, heif_image_get_plane_readonly), SYMBOL(heif, heif_image_create), SYMBOL(heif, heif_image_add_plane),
        SYMBOL(heif, heif_image_get_plane), SYMBOL(heif, heif_nclx_color_profile_alloc), SYMBOL(heif, heif_nclx_color_profile_free),
        SYMBOL(heif, heif_nclx_color_profile_set_color_primaries), SYMBOL(heif, heif_nclx_color_profile_set_transfer_characteristics),
        SYMBOL(heif, heif_nclx_color_profile_set_matrix_coefficients), SYMBOL(heif, heif_image_set_nclx_color_profile)};
    if (!codec_open_library("libheif.so.1", symbols, sizeof symbols / sizeof *symbols)) return 0;
    // Now, since it looks for plugins in a directory when it is first used.
    if (heif.heif_init(NULL).code != heif_error_Ok) return 0;
    snprintf(name, 64, "libheif %s", heif.heif_get_version());
    return heif_register_decoders(name, 64);
}

static codec_status refuse(struct heif_error error, char *message) {
    if (error.code == heif_error_Ok) return CODEC_OK;
    codec_status status = CODEC_CORRUPT;
    if (error.code == heif_error_Unsupported_feature || error.code == heif_error_Unsupported_filetype) status = CODEC_UNSUPPORTED;
    if (error.code == heif_error_Memory_allocation_error) status = CODEC_NO_MEMORY;
    if (error.subcode == heif_suberror_Security_limit_exceeded) status = CODEC_UNSUPPORTED;
    if (error.subcode == heif_suberror_End_of_data) status = CODEC_TRUNCATED;
    return codec_refuse(message, status, "%s", error.message);
}

// A picture of a file, before a pixel of it is decoded.
typedef struct {
    struct heif_context *context;
    struct heif_image_handle *handle;
    uint32_t width, height;  // as coded
    heif_display display;
    size_t behind;  // bytes behind the last box
} primary;

// The item that is picture number `number`: the primary one, then the others in the file's order.
static codec_status find_item(struct heif_context *context, uint32_t number, heif_item_id *item, char *message) {
    codec_status status = refuse(heif.heif_context_get_primary_image_ID(context, item), message);
    if (status != CODEC_OK || number == 0) return status;
    const heif_item_id first = *item;
    int count = heif.heif_context_get_number_of_top_level_images(context);
    heif_item_id *items = count > 0 ? calloc((size_t)count, sizeof *items) : NULL;
    if (items == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    count = heif.heif_context_get_list_of_top_level_image_IDs(context, items, count);
    uint32_t found = 0;
    for (int i = 0; i < count && found < number; i++) {
        if (items[i] != first) *item = items[i], found++;
    }
    free(items);
    return found == number ? CODEC_OK : codec_refuse(message, CODEC_CORRUPT, "there is no such picture");
}

// Sides above `limit` are refused; those of a grid are found only in decoding.
static codec_status open_primary(codec_file file, int limit, primary *primary, char *message) {
    *primary = (__typeof__(*primary)){0};
    primary->behind = file.length;
    codec_status status = heif_trim(&file, message);
    if (status != CODEC_OK) return status;
    primary->behind -= file.length;
    primary->context = heif.heif_context_alloc();
    if (primary->context == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    heif.heif_context_set_max_decoding_threads(primary->context, 0);
    heif.heif_context_set_maximum_image_size_limit(primary->context, limit);
    status = refuse(heif.heif_context_read_from_memory_without_copy(primary->context, file.bytes, file.length, NULL), message);
    if (status != CODEC_OK) return status;
    heif_item_id item = 0;
    status = find_item(primary->context, file.frame, &item, message);
    if (status != CODEC_OK) return status;
    status = refuse(heif.heif_context_get_image_handle(primary->context, item, &primary->handle), message);
    if (status != CODEC_OK) return status;
    int width = heif.heif_image_handle_get_ispe_width(primary->handle);
    int height = heif.heif_image_handle_get_ispe_height(primary->handle);
    if (width <= 0 || height <= 0) return codec_refuse(message, CODEC_CORRUPT, "a picture without pixels");
    primary->width = (uint32_t)width;
    primary->height = (uint32_t)height;
    return heif_read_display(file, item, primary->width, primary->height, &primary->display, message);
}

static void close_primary(primary *primary) {
    if (primary->handle != NULL) heif.heif_image_handle_release(primary->handle);
    if (primary->context != NULL) heif.heif_context_free(primary->context);
}

static codec_status read_header(codec_file file, codec_header *header, char *message) {
    primary primary;
    // How many pixels are too many, the caller knows.
    codec_status status = open_primary(file, 1 << 28, &primary, message);
    if (status == CODEC_OK) {
        const heif_display *display = &primary.display;
        header->width = display->has_crop ? display->width : primary.width;
        header->height = display->has_crop ? display->height : primary.height;
        int bits = heif.heif_image_handle_get_luma_bits_per_pixel(primary.handle);
        header->bits = bits > 0 && bits <= 16 ? bits : 8;
        header->colour = CODEC_COLOUR_YCBCR;
        header->alpha = heif.heif_image_handle_has_alpha_channel(primary.handle) != 0;
        header->animated = display->is_sequence || heif.heif_context_get_number_of_top_level_images(primary.context) > 1;
        header->orientation = display->orientation;
    }
    close_primary(&primary);
    return status;
}

static codec_status decode_primary(const primary *primary, struct heif_image **image, char *message) {
    heif_pixel_limit = ((uint64_t)primary->width + LARGEST_TILE) * ((uint64_t)primary->height + LARGEST_TILE);
    struct heif_decoding_options *options = heif.heif_decoding_options_alloc();
    if (options == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    options->ignore_transformations = 1;
    if (options->version >= 3) options->strict_decoding = 1;
    // In three planes: of libheif's conversions to interleaved pixels some are missing where there is transparency.
    struct heif_error error = heif.heif_decode_image(primary->handle, image, heif_colorspace_RGB, heif_chroma_444, options);
    heif.heif_decoding_options_free(options);
    return refuse(error, message);
}

// Samples of `bits` bits, in two bytes where they are more than eight, to every third byte of `row`, scaled to eight and rounded.
static void take_samples(const uint8_t *source, int bits, uint32_t width, uint8_t *row) {
    const uint32_t most = (1u << bits) - 1;
    for (size_t x = 0; x < width; x++) {
        uint16_t value = source[bits > 8 ? 2 * x : x];
        if (bits > 8) memcpy(&value, source + 2 * x, 2);
        row[3 * x] = (uint8_t)(((value < most ? value : most) * 255 + most / 2) / most);
    }
}

static codec_status deliver(const primary *primary, const struct heif_image *image, uint32_t width, uint32_t height,
                            const codec_target *target, char *message) {
    const heif_display *display = &primary->display;
    static const enum heif_channel channels[] = {heif_channel_R, heif_channel_G, heif_channel_B};
    const uint8_t *planes[3];
    int strides[3], bits = heif.heif_image_get_bits_per_pixel_range(image, heif_channel_R);
    uint32_t expected_width = display->has_crop ? display->width : primary->width;
    uint32_t expected_height = display->has_crop ? display->height : primary->height;
    int is_there = width == expected_width && height == expected_height && bits >= 8 && bits <= 16;
    const int size = bits > 8 ? 2 : 1;
    for (int i = 0; i < 3 && is_there; i++) {
        planes[i] = heif.heif_image_get_plane_readonly(image, channels[i], &strides[i]);
        int decoded_width = heif.heif_image_get_width(image, channels[i]), decoded_height = heif.heif_image_get_height(image, channels[i]);
        is_there = planes[i] != NULL && decoded_width == (int64_t)primary->width && decoded_height == (int64_t)primary->height
            && strides[i] / size >= decoded_width && heif.heif_image_get_bits_per_pixel_range(image, channels[i]) == bits;
    }
    if (!is_there) return codec_refuse(message, CODEC_CORRUPT, "the sizes are not those of the first header");
    uint8_t *row = malloc((size_t)3 * width);
    if (row == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    for (uint32_t y = 0; y < height; y++) {
        for (int i = 0; i < 3; i++) {
            const uint8_t *source = planes[i] + (size_t)(y + display->y) * (size_t)strides[i] + (size_t)size * display->x;
            take_samples(source, bits, width, row + i);
        }
        copy_row(target, row, 0, y);
    }
    free(row);
    return CODEC_OK;
}

static codec_status decode(codec_file file, uint32_t width, uint32_t height, const codec_target *target, char *message,
                           char *warning) {
    primary primary;
    struct heif_image *image = NULL;
    uint32_t side = width > height ? width : height;
    codec_status status = open_primary(file, side < 1 << 27 ? (int)side + LARGEST_TILE : 1 << 28, &primary, message);
    if (status == CODEC_OK) status = decode_primary(&primary, &image, message);
    if (status == CODEC_OK) status = deliver(&primary, image, width, height, target, message);
    if (primary.behind > 0) snprintf(warning, CODEC_TEXT_SIZE, "%zu bytes behind the last box", primary.behind);
    if (image != NULL) heif.heif_image_release(image);
    close_primary(&primary);
    return status;
}

// Moving pictures, which libheif does not read, count for nothing.
static codec_status count_pictures(codec_file file, uint32_t *pictures, char *message) {
    primary primary;
    codec_status status = open_primary(file, 1 << 28, &primary, message);
    int count = status == CODEC_OK ? heif.heif_context_get_number_of_top_level_images(primary.context) : 1;
    *pictures = count > 1 ? (uint32_t)count : 1;
    close_primary(&primary);
    return status;
}

const codec_reader codec_heif = {load, read_header, decode, count_pictures, NULL};

#else
const codec_reader codec_heif = {0};
#endif
