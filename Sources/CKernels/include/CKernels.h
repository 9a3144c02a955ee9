// Numeric kernels of the network: everything whose speed depends on wide vectors.
//
// Maps are dense planes of float, [channels][height][width], unless they are `assay_maps`. Each kernel works on one image; the
// caller is parallel over images. Those that gain by it are compiled for AVX-512, AVX2 and the baseline.
#ifndef ASSAY_KERNELS_H
#define ASSAY_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// MARK: Instruction sets (instructions.c)

enum { ASSAY_BASELINE = 1, ASSAY_AVX2, ASSAY_AVX512 };

/// The set in use: the machine's best, or the lesser one that the environment variable ASSAY_INSTRUCTIONS names.
int assay_instruction_set(void);

/// The machine's best.
int assay_best_instruction_set(void);

/// "avx512", "avx2" or "baseline".
const char *assay_instruction_set_name(int set);

// MARK: Layout (layout.c)

/// Maps of one image in memory that may have a border: the first plane's first pixel, floats from row to row and plane to plane.
typedef struct {
    float *origin;
    long stride, plane;
} assay_maps;

/// Floats that maps with a border of `border` pixels need, with room for whole vectors at each row's end and after the last.
size_t assay_bordered_size(long channels, long height, long width, long border);

/// Maps with a border in `memory` of that size.
assay_maps assay_bordered_maps(float *memory, long height, long width, long border);

/// Dense planes as maps.
assay_maps assay_dense_maps(float *planes, long height, long width);

/// Sets everything but the pixels of bordered maps to zero.
void assay_clear_border(assay_maps maps, long channels, long height, long width, long border);

/// Copies dense planes to bordered maps and sets all else of these to zero. 15 floats after the planes can be read.
void assay_border_planes(const float *planes, long channels, long height, long width, long border, assay_maps to);

/// Copies maps.
void assay_copy_maps(assay_maps from, long channels, long height, long width, assay_maps to);

/// Sets maps to zero where `reference`, the output of a ReLU, is.
void assay_mask_maps(assay_maps reference, long channels, long height, long width, assay_maps maps);

// MARK: Convolution (convolution.c, direct.c, winograd.c, winograd_columns.c, direct_gradient.c,
// winograd_gradient.c)

/// A convolution with stride 1 and padding that keeps the extents: channels, side of the square kernel, odd, and dilation.
typedef struct {
    long cin, cout, size, dilation;
} assay_filter;

/// Floats of a filter's weights in the form that `assay_convolve` reads for maps of these extents.
size_t assay_packed_size(assay_filter filter, long height, long width);

/// Packs [cout][cin][size][size] weights for maps of these extents.
void assay_pack(const float *weight, assay_filter filter, long height, long width, float *packed);

/// Packs the weights of a filter for the gradient with respect to its input, which is the convolution `filter`, the roles of cin
/// and cout swapped: `weight` is [cin][cout][size][size], each kernel is turned by 180°.
void assay_pack_transposed(const float *weight, assay_filter filter, long height, long width, float *packed);

enum { ASSAY_NO_POOLING, ASSAY_AVERAGE, ASSAY_MAXIMUM };

/// What is done with the sums of a convolution, in this order: + bias[cout], then max(0, ·) when `relu`, then `pooling` over 2 × 2
/// pixels, then · scale[cout] + shift[cout]. `bias` may be null, and so may `scale` and `shift`, both or neither. The maximum is that
/// of the scaled values, whose scale may be negative.
typedef struct {
    const float *bias;
    int relu, pooling;
    const float *scale, *shift;
} assay_finish;

/// Floats of scratch memory for a map of these extents, which may be 0.
size_t assay_convolve_work(assay_filter filter, long height, long width, int pooling);

/// Whether the input needs a border for maps of these extents.
int assay_needs_border(assay_filter filter, long height, long width);

/// out[cout] = finish(weight ∗ in). `in` has 15 readable floats after each row's last pixel and, where that is needed, a border of
/// at least dilation·(size/2) zeros. `packed` was packed for the same extents. With pooling the extents are even, and `out` has half of them.
///
/// 3 × 3 and 5 × 5 kernels go by transforms where extents allow: sums differ from the plain ones by less than 1e-5 of the largest value.
void assay_convolve(assay_filter filter, assay_maps in, long height, long width, const float *packed, const assay_finish *finish,
                    float *work, assay_maps out);

