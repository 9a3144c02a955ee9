// Numeric kernels of the network: everything whose speed depends on wide vectors.
//
// All maps are dense planes of float, [channels][height][width]. Each kernel works on one image; the caller is parallel
// over images. Every kernel is compiled for AVX-512, AVX2 and the baseline, and picked at load time.
#ifndef ASSAY_KERNELS_H
#define ASSAY_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// MARK: Convolution (convolution.c). "same" padding, stride 1, square kernels of odd size k.

/// Floats that `assay_pad` needs for `channels` planes of height × width with border `pad`, slack included.
size_t assay_padded_size(long channels, long height, long width, long pad);

/// Copies planes into a zero-bordered layout: rows of `assay_padded_stride` floats, height + 2·pad rows a plane.
void assay_pad(const float *planes, long channels, long height, long width, long pad, float *padded);

/// Floats of the packed form of a [cout][cin][k][k] weight: cout rounded up to 4, times cin·k·k.
size_t assay_packed_size(long cout, long cin, long k);

/// Packs [cout][cin][k][k] weights as [cout/4][cin][k][k][4].
void assay_pack(const float *weight, long cout, long cin, long k, float *packed);

/// Packs the same weights for the gradient with respect to the input: roles of cin and cout swapped, kernel turned by 180°.
void assay_pack_transposed(const float *weight, long cout, long cin, long k, float *packed);

/// out[cout][h][w] = bias + weight ∗ padded, then max(0, ·) when `relu`; `bias` may be null; adds to `out` when `accumulate`.
void assay_convolve(const float *padded, long cin, long height, long width, long k, long dilation, const float *packed,
                    const float *bias, long cout, int relu, int accumulate, float *out);

/// dweight[cout][cin][k][k] += gradient ⋆ padded. `gradient` is padded with the same border as the input.
void assay_convolve_weight_gradient(const float *padded, const float *gradient, long cin, long height, long width, long k,
                                    long dilation, long cout, float *dweight);

// MARK: Batch normalisation (normalisation.c)

/// Sum and sum of squares of each plane.
void assay_plane_sums(const float *planes, long channels, long area, double *sum, double *squares);

/// total[c] += sum of each plane.
void assay_plane_totals(const float *planes, long channels, long area, float *total);

/// out = planes · scale[c] + shift[c], then max(0, ·) when `relu`.
void assay_scale_shift(const float *planes, long channels, long area, const float *scale, const float *shift, int relu,
                       float *out);

/// Per plane: sum of the gradient and of gradient · planes, the gradient being zeroed where `output` ≤ 0 when output is not null.
void assay_gradient_sums(const float *gradient, const float *planes, const float *output, long channels, long area,
                         double *sum, double *product);

/// dx = a[c]·gradient + b[c]·planes + d[c], the gradient masked by `output` as above.
void assay_normalisation_gradient(const float *gradient, const float *planes, const float *output, long channels, long area,
                                  const float *a, const float *b, const float *d, float *dx);

// MARK: Pointwise (pointwise.c)

/// out = max(slope · x, x) for 0 ≤ slope < 1.
void assay_leaky_relu(const float *x, long count, float slope, float *out);

/// dx = gradient where output > 0, slope · gradient elsewhere.
void assay_leaky_relu_gradient(const float *gradient, const float *output, long count, float slope, float *dx);

/// y += x.
void assay_add(const float *x, long count, float *y);

/// y = y · factor.
void assay_scale(float *y, long count, float factor);

/// One Adam step (Kingma and Ba 2015, algorithm 1, with decoupled weight decay): `rate` already holds the bias correction.
void assay_adam(float *value, const float *gradient, float *mean, float *variance, long count, float rate, float beta1,
                float beta2, float epsilon, float decay);

/// y = ln(|x| + epsilon), accurate to 2 ulp.
void assay_log_magnitude(const float *x, long count, float epsilon, float *y);

/// y = gain · asinh(x), by the same logarithm.
void assay_asinh(const float *x, long count, float gain, float *y);

// MARK: Pooling (pooling.c)

/// Average over size × size windows, stride = size; height and width are multiples of it.
void assay_average_pool(const float *planes, long channels, long height, long width, long size, float *out);
void assay_average_pool_gradient(const float *gradient, long channels, long height, long width, long size, float *dx);

/// Maximum over such windows; `index` gets each winner's offset within its plane.
void assay_max_pool(const float *planes, long channels, long height, long width, long size, float *out, int32_t *index);
void assay_max_pool_gradient(const float *gradient, const int32_t *index, long channels, long height, long width, long size,
                             float *dx);

// MARK: Fixed features (features.c)

/// Interleaved 8-bit RGB, `stride` bytes a row, to three planes in [0, 1].
void assay_rgb_planes(const uint8_t *rgb, long stride, long height, long width, float *planes);

/// BT.601 luminance of three planes: 0.299 R + 0.587 G + 0.114 B.
void assay_luminance(const float *planes, long area, float *out);

/// out = x · scale + offset; `out` may be `x`.
void assay_scale_offset(const float *x, long count, float scale, float offset, float *out);

/// Pixel minus the mean of its 3 × 3 neighbourhood (edges replicated), times `gain`.
void assay_local_residual(const float *planes, long channels, long height, long width, float gain, float *out);

/// Rearranges 2 × 2 cells into channels: [c][h][w] → [4c][h/2][w/2], channel order c·4 + 2·dy + dx.
void assay_space_to_depth(const float *planes, long channels, long height, long width, float *out);

/// Orthonormal Haar detail bands of one level: [c][h][w] → [3c][h/2][w/2] (horizontal, vertical, diagonal), times `gain`.
void assay_haar_details(const float *planes, long channels, long height, long width, float gain, float *out);

/// Folds a square plane of even `size` about its middle row: sums and differences of row i and row size − 1 − i, [size/2][size].
void assay_fold(const double *plane, long size, double *sums, double *differences);

/// turned[x][2u] = even[u][x] and turned[x][2u + 1] = odd[u][x] for even and odd rows [size/2][size].
void assay_interleave_turned(const double *even, const double *odd, long size, double *turned);

/// Orthonormal 8 × 8 DCT-II of one plane at every `stride` pixels, reflected at the border so that there are height/stride ×
/// width/stride positions: out[64][h/stride][w/stride], coefficient u·8 + v (u vertical).
void assay_block_dct(const float *plane, long height, long width, long stride, float *out);

#endif
