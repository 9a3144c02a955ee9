// Winograd's F(4 × 4, 5 × 5).
#define SIDE EIGHT
#define transform_line transform_eight
#define transform_back transform_back_eight
#define CONVOLVE convolve_winograd_eight
#include "winograd_kernel.h"
