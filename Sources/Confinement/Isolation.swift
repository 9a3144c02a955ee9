// How well decoders are kept from doing harm is for the kernel to offer, for the user to waive and for the summary to state.

internal import CProcess
internal import Glibc

/// What confines the decoders of a scan, beyond the limits on their resources that every kernel has.
package struct Isolation: OptionSet, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// Any system call but those that decoding needs ends the process (seccomp).
    package static let filtersCalls = Isolation(rawValue: Int32(PROCESS_FILTERS_CALLS))
    /// Files, TCP and signals to others are denied (Landlock).
    package static let deniesFiles = Isolation(rawValue: Int32(PROCESS_DENIES_FILES))

    /// What is asked for.
    package enum Demand: String, Sendable, CaseIterable {
        /// No scan without the filter.
        case strict
        /// What the kernel has, even where that is little.
        case weak
    }

    /// What this kernel offers, as far as this process may have it.
    package static var offered: Isolation {
        var offered = Isolation(rawValue: process_isolation())
        #if DEBUG
            // Lets tests see what becomes of a scan where a kernel or a container has less.
            if let refused = unsafe getenv("ASSAY_TEST_REFUSED"), let bits = unsafe Int32(String(cString: refused)) {
                offered.subtract(Isolation(rawValue: bits))
            }
        #endif
        return offered
    }

    /// Keeps decoders, and whatever else this user runs, from reading and changing the memory of this process.
    package static func hideThisProcess() { process_hide() }
}
