// What looking at one file's bytes comes to: facts or a refusal, in memory and on the wire.

package import Imaging

/// What became of one file, as records and counts name it.
package enum Status: String, Sendable, CaseIterable {
    case ok
    /// A limit or a format that is not decoded stood in the way; the file may be fine.
    case skipped
    /// Unreadable, corrupt, timed out, decoder crashed.
    case error
}

/// Why there is no score.
package struct Refusal: Sendable, Equatable {
    package var status: Status
    /// A stable word for machines.
    package var code: String
    package var message: String

    package init(_ status: Status, code: String, message: String) {
        (self.status, self.code, self.message) = (status, code, message)
    }

    package init(_ error: DecodeError) {
        let isSkipped = error.isLimit || error.isUnsupported || error == .notAnImage
        self.init(isSkipped ? .skipped : .error, code: error.code, message: error.message)
    }

    /// The codes that a confined process may give, each with its status.  A fixed set, so that one that was taken over can't
    /// fill the counts.
    static let known: [String: Status] = [
        "unsupported-format": .skipped, "damaged-signature": .error, "truncated": .error, "corrupt": .error,
        "too-many-pixels": .skipped, "too-many-rows": .skipped, "too-many-scans": .skipped, "too-much-text": .skipped,
        "out-of-memory": .error,
    ]
}

/// What was found out about one file.
package struct Finding: Sendable {
    /// Why the request could not be answered in full; nil if it was.
    package var refusal: Refusal?
    /// What is known, which may be something although the file was refused.
    package var facts: Facts
    /// What the rules made of it; nothing where there are none or the file was refused.
    package var rules = RuleFindings()
    /// Bytes that the answer has beside these, in the memory for results.
    package var result = 0

    package init(_ facts: Facts) { self.facts = facts }

    package init(_ refusal: Refusal, _ facts: Facts = Facts()) { (self.refusal, self.facts) = (refusal, facts) }

    package var status: Status { refusal?.status ?? .ok }
}

extension Finding {
    /// Most bytes of a message, and of its text.
    package static let largestMessage = 4 << 20
    private static let longestText = 512

    /// The finding as a message to the parent.
    package var encoded: [UInt8] {
        let message = encodedWhole
        if message.count <= Finding.largestMessage { return message }
        return Finding(Refusal(.skipped, code: "too-much-text", message: "more metadata than can be told")).encodedWhole
    }

    private var encodedWhole: [UInt8] {
        var wire = WireWriter()
        wire.add(refusal != nil)
        if let refusal {
            wire.add(refusal.status.rawValue, limit: Finding.longestText)
            wire.add(refusal.code, limit: Finding.longestText)
            wire.add(refusal.message, limit: Finding.longestText)
        }
        facts.encode(to: &wire)
        rules.encode(to: &wire)
        wire.add(result)
        return wire.bytes
    }

    /// Reads a message that may come from a process that hostile bytes have taken over: nothing but well-formed values within
    /// their ranges gets through.  Whether they contradict each other is for `Expectation` to say.
    package init(decoding bytes: ArraySlice<UInt8>) throws(WireError) {
        var wire = WireReader(bytes)
        if try wire.boolean() {
            guard let status = Status(rawValue: try wire.text(limit: Finding.longestText)) else { throw WireError() }
            let code = try wire.text(limit: Finding.longestText)
            guard Refusal.known[code] == status else { throw WireError() }
            refusal = Refusal(status, code: code, message: try wire.text(limit: Finding.longestText))
        }
        facts = try Facts(&wire)
        rules = try RuleFindings(&wire)
        result = try wire.integer()
        guard wire.isAtEnd, result >= 0 else { throw WireError() }
    }
}
