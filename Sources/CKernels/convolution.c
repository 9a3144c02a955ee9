// Convolution of "same" padding: which of three ways a filter takes over a map, and the weights in the form that each wants;
// which of two ways its weight gradient takes.
#include "convolution.h"

size_t assay_packed_size(assay_filter f) {
    return direct_packed_size(&f) + winograd_packed_size(&f) + columns_packed_size(&f);
}

static void pack(const float *weight, const assay_filter *f, int turned, float *packed) {
    pack_directly(weight, f, turned, packed);
    pack_winograd(weight, f, turned, packed + direct_packed_size(f));
    pack_columns(weight, f, turned, packed + direct_packed_size(f) + winograd_packed_size(f));
}

void assay_pack(const float *weight, assay_filter f, float *packed) { pack(weight, &f, 0, packed); }

void assay_pack_transposed(const float *weight, assay_filter f, float *packed) { pack(weight, &f, 1, packed); }

size_t assay_convolve_work(assay_filter f, long height, long width, int pooling) {
    if (winograd_fits(&f, height, width)) return winograd_work(&f);
    if (columns_fit(&f, height, width)) return columns_work(&f, width);
    // The maps that wait to be pooled.
    return pooling == ASSAY_NO_POOLING ? 0 : (size_t)(f.cout * height * width + 16);
}

int assay_needs_border(assay_filter f, long height, long width) {
    return f.size > 1 && !winograd_fits(&f, height, width) && !columns_fit(&f, height, width);
}

void assay_convolve(assay_filter f, assay_maps in, long height, long width, const float *packed, const assay_finish *finish,
                    float *work, assay_maps out) {
    const float *transformed = packed + direct_packed_size(&f);
    if (winograd_fits(&f, height, width))
        convolve_winograd(&f, in, height, width, transformed, finish, work, out);
    else if (columns_fit(&f, height, width))
        convolve_columns(&f, in, height, width, transformed + winograd_packed_size(&f), finish, work, out);
    else
        convolve_directly(&f, in, height, width, packed, finish, work, out);
}

size_t assay_weight_gradient_size(assay_filter f) {
    return winograd_gradient_fits(&f) ? winograd_gradient_size(&f) : (size_t)(f.cout * f.cin * f.size * f.size);
}

size_t assay_weight_gradient_work(assay_filter f, long width) {
    return winograd_gradient_fits(&f) ? winograd_gradient_work(&f, width) : 0;
}

int assay_weight_gradient_needs_border(assay_filter f) { return f.size > 1 && !winograd_gradient_fits(&f); }

void assay_add_weight_gradient(assay_filter f, assay_maps in, assay_maps gradient, long height, long width, float *work,
                               float *sums) {
    if (winograd_gradient_fits(&f))
        winograd_gradient_add(&f, in, gradient, height, width, work, sums);
    else
        add_gradient_directly(&f, in, gradient, height, width, sums);
}

void assay_collect_weight_gradient(assay_filter f, const float *sums, float *dweight) {
    if (winograd_gradient_fits(&f))
        winograd_gradient_collect(&f, sums, dweight);
    else
        assay_add(sums, (long)assay_weight_gradient_size(f), dweight);
}