/// Floats of the sums that a filter's weight gradient is collected from; they begin as zeros.
size_t assay_weight_gradient_size(assay_filter filter);

/// Floats of scratch memory for maps of this width, which may be 0.
size_t assay_weight_gradient_work(assay_filter filter, long width);

/// Whether the input needs a border.
int assay_weight_gradient_needs_border(assay_filter filter);

/// Adds one image's gradient ⋆ in to the sums, `in` as for `assay_convolve`, with a border where that is needed here. `gradient` has 15
/// zeros after each row's last pixel, or rows of whole vectors.
///
/// 3 × 3 kernels of many channels go by transforms, whose sums differ from the plain ones by less than 2e-5 of the largest value.
void assay_add_weight_gradient(assay_filter filter, assay_maps in, assay_maps gradient, long height, long width, float *work,
                               float *sums);

/// dweight[cout][cin][size][size] += what the sums of any number of images amount to.
void assay_collect_weight_gradient(assay_filter filter, const float *sums, float *dweight);

/// total[c] += sum of each plane.
void assay_plane_totals(assay_maps maps, long channels, long height, long width, float *total);

// MARK: Batch normalisation and the pooling after it (normalisation.c, normalisation_gradient.c)

/// Sum and sum of squares of each plane.
void assay_plane_sums(const float *planes, long channels, long area, double *sum, double *squares);

/// out = planes · scale[c] + shift[c], then max(0, ·) when `relu`.
void assay_scale_shift(const float *planes, long channels, long area, const float *scale, const float *shift, int relu,
                       float *out);

/// The same, then the average over size × size windows, which divide height and width. `kept` gets the average of `planes`, but
/// for a `relu` with size 2, where no one has a use for it.
void assay_normalise_average(const float *planes, long channels, long height, long width, long size, const float *scale,
                             const float *shift, int relu, float *out, float *kept);

/// The same with the maximum. `kept` gets the value of `planes` that won, `winner` its number in the window, row by row.
void assay_normalise_maximum(const float *planes, long channels, long height, long width, long size, const float *scale,
                             const float *shift, int relu, float *out, float *kept, uint8_t *winner);

/// Per plane: sum of the gradient and of gradient · planes, the gradient being zeroed where a `relu` was not open. `gradient` is
/// that after a pooling of `size`, none or average; for a maximum, give what was kept as `planes` and no pooling.
void assay_gradient_sums(const float *gradient, const float *planes, long channels, long height, long width, long size,
                         int pooling, const float *scale, const float *shift, int relu, double *sum, double *product);

/// out = a[c]·gradient + b[c]·planes + d[c], the gradient as above, any pooling; zero where planes ≤ 0 when they came out of a
/// ReLU (`wasRectified`).
void assay_normalisation_gradient(const float *gradient, const float *planes, const uint8_t *winner, long channels, long height,
                                  long width, long size, int pooling, const float *scale, const float *shift, int relu,
                                  const float *a, const float *b, const float *d, int wasRectified, assay_maps out);

// MARK: Dense layers (dense.c)

/// y[image][o] += weight[o][inputs] · x[image][inputs] for `first` ≤ o < `end`; an image's result does not depend on the others.
void assay_multiply(const float *weight, long first, long end, long inputs, const float *x, long images, float *y, long outputs);

// MARK: Pointwise (pointwise.c)

/// out = max(slope · x, x) for 0 ≤ slope < 1.
void assay_leaky_relu(const float *x, long count, float slope, float *out);

/// dx = gradient where output > 0, slope · gradient elsewhere.
void assay_leaky_relu_gradient(const float *gradient, const float *output, long count, float slope, float *dx);

/// Whether `count` floats, which may lie at any address, are all finite.
int assay_all_finite(const void *values, long count);

/// y += x.
void assay_add(const float *x, long count, float *y);

/// out[i · stride + offset] += x[i] · factor.
void assay_add_scaled(const float *x, long count, float factor, long stride, long offset, float *out);

/// out = a + b.
void assay_sum(const float *a, const float *b, long count, float *out);

/// y = y · factor.
void assay_scale(float *y, long count, float factor);

/// One Adam step (Kingma and Ba 2015, algorithm 1, with decoupled weight decay): `rate` already holds the bias correction.
void assay_adam(float *value, const float *gradient, float *mean, float *variance, long count, float rate, float beta1,
                float beta2, float epsilon, float decay);

