// Spectra of photographs, as `assay spectrum --mean` made them: NumPy arrays [3][128][128][1] of float16, mean, deviation and deviation of the
// excess of luminance.
#ifndef ASSAY_SPECTRAL_REFERENCE_H
#define ASSAY_SPECTRAL_REFERENCE_H

#include <stddef.h>

/// Of pictures: first byte of the file and its length.
const unsigned char *assay_spectral_reference(void);
size_t assay_spectral_reference_size(void);

/// Of what each pixel has more or less than the median of its neighbours.
const unsigned char *assay_residual_reference(void);
size_t assay_residual_reference_size(void);

#endif
