// What the three files that read HEIF and AVIF share.
#ifndef HEIF_H
#define HEIF_H

#include "reader.h"

// Changes that a viewer would make to a picture, of which only the crop is made here.
typedef struct {
    int orientation;  // as in Exif, 0 where nothing is said
    int has_crop;     // a clean aperture, below, in pixels of the coded picture
    uint32_t x, y, width, height;
    int is_sequence;  // there are moving pictures too
} heif_display;

// What the boxes say about item `item`.
codec_status heif_read_display(codec_file file, uint64_t item, uint32_t width, uint32_t height, heif_display *display, char *message);
// Refuses a file that is shorter than its boxes, and leaves out what stands behind the last of them.
codec_status heif_trim(codec_file *file, char *message);

#if __has_include(<libheif/heif_plugin.h>)
#include <libheif/heif.h>
#include <libheif/heif_plugin.h>

// Functions of libheif, for decoding and for handing it what a decoder has decoded.
typedef struct {
    __typeof__(&heif_get_version) heif_get_version;
    __typeof__(&heif_init) heif_init;
    __typeof__(&heif_register_decoder_plugin) heif_register_decoder_plugin;
    __typeof__(&heif_context_alloc) heif_context_alloc;
    __typeof__(&heif_context_free) heif_context_free;
    __typeof__(&heif_context_set_max_decoding_threads) heif_context_set_max_decoding_threads;
    __typeof__(&heif_context_set_maximum_image_size_limit) heif_context_set_maximum_image_size_limit;
    __typeof__(&heif_context_read_from_memory_without_copy) heif_context_read_from_memory_without_copy;
    __typeof__(&heif_context_get_number_of_top_level_images) heif_context_get_number_of_top_level_images;
    __typeof__(&heif_context_get_primary_image_ID) heif_context_get_primary_image_ID;
    __typeof__(&heif_context_get_list_of_top_level_image_IDs) heif_context_get_list_of_top_level_image_IDs;
    __typeof__(&heif_context_get_image_handle) heif_context_get_image_handle;
    __typeof__(&heif_image_handle_release) heif_image_handle_release;
    __typeof__(&heif_image_handle_get_ispe_width) heif_image_handle_get_ispe_width;
    __typeof__(&heif_image_handle_get_ispe_height) heif_image_handle_get_ispe_height;
    __typeof__(&heif_image_handle_has_alpha_channel) heif_image_handle_has_alpha_channel;
    __typeof__(&heif_image_handle_get_luma_bits_per_pixel) heif_image_handle_get_luma_bits_per_pixel;
    __typeof__(&heif_decoding_options_alloc) heif_decoding_options_alloc;
    __typeof__(&heif_decoding_options_free) heif_decoding_options_free;
    __typeof__(&heif_decode_image) heif_decode_image;
    __typeof__(&heif_image_release) heif_image_release;
    __typeof__(&heif_image_get_width) heif_image_get_width;
    __typeof__(&heif_image_get_height) heif_image_get_height;
    __typeof__(&heif_image_get_bits_per_pixel_range) heif_image_get_bits_per_pixel_range;
    __typeof__(&heif_image_get_plane_readonly) heif_image_get_plane_readonly;
    __typeof__(&heif_image_create) heif_image_create;
    __typeof__(&heif_image_add_plane) heif_image_add_plane;
    __typeof__(&heif_image_get_plane) heif_image_get_plane;
    __typeof__(&heif_nclx_color_profile_alloc) heif_nclx_color_profile_alloc;
    __typeof__(&heif_nclx_color_profile_free) heif_nclx_color_profile_free;
    __typeof__(&heif_nclx_color_profile_set_color_primaries) heif_nclx_color_profile_set_color_primaries;
    __typeof__(&heif_nclx_color_profile_set_transfer_characteristics) heif_nclx_color_profile_set_transfer_characteristics;
    __typeof__(&heif_nclx_color_profile_set_matrix_coefficients) heif_nclx_color_profile_set_matrix_coefficients;
    __typeof__(&heif_image_set_nclx_color_profile) heif_image_set_nclx_color_profile;
} heif_functions;

extern heif_functions heif;

// Registers decoders that start no threads, in place of libheif's own; 0 if neither can be had. `name` gets theirs added.
int heif_register_decoders(char *name, size_t size);

// Pixels that a coded picture may have: no more than the file's header led to expect. Kept beside the call that decodes, since a
// decoder is called by libheif, which hands nothing on.
extern _Thread_local uint64_t heif_pixel_limit;
#endif

#endif
