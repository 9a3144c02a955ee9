// The kernels take what the environment names without a word; a program must answer a name that can't be meant.
import CKernels
import Glibc

/// An instruction set that kernels are compiled for.
package enum InstructionSet: Int32, CaseIterable, Comparable, Sendable {
    case baseline = 1
    case avx2
    case avx512

    /// The variable of the environment that chooses one.
    package static let variable = "ASSAY_INSTRUCTIONS"

    package var name: String { unsafe String(cString: assay_instruction_set_name(rawValue)) }

    package static func < (left: InstructionSet, right: InstructionSet) -> Bool { left.rawValue < right.rawValue }

    /// The best one that this machine has.
    package static var best: InstructionSet { InstructionSet(rawValue: assay_best_instruction_set()) ?? .baseline }

    /// The one in use.
    package static var current: InstructionSet { InstructionSet(rawValue: assay_instruction_set()) ?? .baseline }

    /// Why the environment's choice can't be followed; nil when it can, or when there is none.
    package static var refusal: String? {
        guard let value = unsafe getenv(variable) else { return nil }
        return refusal(of: unsafe String(cString: value), best: best)
    }

    /// Why `name` can't be used on a machine whose best set is `best`; nil when it can or is empty, which chooses nothing.
    package static func refusal(of name: String, best: InstructionSet) -> String? {
        if name.isEmpty { return nil }
        let known = allCases.sorted(by: >)
        guard let set = known.first(where: { $0.name == name }) else {
            return "\(variable) is '\(name)': expected one of \(known.map(\.name).joined(separator: ", "))"
        }
        if set <= best { return nil }
        let usable = known.filter { $0 <= best }.map(\.name).joined(separator: ", ")
        return "\(variable) is '\(name)', which this processor lacks: expected one of \(usable)"
    }
}
