// Counters in the text format of Prometheus, as the node exporter's textfile collector reads it.

internal import Detection
package import Files
internal import Glibc

/// Metrics in the text exposition format, version 0.0.4.
struct MetricsText {
    private(set) var text = ""

    enum Kind: String { case counter, gauge, histogram }

    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        let inside = labels.map { "\($0.0)=\"\(MetricsText.escaped($0.1))\"" }.joined(separator: ",")
        text += name + (inside.isEmpty ? "" : "{\(inside)}") + " \(value)\n"
    }

    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
        family(name, kind, help)
        sample(name, [], "\(value)")
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}

extension WatchStatistics {
    /// All metrics.
    package func metrics(
        _ queue: (waiting: Int, ready: Int, inFlight: Int), isBlocked: Bool, version: String, model: String
    ) -> String {
        let counts = current
        var text = MetricsText()
        text.family("assay_watch_info", .gauge, "Version and detector of the running watch.")
        text.sample("assay_watch_info", [("version", version), ("model", model)], "1")
        text.single(
            "assay_watch_seen_total", .counter, "Files handed to the scanner: new, changed or without a record.",
            counts.seen)
        text.family("assay_watch_scanned_total", .counter, "Pictures scored, by verdict.")
        for verdict in Verdict.allCases {
            text.sample(
                "assay_watch_scanned_total", [("verdict", verdict.rawValue)], "\(counts.verdicts[verdict] ?? 0)")
        }
        text.family("assay_watch_errors_total", .counter, "Records without a score, by code.")
        for (code, count) in counts.codes.sorted(by: { $0.key < $1.key }) {
            text.sample("assay_watch_errors_total", [("code", code)], "\(count)")
        }
        text.single("assay_watch_not_images_total", .counter, "Files that are no picture by content.", counts.notImages)
        text.single(
            "assay_watch_repeats_total", .counter,
            "Files scanned again whose record would have repeated their last one.",
            counts.repeats)
        text.single(
            "assay_watch_vanished_total", .counter, "Files that were gone before they were read.", counts.vanished)
        text.family("assay_watch_queue_length", .gauge, "Files on their way to a record, by state.")
        for (state, count) in [("settling", queue.waiting), ("ready", queue.ready), ("scanning", queue.inFlight)] {
            text.sample("assay_watch_queue_length", [("state", state)], "\(count)")
        }
        text.family("assay_watch_rescans_total", .counter, "Walks over everything, by cause.")
        for rescan in Rescan.allCases {
            text.sample(
                "assay_watch_rescans_total", [("cause", rescan.rawValue)], "\(counts.rescans[rescan] ?? 0)")
        }
        text.single(
            "assay_watch_overflows_total", .counter, "Times that the kernel's queue ran over.", counts.overflows)
        text.family("assay_watch_directories", .gauge, "Directories, by whether their changes raise events.")
        text.sample("assay_watch_directories", [("watched", "yes")], "\(counts.watched)")
        text.sample(
            "assay_watch_directories", [("watched", "no")], "\(counts.unwatched)")
        text.single("assay_watch_polling", .gauge, "1 while directories are polled.", counts.isPolling ? 1 : 0)
        text.single(
            "assay_watch_lost_directories_total", .counter, "Times that a watched directory went away.",
            counts.lostRoots)
        text.family(
            "assay_watch_last_event_age_seconds", .gauge,
            "Seconds since the last event; since the start, if there was none.")
        text.sample("assay_watch_last_event_age_seconds", [], decimal(age(counts.lastEvent)))
        text.single("assay_watch_output_blocked", .gauge, "1 while records can't be written.", isBlocked ? 1 : 0)
        text.single(
            "assay_watch_ledger_failures_total", .counter, "Entries that the ledger did not take.",
            counts.ledgerFailures)
        text.single(
            "assay_watch_unwritten_spectra_total", .counter,
            "Judged pictures whose spectrum could not be written.", counts.unwrittenSpectra)
        text.single("assay_watch_programs_total", .counter, "Programs run for flagged files.", counts.programs)
        text.single("assay_watch_program_failures_total", .counter, "Programs that failed.", counts.failedPrograms)
        text.single("assay_watch_quarantined_total", .counter, "Files moved to the quarantine.", counts.moved)
        text.single(
            "assay_watch_quarantine_failures_total", .counter, "Files that could not be moved.", counts.failedMoves)
        text.single("assay_watch_reloads_total", .counter, "Reloads that took effect.", counts.reloads)
        text.single(
            "assay_watch_reload_failures_total", .counter, "Reloads that kept what was in force.", counts.failedReloads)
        text.family(
            "assay_watch_latency_seconds", .histogram, "Seconds from a file's close or discovery to its record.")
        var total = 0
        for (bound, count) in zip(LatencyHistogram.bounds.map { "\($0)" } + ["+Inf"], counts.latency.counts) {
            total += count
            text.sample("assay_watch_latency_seconds_bucket", [("le", bound)], "\(total)")
        }
        text.sample("assay_watch_latency_seconds_sum", [], decimal(counts.latency.sum))
        text.sample("assay_watch_latency_seconds_count", [], "\(total)")
        return text.text
    }

    private func decimal(_ value: Double) -> String {
        var json = JSONText()
        json.value(value, decimals: 3)
        return json.text
    }
}

extension OutputForm {
    package static let metrics = OutputForm("metrics", beginning: "# HELP assay_watch_info ")
}
