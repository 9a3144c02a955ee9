#include <cblas.h>

// Not linked: `BLAS` loads the library when training begins, and looks these up in it. The header gives their types.
typedef __typeof__(cblas_sgemm) *openblas_sgemm_function;
typedef __typeof__(openblas_get_corename) *openblas_get_corename_function;
typedef __typeof__(openblas_set_num_threads) *openblas_set_num_threads_function;
