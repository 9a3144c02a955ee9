// The one place that settles how OpenBLAS runs: parallelism is over images, so a call must stay on its thread.
import COpenBLAS

package enum BLAS {
    /// Makes every later call of the library run on the calling thread. Cheap; may be called as often as one likes.
    package static func useOneThread() { openblas_set_num_threads(1) }
}
