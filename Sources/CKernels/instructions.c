// Which of the compiled instruction sets is used: the best one that the machine has, or a lesser one that was asked for.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "CKernels.h"

int assay_best_instruction_set(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) return ASSAY_AVX512;
    if (__builtin_cpu_supports("x86-64-v3")) return ASSAY_AVX2;
#endif
    return ASSAY_BASELINE;
}

static int choose(void) {
    const int supported = assay_best_instruction_set();
    const char *asked = getenv("ASSAY_INSTRUCTIONS");
    for (int set = ASSAY_BASELINE; asked && set < supported; set++)
        if (strcmp(asked, assay_instruction_set_name(set)) == 0) return set;
    return supported;
}

int assay_instruction_set(void) {
    // What is kept is a constant of the process; two threads that both find it unset store the same.
    static _Atomic int chosen;
    const int set = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (set) return set;
    const int found = choose();
    atomic_store_explicit(&chosen, found, memory_order_relaxed);
    return found;
}

const char *assay_instruction_set_name(int set) {
    switch (set) {
    case ASSAY_AVX512: return "avx512";
    case ASSAY_AVX2: return "avx2";
    default: return "baseline";
    }
}
