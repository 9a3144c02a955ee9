// The gradient of a convolution's weights: which of two ways a filter takes.
#include "convolution.h"

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
