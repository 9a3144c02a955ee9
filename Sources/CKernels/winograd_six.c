// Winograd's F(4 × 4, 3 × 3).
#define SIDE SIX
#define transform_line transform_six
#define transform_back transform_back_six
#define CONVOLVE convolve_winograd_six
#include "winograd_kernel.h"
