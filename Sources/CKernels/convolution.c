// Direct convolution over zero-bordered planes, its input gradient (the same kernel on turned weights) and weight gradient.
#include "CKernels.h"
#include <string.h>
#include "clones.h"

// Rows are padded to whole vectors of 8, so that the weight gradient needs no tail: the lanes beyond the row are zero.
INLINED long padded_stride(long width, long pad) { return ((width + 7) & ~7L) + 2 * pad; }

size_t assay_padded_size(long channels, long height, long width, long pad) {
    return (size_t)(channels * (height + 2 * pad) * padded_stride(width, pad) + 64);
}

void assay_pad(const float *planes, long channels, long height, long width, long pad, float *padded) {
    const long stride = padded_stride(width, pad);
    for (long c = 0; c < channels; c++) {
        memset(padded, 0, (size_t)(pad * stride + pad) * sizeof(float));
        float *row = padded + pad * stride + pad;
        for (long y = 0; y < height; y++, row += stride, planes += width) {
            memcpy(row, planes, (size_t)width * sizeof(float));
            memset(row + width, 0, (size_t)(stride - width) * sizeof(float));
        }
        memset(row, 0, (size_t)(pad * stride - pad) * sizeof(float));
        padded += (height + 2 * pad) * stride;
    }
    memset(padded, 0, 64 * sizeof(float));
}

size_t assay_packed_size(long cout, long cin, long k) { return (size_t)(((cout + 3) & ~3L) * cin * k * k); }

void assay_pack(const float *weight, long cout, long cin, long k, float *packed) {
    const long taps = k * k;
    for (long block = 0; block < cout; block += 4)
        for (long ci = 0; ci < cin; ci++)
            for (long t = 0; t < taps; t++)
                for (long o = 0; o < 4; o++)
                    *packed++ = block + o < cout ? weight[((block + o) * cin + ci) * taps + t] : 0;
}

void assay_pack_transposed(const float *weight, long cout, long cin, long k, float *packed) {
    const long taps = k * k;
    for (long block = 0; block < cin; block += 4)
        for (long co = 0; co < cout; co++)
            for (long t = 0; t < taps; t++)
                for (long o = 0; o < 4; o++)
                    *packed++ = block + o < cin ? weight[(co * cin + block + o) * taps + (taps - 1 - t)] : 0;
}

// Four output planes × 16 pixels: eight AVX2 accumulators, which is what hides the latency of a fused multiply-add.
INLINED void tile(const float *in, long plane, long stride, long cin, long k, long dilation, const float *w, v16 a[4]) {
    v16 a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
    for (long ci = 0; ci < cin; ci++, in += plane) {
        const float *row = in;
        for (long ky = 0; ky < k; ky++, row += dilation * stride)
            for (long kx = 0; kx < k; kx++, w += 4) {
                const v16 v = *(const v16 *)(row + kx * dilation);
                a0 += v * w[0];
                a1 += v * w[1];
                a2 += v * w[2];
                a3 += v * w[3];
            }
    }
    a[0] = a0, a[1] = a1, a[2] = a2, a[3] = a3;
}

INLINED void convolve(const float *padded, long cin, long height, long width, long k, long dilation, const float *packed,
                      const float *bias, long cout, int relu, int accumulate, float *out) {
    const long pad = dilation * (k / 2), stride = padded_stride(width, pad), plane = (height + 2 * pad) * stride;
    const long area = height * width;
    for (long block = 0; block < cout; block += 4, packed += cin * k * k * 4) {
        const long outputs = cout - block < 4 ? cout - block : 4;
        v16 start[4];
        for (long o = 0; o < 4; o++) {
            const float b = bias && o < outputs ? bias[block + o] : 0;
            start[o] = (v16){} + b;
        }
        for (long y = 0; y < height; y++)
            for (long x0 = 0; x0 < width; x0 += 16) {
                // The last tile of a row overlaps the one before; a narrow map computes lanes that are not stored. An
                // accumulating call must not add twice, so its overlap is cut off when storing.
                const long x = width >= 16 && x0 > width - 16 ? width - 16 : x0;
                const long first = x0 - x, lanes = width - x0 < 16 ? width - x0 : 16;
                v16 a[4] = {start[0], start[1], start[2], start[3]};
                tile(padded + y * stride + x, plane, stride, cin, k, dilation, packed, a);
                for (long o = 0; o < outputs; o++) {
                    float *target = out + (block + o) * area + y * width + x;
                    if (relu) {
                        const v16 zero = {};
                        a[o] = MASKED(a[o], a[o] > zero);
                    }
                    if (accumulate || width < 16) {
                        const float *lane = (const float *)&a[o];
                        for (long l = first; l < first + lanes; l++)
                            target[l] = accumulate ? target[l] + lane[l] : lane[l];
                    } else
                        *(v16 *)target = a[o];
                }
            }
    }
}

