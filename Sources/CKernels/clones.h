// One source, three machines: kernels are compiled for AVX-512, AVX2 and the baseline, and one of them is picked at each call.
#ifndef ASSAY_CLONES_H
#define ASSAY_CLONES_H

#include "CKernels.h"

// A clone's helpers must be inlined into it, or they keep the baseline's instructions.
#define INLINED static inline __attribute__((always_inline))

// Defines `name parameters`, which runs `call` compiled for the instruction set in use. In `call`, the constant `level` is that
// set, for kernels whose best shape depends on it.
#if defined(__x86_64__)
#define CLONES(name, parameters, arguments, call)                                                                             \
    __attribute__((target("arch=x86-64-v4"), min_vector_width(512))) static void name##_avx512 parameters {                                         \
        enum { level = ASSAY_AVX512 };                                                                                        \
        (void)level;                                                                                                          \
        call;                                                                                                                 \
    }                                                                                                                         \
    __attribute__((target("arch=x86-64-v3"))) static void name##_avx2 parameters {                                            \
        enum { level = ASSAY_AVX2 };                                                                                          \
        (void)level;                                                                                                          \
        call;                                                                                                                 \
    }                                                                                                                         \
    static void name##_baseline parameters {                                                                                  \
        enum { level = ASSAY_BASELINE };                                                                                      \
        (void)level;                                                                                                          \
        call;                                                                                                                 \
    }                                                                                                                         \
    void name parameters {                                                                                                    \
        switch (assay_instruction_set()) {                                                                                    \
        case ASSAY_AVX512: name##_avx512 arguments; break;                                                                    \
        case ASSAY_AVX2: name##_avx2 arguments; break;                                                                        \
        default: name##_baseline arguments;                                                                                   \
        }                                                                                                                     \
    }
#else
#define CLONES(name, parameters, arguments, call)                                                                             \
    void name parameters {                                                                                                    \
        enum { level = ASSAY_BASELINE };                                                                                      \
        (void)level;                                                                                                          \
        call;                                                                                                                 \
    }
#endif

#pragma clang diagnostic ignored "-Wpsabi"

// Unaligned vectors: 16 lanes are one AVX-512 or two AVX2 registers.
typedef float v16 __attribute__((vector_size(64), aligned(4)));
typedef float v4 __attribute__((vector_size(16), aligned(4)));
typedef float v8 __attribute__((vector_size(32), aligned(4)));
typedef int32_t i4 __attribute__((vector_size(16), aligned(4)));
typedef int32_t i16 __attribute__((vector_size(64), aligned(4)));

// v where the mask (a comparison's all-ones lanes) is set, 0 elsewhere. Vectors never cross a call by value: the clones would
// disagree on the registers.
#define MASKED(v, mask) ((v16)((i16)(v) & (mask)))

INLINED double total(const v16 *p) {
    const v16 v = *p;
    double sum = 0;
    for (int l = 0; l < 16; l++) sum += (double)v[l];
    return sum;
}

#endif
