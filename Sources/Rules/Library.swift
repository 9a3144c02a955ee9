// libyara is linked from archives, which the modules imported here name.

internal import CCrypto
internal import CYara

extension RuleSet {
    /// Of the rule language and the compiled form, e.g. `4.2.3`.
    package static let yaraVersion = "\(YR_MAJOR_VERSION).\(YR_MINOR_VERSION).\(YR_MICRO_VERSION)"
}
