// Convolution of "same" padding: which of two ways a filter takes over a map, and the weights in the form that each wants.
#include "convolution.h"

size_t assay_packed_size(assay_filter f) { return direct_packed_size(&f) + winograd_packed_size(&f); }

static void pack(const float *weight, const assay_filter *f, int turned, float *packed) {
    pack_directly(weight, f, turned, packed);
    pack_winograd(weight, f, turned, packed + direct_packed_size(f));
}

void assay_pack(const float *weight, assay_filter f, float *packed) { pack(weight, &f, 0, packed); }

void assay_pack_transposed(const float *weight, assay_filter f, float *packed) { pack(weight, &f, 1, packed); }

size_t assay_convolve_work(assay_filter f, long height, long width) {
    return winograd_fits(&f, height, width) ? winograd_work(&f) : 0;
}

void assay_convolve(assay_filter f, assay_maps in, long height, long width, const float *packed, const float *bias, int relu,
                    float *work, assay_maps out) {
    if (winograd_fits(&f, height, width))
        convolve_winograd(&f, in, height, width, packed + direct_packed_size(&f), bias, relu, 0, work, out);
    else
        convolve_directly(&f, in, height, width, packed, bias, relu, out);
}

int assay_can_pool(assay_filter f, long height, long width) { return f.size == 3 && winograd_fits(&f, height, width); }

void assay_convolve_pooled(assay_filter f, assay_maps in, long height, long width, const float *packed, const float *bias,
                           int relu, float *work, assay_maps out) {
    convolve_winograd(&f, in, height, width, packed + direct_packed_size(&f), bias, relu, 1, work, out);
}
