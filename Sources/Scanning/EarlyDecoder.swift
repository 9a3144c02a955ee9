// Starting a decoder takes longer than scanning a small picture, so the first one starts while the scan is still being
// prepared.

/// A decoder process that gets ready on its own, for the first worker that needs one.
package final class EarlyDecoder: Sendable {
    private let decoder: Monitor<DecoderProcess?>

    /// Starts the process; it ends with the calling thread, which must therefore outlive the scan.  A failure is left to the
    /// worker that tries again: it has a record to tell it in.
    package init(_ settings: DecoderSettings) {
        let process = try? DecoderProcess(settings)
        process?.start()
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
