// Winograd's F(4 × 4, 3 × 3).
#define SIDE SIX
#define transform_line transform_six
#define transform_back transform_back_six
#include "winograd_kernel.h"

CLONES(convolve_winograd_six,
       (const assay_filter *f, assay_maps in, long height, long width, const float *packed, const assay_finish *finish, float *work,
        assay_maps out),
       (f, in, height, width, packed, finish, work, out),
       winograd_by(level == ASSAY_AVX512, f, in, height, width, packed, finish, work, out))
