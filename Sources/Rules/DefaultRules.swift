// The rules that ship: part of the program, so that one copied file decides alike everywhere.

internal import CDefaultRules

extension RuleSource {
    /// Thresholds, envelope and what makes a person look; then what files say of their origin.
    package static let shipped = [
        unsafe RuleSource(
            file: "default.yar", namespace: "default",
            text: Array(UnsafeBufferPointer(start: assay_default_rules(), count: assay_default_rules_size()))),
        unsafe RuleSource(
            file: "declared.yar", namespace: "declared",
            text: Array(UnsafeBufferPointer(start: assay_declared_rules(), count: assay_declared_rules_size()))),
    ]

    /// The same compiled, after a digest of what it was compiled from: what `man/update` wrote last.
    package static var compiled: [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: assay_compiled_rules(), count: assay_compiled_rules_size()))
    }
}
