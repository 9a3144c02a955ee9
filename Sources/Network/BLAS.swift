// The one place that settles how OpenBLAS runs: on the caller's thread, and with the kernels that the machine deserves.
import CKernels
import COpenBLAS
import Glibc

package enum BLAS {
    /// Parallelism is over images, so a call must stay on its thread.
    static func useOneThread() { openblas_set_num_threads(1) }

    /// Starts the program again with the same arguments where OpenBLAS is too old for the processor and has fallen back to
    /// kernels from before AVX: it reads its settings only while it is being loaded. Does nothing otherwise, or when the user
    /// has chosen.
    package static func restartIfBehindProcessor() {
        let name = unsafe String(cString: openblas_get_corename()).lowercased()
        let old = ["prescott", "core2", "penryn", "dunnington", "nehalem", "atom", "opteron", "barcelona", "bobcat"]
        guard old.contains(name), unsafe getenv("OPENBLAS_CORETYPE") == nil else { return }
        switch assay_instruction_set() {
        case Int32(ASSAY_AVX512): unsafe setenv("OPENBLAS_CORETYPE", "SkylakeX", 1)
        case Int32(ASSAY_AVX2): unsafe setenv("OPENBLAS_CORETYPE", "Haswell", 1)
        default: return
        }
        unsafe setenv("OPENBLAS_NUM_THREADS", "1", 1)
        // Returns only where /proc is missing, and then the slower kernels do.
        unsafe execv("/proc/self/exe", CommandLine.unsafeArgv)
    }
}
