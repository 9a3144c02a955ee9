// Embeds the shipped model at compile time, so that one copied file is the whole program.
#include "CDefaultModel.h"

_Alignas(64) static const unsigned char model[] = {
#embed "crossdomain.safetensors" if_empty(0)
};

const unsigned char *assay_default_model(void) { return model; }
size_t assay_default_model_size(void) { return sizeof model; }
