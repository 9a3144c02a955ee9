// Embeds the spectral references at compile time, as the model is.
#include "CSpectralReference.h"

static const unsigned char picture[] = {
#embed "picture.npy" if_empty(0)
};
static const unsigned char residual[] = {
#embed "residual.npy" if_empty(0)
};

const unsigned char *assay_spectral_reference(void) { return picture; }
size_t assay_spectral_reference_size(void) { return sizeof picture; }
const unsigned char *assay_residual_reference(void) { return residual; }
size_t assay_residual_reference_size(void) { return sizeof residual; }
