// Every command that looks at pictures has them looked at by confined processes, or does nothing.

import Confinement

/// Hides this process, and says what confines the processes that look at files: all that there is, or there are none.
func confine(
    _ line: Invocation, _ settings: ConfinementSettings, isQuiet: Bool
) throws(CommandFailure) -> (demand: Isolation.Demand, inForce: Isolation) {
    Isolation.hideThisProcess()
    let demand = Isolation.Demand(rawValue: line.word(ScanOptions.isolation)) ?? .strict
    let inForce = settings.isolation
    if !inForce.contains(.filtersCalls) {
        let problem = "this system refuses the filter of system calls (seccomp) that confines what decodes"
        guard demand == .weak else {
            throw .failure(
                "\(problem), so that a hostile image might change files or this program.\n"
                    + "No picture was read. '--isolation weak' reads them all the same; see assay-scan(1).")
        }
        if !isQuiet {
            Console.error("Warning: \(problem); a hostile image might change files or this program\n")
        }
    }
    return (demand, inForce)
}
