// Starting decoders as programs takes longer than scanning small pictures, so those that a scan begins with are split off from
// this process while that is still possible, and get ready while the scan is prepared.

package import Detection

/// Decoder processes that get ready on their own, one for each of the first workers that need one.
///
/// They read the model's weights in the memory of this process, so that large ones are in the machine's cache once and not
/// once for each.
package final class EarlyDecoders: Sendable {
    private let decoders: Monitor<[DecoderProcess]>

    /// Starts `count` processes, which score with `detector`.  To be made before the program has other threads, and before it
    /// has read or mapped anything that a decoder must not see; the processes end with the calling thread, which must
    /// therefore outlive the scan.  A failure is left to the worker that tries again: it has a record to tell it in.
    package init(_ settings: DecoderSettings, _ detector: Detector, count: Int) {
        var started: [DecoderProcess] = []
        for _ in 0..<count {
            guard let process = try? DecoderProcess(settings) else { break }
            process.start(with: detector)
            started.append(process)
        }
        decoders = Monitor(started.reversed())
    }

    /// A decoder, for those who ask first; nil for all others.
    func take() -> DecoderProcess? { decoders.with { $0.popLast() } }
}