/// y = ln(|x| + epsilon) + offset, the logarithm accurate to 3 ulp.
void assay_log_magnitude(const float *x, long count, float epsilon, float offset, float *y);

/// y = gain · asinh(x), by the same logarithm.
void assay_asinh(const float *x, long count, float gain, float *y);

// MARK: Pooling (pooling.c)

/// Average over size × size windows, stride = size; height and width are multiples of it.
void assay_average_pool(const float *planes, long channels, long height, long width, long size, float *out);
void assay_average_pool_gradient(const float *gradient, long channels, long height, long width, long size, float *dx);

/// Mean and maximum of each plane.
void assay_global_pool(const float *planes, long channels, long area, float *mean, float *maximum);

// MARK: Fixed features (features.c)

/// How many of the `pairs` + 1 pixels of each row, interleaved 8-bit RGB, are equal to the next one.
void assay_equal_neighbours(const uint8_t *rgb, long stride, long height, long pairs, long *equal);
/// The sum of absolute values, with a float's precision for each of sixteen parts.
void assay_absolute_sum(const float *x, long count, double *sum);

/// Interleaved 8-bit RGB, `stride` bytes a row, to three planes in [0, 1].
void assay_rgb_planes(const uint8_t *rgb, long stride, long height, long width, float *planes);

/// One plane of interleaved 8-bit RGB: red · R + green · G + blue · B.
void assay_weighted_plane(const uint8_t *rgb, long stride, long height, long width, float red, float green, float blue, float *plane);

/// BT.601 luminance of three planes: 0.299 R + 0.587 G + 0.114 B.
void assay_luminance(const float *planes, long area, float *out);

/// out = x · scale + offset; `out` may be `x`.
void assay_scale_offset(const float *x, long count, float scale, float offset, float *out);

/// Pixel minus the mean of its 3 × 3 neighbourhood (edges replicated), times `gain`.
void assay_local_residual(const float *planes, long channels, long height, long width, float gain, float *out);

/// The same with the median in place of the mean.
void assay_median_residual(const float *planes, long channels, long height, long width, float gain, float *out);

/// Rearranges 2 × 2 cells into channels: [c][h][w] → [4c][h/2][w/2], channel order c·4 + 2·dy + dx.
void assay_space_to_depth(const float *planes, long channels, long height, long width, float *out);

/// Orthonormal Haar detail bands of one level: [c][h][w] → [3c][h/2][w/2] (horizontal, vertical, diagonal), times `gain`.
void assay_haar_details(const float *planes, long channels, long height, long width, float gain, float *out);

/// Constants of a DCT-II of n = base · 2^k samples, base odd: for n, n/2 and so on down to 2 · base, 2 cos(π(2i+1)/2n) for i < n/2,
/// one after the other; cos(π(2i+1)u/2·base) as matrix[u][i], or, where that is null, cos(πj/2·base) for j < 4 · base as wave[j]; and
/// the factor that makes coefficient u orthonormal.
typedef struct {
    long base;
    const double *cosines, *matrix, *scale, *wave;
} assay_cosines;

/// Doubles of scratch memory that the transform of a plane needs.
size_t assay_cosine_transform_work(long height, long width);

/// Orthonormal two-dimensional DCT-II of a plane, with the constants of its height and of its width; rows of `out` are vertical frequencies.
void assay_cosine_transform(const float *plane, long height, long width, const assay_cosines *vertical, const assay_cosines *horizontal,
                            double *work, float *out);

/// The inverse, the orthonormal DCT-III, of size × size coefficients; matrix[u][i] is scale(u)·cos(π(2i+1)u/2·size), and `work` has size²
/// floats. By its definition: for small planes.
void assay_inverse_cosine_transform(const float *coefficients, long size, const float *matrix, float *work, float *out);

/// Orthonormal DCT-II of size × size pixels, 8 or 16, of one plane at every `stride` pixels, a power of 2 up to `size`, reflected at the
/// border so that there are height/stride × width/stride positions:
/// out[size²][h/stride][w/stride] = ln(|coefficient| + epsilon) + offset, coefficient u·size + v (u vertical).
void assay_block_spectra(const float *plane, long height, long width, long size, long stride, float epsilon, float offset, float *out);

#endif
