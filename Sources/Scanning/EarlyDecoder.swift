// Starting a decoder as a program takes longer than scanning a small picture, so the first one is split off from this process
// while that is still possible, and gets ready while the scan is prepared.

package import Detection

/// A decoder process that gets ready on its own, for the first worker that needs one.
package final class EarlyDecoder: Sendable {
    private let decoder: Monitor<DecoderProcess?>

    /// Starts the process, which scores with `detector`.  To be made before the program has other threads; the process ends
    /// with the calling thread, which must therefore outlive the scan.  A failure is left to the worker that tries again: it
    /// has a record to tell it in.
    package init(_ settings: DecoderSettings, _ detector: Detector) {
        let process = try? DecoderProcess(settings)
        process?.start(with: detector)
        decoder = Monitor(process)
    }

    /// The decoder, for the first who asks.
    func take() -> DecoderProcess? {
        decoder.with { decoder in
            defer { decoder = nil }
            return decoder
        }
    }
}
