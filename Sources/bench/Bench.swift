// Times scans and what scans and trainings are made of, on this machine: JSON lines on standard output, a table on standard error.
import CKernels
import Detection
import Glibc
import Network

@main
struct Bench {
    static func main() {
        var (only, rounds, part) = ([String](), 5, "")
        var pictures: String?
        var arguments = CommandLine.arguments.dropFirst()
        while let argument = arguments.popFirst() {
            switch (argument, arguments.first) {
            case ("--only", let name?): only.append(name)
            case ("--case", let text?): part = text
            case ("--rounds", let text?) where Int(text) ?? 0 > 0: rounds = Int(text)!
            case ("--pictures", let path?): pictures = path
            default: usage()
            }
            arguments = arguments.dropFirst()
        }
        func results(_ cases: [Case]) -> [Result] {
            measure(cases.filter { part.isEmpty || $0.name.contains(part) }, rounds: rounds)
        }
        let groups: [(name: String, results: () -> [Result])] = [
            ("kernels", { results(kernelCases()) }), ("features", { results(featureCases()) }),
            ("decode", { results(decodeCases()) }), ("seed", { results(networkCases(.seed)) }),
            ("crossdomain", { results(networkCases(.crossdomain)) }),
            ("isolation", { results(isolationCases(ScanBench.builtProgram)) }),
            (
                "scan",
                {
                    let scans = ScanBench(given: pictures)
                    return results(scans.cases()) + (part.isEmpty ? [scans.memory()] : [])
                }
            ),
        ]
        if let unknown = only.first(where: { name in !groups.contains { $0.name == name } }) {
            fail("no group is named '\(unknown)'; there are \(groups.map(\.name).joined(separator: ", "))")
        }
        note(
            "\(onlineProcessors) CPUs, instruction set \(unsafe String(cString: assay_instruction_set_name(assay_instruction_set())))"
        )
        do {
            // Training steps need it, and it is best loaded while there is one thread.
            try BLAS.ready()
        } catch {
            fail("OpenBLAS can't be loaded: \(error.message)")
        }
        for group in groups where only.isEmpty || only.contains(group.name) {
            for result in group.results() {
                print(result.json)
                note(result.row)
            }
        }
    }

    private static func usage() -> Never {
        fail(
            "usage: bench [--only kernels|features|decode|seed|crossdomain|isolation|scan]... [--case TEXT] [--rounds N] [--pictures FOLDER]"
        )
    }

    private static func fail(_ message: String) -> Never {
        note("bench: " + message)
        exit(64)
    }
}

func note(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
}

/// CPUs of this machine that are switched on.
var onlineProcessors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
