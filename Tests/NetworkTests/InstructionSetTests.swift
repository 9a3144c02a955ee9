// A run with a lesser instruction set proves nothing when the set it asked for is not the one in effect.
import CKernels
import Foundation
import Network
import Testing

@Suite struct InstructionSetTests {
    @Test func `the set that the environment names is in effect, else the best`() {
        let asked = ProcessInfo.processInfo.environment[InstructionSet.variable] ?? ""
        let expected = asked.isEmpty ? InstructionSet.best.name : asked
        #expect(InstructionSet.refusal == nil)
        #expect(String(cString: assay_instruction_set_name(assay_instruction_set())) == expected)
        #expect(InstructionSet.current.name == expected)
    }

    @Test func `names and numbers are those of the kernels`() {
        #expect(InstructionSet.allCases.map(\.name) == ["baseline", "avx2", "avx512"])
        let numbers = [ASSAY_BASELINE, ASSAY_AVX2, ASSAY_AVX512].map { Int32($0) }
        #expect(InstructionSet.allCases.map(\.rawValue) == numbers)
    }

    @Test func `a name that is unknown or beyond the machine is refused with those that are not`() {
        #expect(InstructionSet.refusal(of: "", best: .baseline) == nil)
        for set in InstructionSet.allCases { #expect(InstructionSet.refusal(of: set.name, best: .avx512) == nil) }
        #expect(
            InstructionSet.refusal(of: "AVX2", best: .avx512)
                == "ASSAY_INSTRUCTIONS is 'AVX2': expected one of avx512, avx2, baseline")
        #expect(
            InstructionSet.refusal(of: "avx512", best: .avx2)
                == "ASSAY_INSTRUCTIONS is 'avx512', which this processor lacks: expected one of avx2, baseline")
    }
}
