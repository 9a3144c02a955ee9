// One source, three machines: functions marked CLONED are compiled for each and picked when the program is loaded.
#ifndef ASSAY_CLONES_H
#define ASSAY_CLONES_H

#if defined(__x86_64__)
#define CLONED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONED
#endif

// A clone's helpers must be inlined into it, or they keep the baseline's instructions.
#define INLINED static inline __attribute__((always_inline))

#pragma clang diagnostic ignored "-Wpsabi"

// Unaligned vectors: 16 lanes are one AVX-512 or two AVX2 registers.
typedef float v16 __attribute__((vector_size(64), aligned(4)));
typedef float v8 __attribute__((vector_size(32), aligned(4)));
typedef int32_t i8 __attribute__((vector_size(32), aligned(4)));
typedef int32_t i16 __attribute__((vector_size(64), aligned(4)));

// v where the mask (a comparison's all-ones lanes) is set, 0 elsewhere. Vectors never cross a call by value: the clones would
// disagree on the registers.
#define MASKED(v, mask) ((v16)((i16)(v) & (mask)))

#endif
