// The part of the rules that meets hostile bytes, and therefore runs in a confined process.

internal import CRules

/// What came of matching one file.
package struct RuleMatches: Sendable, Equatable {
    /// Places in `RuleSet.rules`, ascending.
    package var matched: [Int] = []
    /// Those that took too long and were left out.
    package var timedOut: [Int] = []
    /// Whether there was no time to find out which rules took too long; then `matched` is empty.
    package var isIncomplete = false

    package init() {}
}

/// Matches one set of rules against one file after the other.  Used by one thread at a time.
@safe package final class RuleMatcher {
    /// Part of a file.
    @safe package struct Block {
        package let bytes: UnsafeRawBufferPointer
        /// Where it begins in the file.
        package let start: Int

        package init(_ bytes: UnsafeRawBufferPointer, start: Int) {
            unsafe self.bytes = unsafe bytes
            self.start = start
        }
    }

    package let set: RuleSet
    private let handle: OpaquePointer
    private let hits: UnsafeMutableBufferPointer<Bool>
    private let clock = ContinuousClock()

    /// Nil when there is no memory for it.
    package init?(_ set: RuleSet) {
        guard let handle = unsafe rules_matcher_create(set.handle) else { return nil }
        self.set = set
        unsafe self.handle = unsafe handle
        unsafe hits = UnsafeMutableBufferPointer.allocate(capacity: max(1, rules_count(set.handle)))
    }

    deinit {
        unsafe rules_matcher_destroy(handle)
        unsafe hits.deallocate()
    }

    /// Gives variables their values, which they keep.  Those must have been declared, with that kind.
    package func define(_ name: String, _ value: RuleValue) {
        let status =
            switch value {
            case .boolean(let value): unsafe rules_set_boolean(handle, name, value)
            case .integer(let value): unsafe rules_set_integer(handle, name, Int64(value))
            case .number(let value): unsafe rules_set_float(handle, name, value)
            case .text(let value): unsafe rules_set_text(handle, name, value)
            }
        precondition(status == 0, "'\(name)' was not declared like this, or there is no memory")
    }

    /// Matches all rules against the parts of a file.
    ///
    /// Rules that run into the time limit are found by matching each alone, and left out; the rest then gets another chance.
    package func match(_ blocks: [Block], fileSize: Int, limit: Duration) -> RuleMatches {
        var matches = RuleMatches()
        if let matched = run(blocks, fileSize, limit) {
            matches.matched = matched
            return matches
        }
        let end = clock.now.advanced(by: limit * 2)
        matches.timedOut = slow(blocks, fileSize, limit / 8, until: end)
        matches.isIncomplete = true
        guard !matches.timedOut.isEmpty else { return matches }
        for rule in matches.timedOut { enable(rule, false) }
        defer { for rule in matches.timedOut { enable(rule, true) } }
        if let matched = run(blocks, fileSize, limit) {
            matches.matched = matched
            matches.isIncomplete = false
        }
        return matches
    }

    /// The rules that are too slow by themselves, as many as are found before `end`.
    private func slow(
        _ blocks: [Block], _ fileSize: Int, _ limit: Duration, until end: ContinuousClock.Instant
    ) -> [Int] {
        let all = 0..<set.rules.count
        for rule in all { enable(rule, false) }
        defer { for rule in all { enable(rule, true) } }
        var slow: [Int] = []
        for rule in all where clock.now < end {
            enable(rule, true)
            if run(blocks, fileSize, limit) == nil { slow.append(rule) }
            enable(rule, false)
        }
        return slow
    }

    private func enable(_ rule: Int, _ isEnabled: Bool) {
        unsafe rules_enable(handle, set.places[rule], isEnabled)
    }

    /// Nil when the time was up.  A rule that fails for another reason, as by too many matches, does not match.
    private func run(_ blocks: [Block], _ fileSize: Int, _ limit: Duration) -> [Int]? {
        let (seconds, fraction) = limit.components
        let nanoseconds = UInt64(max(1, seconds * 1_000_000_000 + fraction / 1_000_000_000))
        let parts = unsafe blocks.map { block in
            unsafe rules_block(
                bytes: block.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: block.bytes.count,
                start: UInt64(block.start))
        }
        let status = unsafe rules_match(
            handle, parts, parts.count, UInt64(fileSize), nanoseconds, hits.baseAddress)
        if status == rules_timed_out() { return nil }
        return set.places.indices.filter { unsafe hits[set.places[$0]] }
    }
}
