// The ways of a convolution and of its weight gradient, for the one place that chooses between them.
#ifndef ASSAY_CONVOLUTION_H
#define ASSAY_CONVOLUTION_H

#include "CKernels.h"

// A way to convolve. A filter's weights are packed for the way that it goes; `turned` ones come as [cin][cout][k][k] and are turned
// by 180°.
typedef struct {
    // Whether maps of these extents go this way, if they go none before it.
    int (*fits)(const assay_filter *f, long height, long width);
    // Floats of packed weights.
    size_t (*packed_size)(const assay_filter *f);
    void (*pack)(const float *weight, const assay_filter *f, int turned, float *packed);
    size_t (*work)(const assay_filter *f, long height, long width, int pooling);
    void (*run)(const assay_filter *f, assay_maps in, long height, long width, const float *packed, const assay_finish *finish,
                float *work, assay_maps out);
    // Whether it reads beyond the maps' edges.
    int reads_border;
} convolution;

// Fewer products by transforms of two dimensions (winograd.c) or of one (winograd_columns.c); the sum as it is written (direct.c), which
// fits everything.
extern const convolution tile_convolution, column_convolution, direct_convolution;

// The first by the size of its tiles.
void convolve_winograd_six(const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                           const assay_finish *finish, float *work, assay_maps out);
void convolve_winograd_eight(const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                             const assay_finish *finish, float *work, assay_maps out);

// A way to the gradient of the weights.
typedef struct {
    int (*fits)(const assay_filter *f);
    // Floats of the sums.
    size_t (*size)(const assay_filter *f);
    size_t (*work)(const assay_filter *f, long width);
    void (*add)(const assay_filter *f, assay_maps in, assay_maps gradient, long height, long width, float *work, float *sums);
    void (*collect)(const assay_filter *f, const float *sums, float *dweight);
    int reads_border;
} weight_gradient;

// By transforms (winograd_gradient.c), whose sums stay transformed until they are collected, or as it is written (direct_gradient.c),
// which fits everything.
extern const weight_gradient tile_gradient, direct_gradient;

#endif
