// The messages between a confined process and its parent, apart from the settings.

internal import Inspection

/// A question about the bytes at a place in the buffer.
struct RequestMessage {
    static let largest = 16 << 10

    let place: Range<Int>
    let request: Request

    init(place: Range<Int>, request: Request) { (self.place, self.request) = (place, request) }

    var encoded: [UInt8] {
        var wire = WireWriter()
        wire.add(place.lowerBound)
        wire.add(place.count)
        request.encode(to: &wire)
        return wire.bytes
    }

    init(decoding bytes: ArraySlice<UInt8>) throws(WireError) {
        var wire = WireReader(bytes)
        let (start, length) = (try wire.integer(), try wire.integer())
        request = try Request(&wire)
        guard start >= 0, length >= 0, case let (end, overflows) = start.addingReportingOverflow(length), !overflows,
            wire.isAtEnd
        else { throw WireError() }
        place = start..<end
    }
}

/// A finding with its length before it, in as many messages of the socket as it takes: one holds no more than the system's buffers.
enum AnswerMessage {
    /// Most bytes of one message of the socket.
    static let fragment = 64 << 10
    static let largest = 8 + Finding.largestMessage

    static func encode(_ finding: Finding) -> [UInt8] {
        let encoded = finding.encoded
        var wire = WireWriter()
        wire.add(encoded.count)
        return wire.bytes + encoded
    }

    /// The length of the whole of which `beginning` is the first message.
    static func size(_ beginning: [UInt8]) -> Int? {
        var wire = WireReader(beginning[...])
        guard let count = try? wire.integer(), count >= 0, count <= Finding.largestMessage else { return nil }
        return 8 + count
    }
}
