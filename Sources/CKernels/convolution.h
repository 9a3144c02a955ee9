// The three ways of a convolution, for the one place that chooses between them.
#ifndef ASSAY_CONVOLUTION_H
#define ASSAY_CONVOLUTION_H

#include "CKernels.h"

// The sum as it is written (direct.c). Packed weights are [cout/4][cin][k][k][4], cout rounded up; `turned` ones come as
// [cin][cout][k][k] and are turned by 180°.
size_t direct_packed_size(const assay_filter *f);
void pack_directly(const float *weight, const assay_filter *f, int turned, float *packed);
void convolve_directly(const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                       const assay_finish *finish, float *work, assay_maps out);

// Fewer products by transforms of two dimensions (winograd.c) or of one (winograd_columns.c). No packed weights for filters that they
// are not made for.
size_t winograd_packed_size(const assay_filter *f);
void pack_winograd(const float *weight, const assay_filter *f, int turned, float *packed);
int winograd_fits(const assay_filter *f, long height, long width);
size_t winograd_work(const assay_filter *f);
void convolve_winograd(const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                       const assay_finish *finish, float *work, assay_maps out);

// By the size of their tiles.
void convolve_winograd_six(const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                           const assay_finish *finish, float *work, assay_maps out);
void convolve_winograd_eight(const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                             const assay_finish *finish, float *work, assay_maps out);

// Four kernels at once: their results lie beside each other.
typedef double d4 __attribute__((vector_size(32), aligned(8)));

// The transform of four kernels' lines of 3 or 5 numbers that lie `step` apart.
void transform_taps(const d4 *g, long size, long step, d4 *u);

size_t columns_packed_size(const assay_filter *f);
void pack_columns(const float *weight, const assay_filter *f, int turned, float *packed);
int columns_fit(const assay_filter *f, long height, long width);
size_t columns_work(const assay_filter *f, long width);
void convolve_columns(const assay_filter *f, assay_maps in, long height, long width, const float *packed,
                      const assay_finish *finish, float *work, assay_maps out);

// The weight gradient: as it is written (direct_gradient.c), or by transforms (winograd_gradient.c), whose sums stay transformed until
// they are collected.
void add_gradient_directly(const assay_filter *f, assay_maps in, assay_maps gradient, long height, long width, float *dweight);

int winograd_gradient_fits(const assay_filter *f);
size_t winograd_gradient_size(const assay_filter *f);
size_t winograd_gradient_work(const assay_filter *f, long width);
void winograd_gradient_add(const assay_filter *f, assay_maps in, assay_maps gradient, long height, long width, float *work,
                           float *sums);
void winograd_gradient_collect(const assay_filter *f, const float *sums, float *dweight);

#endif