CLONED void assay_convolve(const float *padded, long cin, long height, long width, long k, long dilation, const float *packed,
                           const float *bias, long cout, int relu, int accumulate, float *out) {
    if (k == 3)
        convolve(padded, cin, height, width, 3, dilation, packed, bias, cout, relu, accumulate, out);
    else if (k == 1)
        convolve(padded, cin, height, width, 1, 1, packed, bias, cout, relu, accumulate, out);
    else
        convolve(padded, cin, height, width, k, dilation, packed, bias, cout, relu, accumulate, out);
}

INLINED float lane_sum(const v8 *p) {
    const v8 v = *p;
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

// `taps` neighbouring columns of one kernel row, four output planes: 12 accumulators for taps = 3.
INLINED void weight_row(const float *in, const float *gradient, long gradientPlane, long stride, long height, long width,
                        long dilation, long taps, long outputs, float *dweight, long outputStep) {
    v8 a[4][3] = {};
    for (long y = 0; y < height; y++, in += stride, gradient += stride)
        for (long x = 0; x < width; x += 8) {
            v8 v[3];
            for (long t = 0; t < taps; t++) v[t] = *(const v8 *)(in + x + t * dilation);
            for (long o = 0; o < 4; o++) {
                // A short block reads its last plane again; the sums are not stored.
                const v8 g = *(const v8 *)(gradient + (o < outputs ? o : outputs - 1) * gradientPlane + x);
                for (long t = 0; t < taps; t++) a[o][t] += g * v[t];
            }
        }
    for (long o = 0; o < outputs; o++)
        for (long t = 0; t < taps; t++) dweight[o * outputStep + t] += lane_sum(&a[o][t]);
}

CLONED void assay_convolve_weight_gradient(const float *padded, const float *gradient, long cin, long height, long width, long k,
                                           long dilation, long cout, float *dweight) {
    const long pad = dilation * (k / 2), stride = padded_stride(width, pad), plane = (height + 2 * pad) * stride;
    const long step = cin * k * k;
    for (long block = 0; block < cout; block += 4) {
        const long outputs = cout - block < 4 ? cout - block : 4;
        const float *g = gradient + block * plane + pad * stride + pad;
        for (long ci = 0; ci < cin; ci++)
            for (long ky = 0; ky < k; ky++) {
                const float *row = padded + ci * plane + ky * dilation * stride;
                float *d = dweight + block * step + (ci * k + ky) * k;
                for (long kx = 0; kx < k; kx += 3) {
                    const float *in = row + kx * dilation;
                    const long left = k - kx;
                    if (outputs == 4 && left >= 3)
                        weight_row(in, g, plane, stride, height, width, dilation, 3, 4, d + kx, step);
                    else if (left >= 3)
                        weight_row(in, g, plane, stride, height, width, dilation, 3, outputs, d + kx, step);
                    else if (left == 2)
                        weight_row(in, g, plane, stride, height, width, dilation, 2, outputs, d + kx, step);
                    else
                        weight_row(in, g, plane, stride, height, width, dilation, 1, outputs, d + kx, step);
                }
            }
    }
}
