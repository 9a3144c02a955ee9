// The one place that settles how OpenBLAS runs: loaded when training needs it, on the caller's thread, and with the kernels
// that the machine deserves.
import CKernels
import COpenBLAS
import Glibc

/// OpenBLAS's routines that training uses; nothing else here does.
///
/// The library is not linked but loaded on first use: as it is loaded, it starts threads that spin until they are given work,
/// and together that takes longer than to scan a small picture.
@safe package struct BLAS: Sendable {
    let sgemm: openblas_sgemm_function
    private let coreName: openblas_get_corename_function
    private let setThreads: openblas_set_num_threads_function

    /// The library's name, as a linker would have written it down.
    private static let name = "libopenblas.so.0"

    private static let loaded = Result { () throws(BLASError) in try load() }

    /// The library, loaded by the first call. Before a program starts threads of its own it should call this once, both to
    /// hear what is wrong and since loading may set variables of the environment.
    @discardableResult package static func ready() throws(BLASError) -> BLAS { try loaded.get() }

    private static func load() throws(BLASError) -> BLAS {
        var library = unsafe try open()
        if let better = unsafe library.blas.betterKernels {
            unsafe setenv("OPENBLAS_CORETYPE", better, 1)
            unsafe dlclose(library.handle)
            unsafe library = try open()
        }
        // Parallelism is over images, so a call must stay on its thread.
        unsafe library.blas.setThreads(1)
        return unsafe library.blas
    }

    private static func open() throws(BLASError) -> (handle: UnsafeMutableRawPointer, blas: BLAS) {
        guard let handle = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else { throw .last }
        return unsafe (
            handle,
            BLAS(
                sgemm: unsafeBitCast(try find("cblas_sgemm", handle), to: openblas_sgemm_function.self),
                coreName: unsafeBitCast(
                    try find("openblas_get_corename", handle), to: openblas_get_corename_function.self),
                setThreads: unsafeBitCast(
                    try find("openblas_set_num_threads", handle), to: openblas_set_num_threads_function.self))
        )
    }

    private static func find(
        _ symbol: String, _ library: UnsafeMutableRawPointer
    ) throws(BLASError) -> UnsafeMutableRawPointer {
        guard let address = unsafe dlsym(library, symbol) else { throw .last }
        return unsafe address
    }

    /// What to name as `OPENBLAS_CORETYPE` where the library is too old for the processor and has fallen back to kernels from
    /// before AVX: it reads its settings only while it is being loaded. Nil otherwise, or when the user has chosen.
    private var betterKernels: String? {
        let name = unsafe coreName().map { unsafe String(cString: $0).lowercased() } ?? ""
        let old = ["prescott", "core2", "penryn", "dunnington", "nehalem", "atom", "opteron", "barcelona", "bobcat"]
        guard old.contains(name), unsafe getenv("OPENBLAS_CORETYPE") == nil else { return nil }
        switch assay_instruction_set() {
        case Int32(ASSAY_AVX512): return "SkylakeX"
        case Int32(ASSAY_AVX2): return "Haswell"
        default: return nil
        }
    }
}

/// OpenBLAS can't be loaded.
package struct BLASError: Error {
    /// What the dynamic linker says: the name of what is missing, and of what.
    package let message: String

    fileprivate static var last: BLASError {
        BLASError(message: unsafe dlerror().map { unsafe String(cString: $0) } ?? "unknown reason")
    }
}
