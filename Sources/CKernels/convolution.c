// Convolution of "same" padding: the ways that a filter may take over a map, and the one that it takes; the same for the gradient of its
// weights.
#include "convolution.h"

// The quickest first. The last fits everything.
static const convolution *const ways[] = {&tile_convolution, &column_convolution, &direct_convolution};
static const weight_gradient *const gradient_ways[] = {&tile_gradient, &direct_gradient};

static const convolution *way_of(const assay_filter *f, long height, long width) {
    int way = 0;
    while (!ways[way]->fits(f, height, width)) way++;
    return ways[way];
}

size_t assay_packed_size(assay_filter f, long height, long width) { return way_of(&f, height, width)->packed_size(&f); }

void assay_pack(const float *weight, assay_filter f, long height, long width, float *packed) {
    way_of(&f, height, width)->pack(weight, &f, 0, packed);
}

void assay_pack_transposed(const float *weight, assay_filter f, long height, long width, float *packed) {
    way_of(&f, height, width)->pack(weight, &f, 1, packed);
}

size_t assay_convolve_work(assay_filter f, long height, long width, int pooling) {
    return way_of(&f, height, width)->work(&f, height, width, pooling);
}

int assay_needs_border(assay_filter f, long height, long width) {
    return f.size > 1 && way_of(&f, height, width)->reads_border;
}

void assay_convolve(assay_filter f, assay_maps in, long height, long width, const float *packed, const assay_finish *finish,
                    float *work, assay_maps out) {
    way_of(&f, height, width)->run(&f, in, height, width, packed, finish, work, out);
}

static const weight_gradient *gradient_way_of(const assay_filter *f) {
    int way = 0;
    while (!gradient_ways[way]->fits(f)) way++;
    return gradient_ways[way];
}

size_t assay_weight_gradient_size(assay_filter f) { return gradient_way_of(&f)->size(&f); }

size_t assay_weight_gradient_work(assay_filter f, long width) { return gradient_way_of(&f)->work(&f, width); }

int assay_weight_gradient_needs_border(assay_filter f) { return f.size > 1 && gradient_way_of(&f)->reads_border; }

void assay_add_weight_gradient(assay_filter f, assay_maps in, assay_maps gradient, long height, long width, float *work,
                               float *sums) {
    gradient_way_of(&f)->add(&f, in, gradient, height, width, work, sums);
}

void assay_collect_weight_gradient(assay_filter f, const float *sums, float *dweight) {
    gradient_way_of(&f)->collect(&f, sums, dweight);
}
