// The detector that ships inside the binary, as the bytes of its safetensors file.
#ifndef ASSAY_DEFAULT_MODEL_H
#define ASSAY_DEFAULT_MODEL_H

#include <stddef.h>

/// First byte of the embedded model file.
const unsigned char *assay_default_model(void);

/// Its length in bytes.
size_t assay_default_model_size(void);

/// Its SHA-256 in hexadecimal, terminated by a zero.
const char *assay_default_model_digest(void);

#endif
