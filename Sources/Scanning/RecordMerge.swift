// Puts the records of several runs into one, and finds out whether any are missing: at this size nobody would notice otherwise.

package import Files

/// Reads files of records, and summaries of the runs that wrote them, one after the other.
package struct RecordMerge {
    /// What was read of the records of one share; nil stands for records of runs without shares.
    private struct Share {
        /// Records, and those of them that are no repeats.
        var read = 0
        var records = 0
        /// Summaries of runs that finished, and what they say was written or there before.
        var finished = 0
        var expected = 0
        /// Whether there is a summary of a run that did not finish.
        var hasBrokenOff = false
    }

    /// Records read, and those of them that say what another has said.
    package private(set) var read = 0
    package private(set) var repeats = 0
    /// What is wrong with what was read, line by line.
    package private(set) var faults: [String] = []
    /// How many more there are than are named.
    private var unnamedFaults = 0

    private var shares: [String?: Share] = [:]
    private var seen: Set<Digest128> = []
    private var models: Set<String> = []
    private var rulesets: Set<String> = []
    /// What runs of shares were asked to scan, as their summaries tell.
    private var scopes: Set<String> = []
    private let digest = SHA256()

    package init() {}

    /// Takes one file, and gives each record that is not a repeat to `write`.
    ///
    /// - Parameter fill: fills a buffer and returns the number of bytes, 0 at the end.
    package mutating func add(
        _ name: String, reading fill: (UnsafeMutableRawBufferPointer) throws(FileError) -> Int,
        write: (ArraySlice<UInt8>) throws(FileError) -> Void
    ) throws(FileError) {
        var lines = LineSplitter(longest: RecordFile.longestLine)
        var number = 0
        func isTooLong(_ line: ArraySlice<UInt8>) -> Bool {
            guard line.count > RecordFile.longestLine else { return false }
            note(fault: "\(name):\(number): a line that is longer than any record")
            return true
        }
        _ = try unsafe lines.takeAll(from: fill) { line throws(FileError) in
            number += 1
            if !isTooLong(line) { try take(line, "\(name):\(number)", write) }
            return true
        }
        number += 1
        if !lines.rest.isEmpty && !isTooLong(lines.rest) {
            note(fault: "\(name):\(number): the line has no end, so the run that wrote it was cut off")
        }
    }

    private mutating func note(fault: String) {
        if faults.count < 100 { faults.append(fault) } else { unnamedFaults += 1 }
    }

    /// What else is wrong, once everything was read: shares that are missing or not whole.
    package var missing: [String] {
        var missing = unnamedFaults > 0 ? ["\(unnamedFaults) more lines like these"] : []
        let counts = Set(shares.keys.compactMap { $0.flatMap { Shard($0)?.count } })
        if counts.count > 1 {
            missing.append("shares of different numbers: " + counts.sorted().map { "of \($0)" }.joined(separator: ", "))
        } else if let count = counts.first {
            let absent = (1...count).filter { shares["\($0)/\(count)"] == nil }
            if !absent.isEmpty {
                let named = absent.prefix(10).map { "\($0)/\(count)" }.joined(separator: ", ")
                missing.append(
                    "nothing of shard \(named)" + (absent.count > 10 ? " and \(absent.count - 10) others" : ""))
            }
        }
        if !counts.isEmpty && shares[nil] != nil { missing.append("records with and without a shard") }
        if models.count > 1 {
            missing.append("records of different models: " + models.sorted().joined(separator: ", "))
        }
        if rulesets.count > 1 {
            let digests = rulesets.sorted().map { $0.prefix(8) }.joined(separator: ", ")
            missing.append("records decided by different rules: \(digests)")
        }
        if scopes.subtracting([""]).count > 1 {
            missing.append("shares of scans that were asked for different files")
        } else if scopes.count > 1 {
            missing.append("summaries with and without a scope, so the scans may have been asked for different files")
        }
        for (name, share) in shares.sorted(by: { order($0.key) < order($1.key) }) {
            let title = name.map { "shard \($0)" } ?? "the records"
            if share.finished == 0 {
                // Records without shares may be merged without summaries: whether any are missing is then not known.
                if name != nil || share.hasBrokenOff {
                    missing.append("\(title): no summary of a run that finished")
                }
            } else {
                // The runs of one share repeat each other; those without shares are each about something else.
                let found = name == nil ? share.read : share.records
                if found < share.expected { missing.append("\(title): \(found) records of \(share.expected)") }
            }
        }
        return missing
    }

    /// Shares that were seen.
    package var shardCount: Int { shares.keys.count { $0 != nil } }

    private func order(_ share: String?) -> Int { share.flatMap { Shard($0)?.number } ?? 0 }

    private mutating func take(
        _ line: ArraySlice<UInt8>, _ place: String, _ write: (ArraySlice<UInt8>) throws(FileError) -> Void
    ) throws(FileError) {
        var members = RecordMembers(line)
        var values: [String: ArraySlice<UInt8>] = [:]
        while let (key, value) = members.next() { if RecordMerge.keys.contains(key) { values[key] = value } }
        guard members.isWhole, values["assay"]?.elementsEqual("1".utf8) == true else {
            note(fault: "\(place): no record")
            return
        }
        let name = RecordMerge.text(values["shard"])
        guard name.map({ Shard($0) != nil }) ?? (values["shard"].map { $0.elementsEqual("null".utf8) } ?? true) else {
            note(fault: "\(place): no shard")
            return
        }
        if values["complete"] != nil && values["path"] == nil { return note(summary: values, name, place) }
        guard values["path"] != nil, values["status"] != nil else {
            note(fault: "\(place): no record")
            return
        }
        if let model = RecordMerge.text(values["model"]), models.count < 100 { models.insert(model) }
        if let rules = RecordMerge.text(values["ruleset"]), rulesets.count < 100 { rulesets.insert(rules) }
        read += 1
        shares[name, default: Share()].read += 1
        guard seen.insert(key(values)).inserted else {
            repeats += 1
            return
        }
        shares[name, default: Share()].records += 1
        try write(line)
    }

    private mutating func note(summary values: [String: ArraySlice<UInt8>], _ name: String?, _ place: String) {
        /// Nil for what is no number of records, of which none has as many as this.
        func count(_ key: String) -> Int? {
            values[key].flatMap { Int(String(decoding: $0.prefix(20), as: UTF8.self)) }
                .flatMap { (0...1_000_000_000_000).contains($0) ? $0 : nil }
        }
        // An older summary counts records in `resumed`.
        guard let written = count("records"),
            let kept = count(values["resumedRecords"] == nil ? "resumed" : "resumedRecords")
        else { return note(fault: "\(place): no summary") }
        var share = shares[name] ?? Share()
        // Older summaries have none, and shares with and without one are not known to be of one scan.
        if name != nil { scopes.insert(RecordMerge.text(values["scope"]) ?? "") }
        if values["complete"]?.elementsEqual("true".utf8) == true {
            share.finished += 1
            // Of runs of one share each says what there is of it; runs without shares have each their own.
            let expected = written + kept
            share.expected = name == nil ? share.expected + expected : max(share.expected, expected)
        } else {
            share.hasBrokenOff = true
        }
        shares[name] = share
    }

    /// What is told of a record in a summary or of its identity.
    private static let keys: Set<String> = [
        "assay", "path", "pathBytes", "id", "archive", "member", "frame", "shard", "status", "code", "size", "modified",
        "sha256",
        "model", "ruleset", "verdict", "complete", "scope", "records", "resumed", "resumedRecords",
    ]

    private static let identity = [
        "path", "pathBytes", "archive", "member", "frame", "status", "code", "size", "modified", "sha256", "model",
        "ruleset",
    ]

    /// The record's `id`, or what a watch would make one of: two records are repeats if they say the same of the same file.
    private func key(_ values: [String: ArraySlice<UInt8>]) -> Digest128 {
        // Records that contradict each other are no repeats, whatever they call themselves.
        for name in (values["id"] == nil ? RecordMerge.identity : ["id"]) + ["verdict"] {
            digest.update(Array(name.utf8))
            digest.update(values[name].map(Array.init) ?? [])
            digest.update([0])
        }
        return digest.finishHalf()
    }

    private static func text(_ value: ArraySlice<UInt8>?) -> String? {
        // None of these is as long; tables would put the combining marks of one that is into order.
        guard let value, value.first == UInt8(ascii: "\""), value.count <= 300 else { return nil }
        return String(decoding: value.dropFirst().dropLast(), as: UTF8.self)
    }
}
