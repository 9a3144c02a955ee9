// The account of a run for machines: what was seen, what came of it, and with which model and program.

package import Confinement
internal import Detection
package import Files
internal import Inspection

/// Counts of a scan with what is needed to repeat it.
package struct Summary: Sendable {
    package var tally: Tally
    package var started: Timestamp
    package var finished: Timestamp
    /// The share of the files that was scanned; nil for all.
    package var shard: Shard?
    /// What was asked to be scanned, whichever share: runs that were asked for the same have the same; nil where nobody said.
    package var scope: String?
    /// Judged pictures whose spectrum was asked for and could not be written.
    package var unwrittenSpectra = 0
    /// The signal that ended the run early, by name.
    package var signal: String?
    /// Whether everything was scanned that was asked for.
    package var isComplete: Bool
    package var version: String
    /// `Detector.identity` and SHA-256 of the model file.
    package var model: (identity: String, sha256: String)
    /// How many rules decided, and the SHA-256 of all of them.
    package var rules: (count: Int, sha256: String)
    /// What confined the decoders, and what had been asked for.
    package var isolation: (demand: Isolation.Demand, inForce: Isolation)
    /// SHA-256 of the program.
    package var binary: String?
    /// The command line without the program's name.
    package var arguments: [String]

    package init(
        _ tally: Tally, started: Timestamp, finished: Timestamp, signal: String?, isComplete: Bool, version: String,
        model: (identity: String, sha256: String), rules: (count: Int, sha256: String),
        isolation: (demand: Isolation.Demand, inForce: Isolation),
        binary: String?, arguments: [String]
    ) {
        (self.tally, self.started, self.finished, self.signal) = (tally, started, finished, signal)
        (self.isComplete, self.version, self.model, self.binary) = (isComplete, version, model, binary)
        self.rules = rules
        (self.isolation, self.arguments) = (isolation, arguments)
    }

    package var seconds: Double {
        Double(finished.seconds - started.seconds) + Double(finished.nanoseconds - started.nanoseconds) * 1e-9
    }

    /// One JSON object and a newline.
    package var json: [UInt8] {
        var json = JSONText()
        json.object {
            $0.member("assay", 1)
            $0.member("version", version)
            $0.member("started", started.text)
            $0.member("finished", finished.text)
            $0.member("seconds", seconds, decimals: 3)
            $0.member("complete", isComplete)
            $0.member("shard", shard?.text)
            $0.member("scope", scope)
            $0.member("signal", signal)
            $0.member("seen", tally.seen)
            $0.member("ok", tally.ok)
            $0.member("skipped", tally.skipped)
            $0.member("error", tally.error)
            $0.member("notImages", tally.notImages)
            $0.member("resumed", tally.resumed)
            $0.member("resumedRecords", tally.resumedRecords)
            $0.member("records", tally.written)
            $0.member("unwrittenSpectra", unwrittenSpectra)
            $0.member("verdicts") {
                for verdict in Verdict.allCases { $0.member(verdict.rawValue, tally.verdicts[verdict] ?? 0) }
            }
            $0.member("earlier") {
                for status in Status.allCases {
                    $0.member(status.rawValue, tally.earlier { $0.status == status })
                }
                for verdict in Verdict.allCases {
                    $0.member(verdict.rawValue, tally.earlier { $0.verdict == verdict })
                }
            }
            $0.member("codes") {
                for (code, count) in tally.codes.sorted(by: { $0.key < $1.key }) { $0.member(code, count) }
            }
            $0.member("model") {
                $0.member("identity", model.identity)
                $0.member("sha256", model.sha256)
            }
            $0.member("isolation") {
                $0.member("demand", isolation.demand.rawValue)
                $0.member("seccomp", isolation.inForce.contains(.filtersCalls))
                $0.member("landlock", isolation.inForce.contains(.deniesFiles))
            }
            $0.member("rules") {
                $0.member("count", rules.count)
                $0.member("sha256", rules.sha256)
            }
            $0.member("binary") { $0.member("sha256", binary) }
            $0.list("arguments") { for argument in arguments { $0.value(argument) } }
        }
        json.endLine()
        return json.bytes
    }

    /// One line for people, e.g. `16 seen: 9 ok (2 fake, 3 real, 4 uncertain), 2 skipped, 3 errors, 2 not images; 0.5 s`.
    package var line: String {
        let verdicts = Verdict.allCases.map { "\(tally.verdicts[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
        var parts = ["\(tally.ok) ok (\(verdicts))"]
        if tally.skipped > 0 { parts.append("\(tally.skipped) skipped") }
        if tally.error > 0 { parts.append(tally.error == 1 ? "1 error" : "\(tally.error) errors") }
        if tally.notImages > 0 { parts.append("\(tally.notImages) not images") }
        var resumed = tally.resumed > 0 ? "; \(tally.resumed) recorded before" : ""
        let fakes = tally.earlier { $0.verdict == .fake }
        if fakes > 0 { resumed += ", \(fakes) of them fake" }
        if unwrittenSpectra > 0 {
            resumed += unwrittenSpectra == 1 ? "; 1 spectrum not written" : "; \(unwrittenSpectra) spectra not written"
        }
        let tenths = Int((seconds * 10).rounded())
        return "\(tally.seen) seen: \(parts.joined(separator: ", "))\(resumed); \(tenths / 10).\(tenths % 10) s"
    }
}
