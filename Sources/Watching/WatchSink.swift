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
        case .record(let record):
            guard let flight = exchange.flight(record.path) else { return true }
            return deliver(record, flight, &json)
        case .notImage(let path), .resumed(let path):
            guard let flight = exchange.flight(path) else { return true }
            statistics.change { ($0.notImages, $0.done) = ($0.notImages + 1, $0.done + 1) }
            note(flight, nil, isUnread: false)
            return true
        }
    }

    private func deliver(_ record: Record, _ flight: WatchExchange.Flight, _ json: inout JSONText) -> Bool {
        var record = record
        switch record.code {
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
        let id = WatchSink.id(record, rules: plan.rules)
        let isUnread = record.sha256 == nil && record.size == nil
        let isFlagged = record.isOf(plan.flagged)
        // A flagged file that comes again, after the first was taken away, must not stay because it is known.
        let isActedOn = isFlagged && (plan.quarantine != nil || plan.program != nil)
        let isKnown = exchange.lastRecord(of: flight) == id
        if isKnown && !isActedOn {
            statistics.change { ($0.repeats, $0.done) = ($0.repeats + 1, $0.done + 1) }
            note(flight, id, isUnread: isUnread)
            return true
        }
        record.id = id.text
        var moved: Quarantine.Move?
        if isFlagged {
            do throws(FileError) {
                moved = try move(&record, flight, &json)
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
        let isWanted = plan.format.wants(record)
        let line = isWanted || isFlagged ? plan.format.line(record, &json) : []
        var order: FlagProgram.Order?
        if isFlagged, let program = plan.program {
            json.clear()
            record.write(to: &json)
            order = program.prepare(json.bytes, id)
        }
        // Without a record the next start finds the file as it was, or what waits beside it in the quarantine.
        guard !isWanted || log.write(line) else { return false }
        if let moved { plan.quarantine?.settle(moved) }
        if isLeft { exchange.leave(flight, id) } else { note(flight, id, isUnread: isUnread) }
        statistics.count(verdict: record.verdict, code: record.code, since: flight.since)
        if let order { plan.program?.run(order) }
        return true
    }

    /// Nil where there is no quarantine, or the file could not be moved there, which is told.  Throws `changed` only.
    private func move(
        _ record: inout Record, _ flight: WatchExchange.Flight, _ json: inout JSONText
    ) throws(FileError) -> Quarantine.Move? {
        guard let quarantine = plan.quarantine, let state = flight.state else { return nil }
        do throws(FileError) {
            let move = try quarantine.move(record.path, state, sha256: record.sha256) { target in
                record.quarantined = target
                json.clear()
                record.write(to: &json)
                return json.bytes
            }
            statistics.change { $0.moved += 1 }
            return move
        } catch .changed {
            throw .changed
        } catch {
            record.quarantined = nil
            statistics.change { $0.failedMoves += 1 }
            warn("\(record.path.escaped): not moved to the quarantine: \(error.message)")
            return nil
        }
    }

    private func note(_ flight: WatchExchange.Flight, _ id: Digest128?, isUnread: Bool) {
        if let ledger, let state = flight.state, !isUnread {
            let failure: FileError? = ledger.with { ledger in
                do throws(FileError) {
                    try ledger.append(id, of: flight.key, state)
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
        exchange.finish(flight, id, isUnread: isUnread)
    }

    /// What is the same for two records if they say the same of the same file: of the path, of its contents (where those were not read,
    /// of size and modification), of the model and of the rules.
    static func id(_ record: Record, rules: String) -> Digest128 {
        let contents = record.sha256 ?? "\(record.size ?? -1) \(record.modified?.text ?? "") \(record.code ?? "")"
        return Digest128(of: [record.path.bytes, Array(contents.utf8), Array(record.model.utf8), Array(rules.utf8)])
    }
}
