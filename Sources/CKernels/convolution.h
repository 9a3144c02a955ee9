// The two ways of a convolution, for the one place that chooses between them.
#ifndef ASSAY_CONVOLUTION_H
#define ASSAY_CONVOLUTION_H

#include "CKernels.h"

// The sum as it is written (direct.c). Packed weights are [cout/4][cin][k][k][4], cout rounded up; `turned` ones come as
// [cin][cout][k][k] and are turned by 180°.
size_t direct_packed_size(const assay_filter *f);
void pack_directly(const float *weight, const assay_filter *f, int turned, float *packed);
void convolve_directly(const assay_filter *f, assay_maps in, long height, long width, const float *packed, const float *bias,
                       int relu, assay_maps out);

// Fewer products by transforms (winograd.c). No packed weights for filters that it is not made for.
size_t winograd_packed_size(const assay_filter *f);
void pack_winograd(const float *weight, const assay_filter *f, int turned, float *packed);
int winograd_fits(const assay_filter *f, long height, long width);
size_t winograd_work(const assay_filter *f);
void convolve_winograd(const assay_filter *f, assay_maps in, long height, long width, const float *packed, const float *bias,
                       int relu, int pooled, float *work, assay_maps out);

#endif
