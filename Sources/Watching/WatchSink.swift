// What becomes of each outcome of a watch, in an order that a crash at any point can't turn into a loss.

internal import Detection
package import Files
internal import Glibc
package import Scanning
package import Threads

/// Records outcomes: quarantine, then the record, then the ledger, then the program.
package final class WatchSink: Sink {
    /// What is done with outcomes.
    package struct Plan: Sendable {
        package var format = RecordFormat()
        /// Which records are flagged.
        package var flagged: Set<RecordFormat.Kind> = [.fake]
        package var quarantine: Quarantine?
        package var program: FlagProgram?
        /// What is part of each record's `id` besides path, contents and model.
        package var rules = ""

        package init() {}
    }

    private let plan: Plan
    private let exchange: WatchExchange
    private let log: RecordLog
    private let ledger: Monitor<Ledger>?
    private let statistics: WatchStatistics
    private let warn: @Sendable (String) -> Void

    package init(
        _ plan: Plan, _ exchange: WatchExchange, _ log: RecordLog, _ ledger: Monitor<Ledger>?,
        _ statistics: WatchStatistics, warn: @escaping @Sendable (String) -> Void
    ) {
        (self.plan, self.exchange, self.log, self.ledger) = (plan, exchange, log, ledger)
        (self.statistics, self.warn) = (statistics, warn)
    }

    package func deliver(_ sequence: Int, _ outcome: Outcome, _ json: inout JSONText) -> Bool {
        switch outcome {
        case .record(let record): return deliver([record], &json)
        case .frames(let records): return deliver(records, &json)
        case .notImage(let path, _), .resumed(let path, _):
            guard let flight = exchange.flight(path) else { return true }
            statistics.change { ($0.notImages, $0.done) = ($0.notImages + 1, $0.done + 1) }
            note(flight, nil, .whole, isUnread: false)
            return true
        }
    }

    /// The records of one file: one, or one for each of its frames.
    private func deliver(_ found: [Record], _ json: inout JSONText) -> Bool {
        guard let first = found.first, let flight = exchange.flight(first.path) else { return true }
        switch first.code {
        case FileError.changed.code:
            // Its bytes are no one state of it, and there will be others.
            statistics.change { $0.done += 1 }
            exchange.abandon(flight, again: true)
            return true
        case FileError.system(ENOENT).code:
            statistics.change { ($0.vanished, $0.done) = ($0.vanished + 1, $0.done + 1) }
            exchange.abandon(flight, again: false)
            return true
        default: break
        }
        var records = found
        for index in records.indices { records[index].id = WatchSink.id(records[index], rules: plan.rules).text }
        // The last record stands for the file: it is written behind all others.
        let id = WatchSink.id(records[records.count - 1], rules: plan.rules)
        let isUnread = first.sha256 == nil && first.size == nil
        let isFlagged = records.contains { $0.isOf(plan.flagged) }
        // A flagged file that comes again, after the first was taken away, must not stay because it is known.
        let isActedOn = isFlagged && (plan.quarantine != nil || plan.program != nil)
        let recorded = recordedFrames(flight, first)
        let isKnown =
            exchange.lastRecord(of: flight) == id || records.allSatisfy { $0.frame?.index ?? 0 < recorded }
        // Of a file that comes again all is told again, if it is told at all.
        func isNew(_ record: Record) -> Bool { isKnown || record.frame?.index ?? 0 >= recorded }
        let frames = FrameStatement(records[records.count - 1]).extent(after: RecordedFrames.whole)
        if isKnown && !isActedOn {
            statistics.change { ($0.repeats, $0.done) = ($0.repeats + 1, $0.done + 1) }
            note(flight, id, frames, isUnread: isUnread)
            return true
        }
        var moved: Quarantine.Move?
        if isFlagged {
            do throws(FileError) {
                moved = try move(&records, flight, &json)
            } catch {
                // It is not what was judged any more: a record would let it stay.
                statistics.change { $0.done += 1 }
                exchange.abandon(flight, again: true)
                return true
            }
        }
        // What could not be moved is tried again by the next reconciliation, without another record.
        let isLeft = isFlagged && plan.quarantine != nil && moved == nil
        if isKnown && isLeft {
            statistics.change { ($0.repeats, $0.done) = ($0.repeats + 1, $0.done + 1) }
            exchange.leave(flight, id)
            return true
        }
        var order: FlagProgram.Order?
        if let program = plan.program, let flagged = records.first(where: { isNew($0) && $0.isOf(plan.flagged) }) {
            json.clear()
            flagged.write(to: &json)
            order = program.prepare(json.bytes, WatchSink.id(flagged, rules: plan.rules))
        }
        // Without a record the next start finds the file as it was, or what waits beside it in the quarantine.
        records.removeAll { !isNew($0) }
        let lines = lines(records, &json)
        guard lines.isEmpty || log.write(lines) else { return false }
        if let moved { plan.quarantine?.settle(moved) }
        if isLeft { exchange.leave(flight, id) } else { note(flight, id, frames, isUnread: isUnread) }
        for record in records { statistics.count(verdict: record.verdict, code: record.code, since: flight.since) }
        if let order { plan.program?.run(order) }
        return true
    }

    /// The lines of those that are wanted; a path once.
    private func lines(_ records: [Record], _ json: inout JSONText) -> [UInt8] {
        var lines: [UInt8] = []
        for record in records where plan.format.style == .json || lines.isEmpty {
            lines += plan.format.line(record, &json)
        }
        return lines
    }

    /// Nil where there is no quarantine, or the file could not be moved there, which is told.  Throws `changed` only.
    private func move(
        _ records: inout [Record], _ flight: WatchExchange.Flight, _ json: inout JSONText
    ) throws(FileError) -> Quarantine.Move? {
        guard let quarantine = plan.quarantine, let state = flight.state else { return nil }
        let (path, sha256) = (records[0].path, records[0].sha256)
        do throws(FileError) {
            let move = try quarantine.move(path, state, sha256: sha256) { target in
                json.clear()
                for index in records.indices {
                    records[index].quarantined = target
                    records[index].write(to: &json)
                }
                return json.bytes
            }
            statistics.change { $0.moved += 1 }
            return move
        } catch .changed {
            throw .changed
        } catch {
            for index in records.indices { records[index].quarantined = nil }
            statistics.change { $0.failedMoves += 1 }
            warn("\(path.escaped): not moved to the quarantine: \(error.message)")
            return nil
        }
    }

    /// How many frames of the file, in the very state that was looked at, an earlier run has recorded.
    private func recordedFrames(_ flight: WatchExchange.Flight, _ record: Record) -> Int {
        guard let state = flight.state, record.size == state.size, record.modified == state.modified else { return 0 }
        return exchange.recordedFrames(of: flight)
    }

    private func note(_ flight: WatchExchange.Flight, _ id: Digest128?, _ frames: RecordedFrames, isUnread: Bool) {
        if let ledger, let state = flight.state, !isUnread {
            let failure: FileError? = ledger.with { ledger in
                do throws(FileError) {
                    try ledger.append(id, of: flight.key, state, frames)
                    return nil
                } catch {
                    return error
                }
            }
            if let failure {
                // The file is scanned again by the next start: twice rather than never.
                statistics.change { $0.ledgerFailures += 1 }
                warn("the ledger: \(failure.message)")
            }
        }
        exchange.finish(flight, id, frames, isUnread: isUnread)
    }

    /// What is the same for two records if they say the same of the same file: of the path, of its contents (where those were not read,
    /// of size and modification), of the model and of the rules, and of which frame it is and why that was not judged.
    static func id(_ record: Record, rules: String) -> Digest128 {
        let contents = record.sha256 ?? "\(record.size ?? -1) \(record.modified?.text ?? "") \(record.code ?? "")"
        var parts = [record.path.bytes, Array(contents.utf8), Array(record.model.utf8), Array(rules.utf8)]
        // The only picture of a file is the same, however it was asked for.
        if let frame = record.frame, frame.count > 1 {
            parts.append(Array(("\(frame.index) of \(frame.count)" + (record.code.map { " " + $0 } ?? "")).utf8))
        }
        return Digest128(of: parts)
    }
}
