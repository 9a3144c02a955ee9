// Reads the IPTC-IIM fields that name a program, from the image resources that Photoshop has made the usual place for them.

internal import Imaging

/// The few fields of the application record (IPTC-IIM 4.2, record 2) that speak of origin.
struct IIMRecord {
    /// 2:65, 2:70.
    var program: String?
    var programVersion: String?
    /// 2:110.
    var credit: String?

    /// - Parameter record: data sets from the first on; anything else says nothing.
    init(_ record: [UInt8]) throws(ReadError) {
        if record.first == 0x1C { try read(record.span) }
    }

    /// - Parameter resources: all Photoshop resources of the file, joined.
    init(resources: [UInt8]) throws(ReadError) {
        let bytes = resources.span
        var offset = 0
        while offset < bytes.count {
            // "8BIM", number, name (Pascal string of even length), length, data (of even length).
            guard bytes.has("8BIM", at: offset) else {
                if resources[offset...].allSatisfy({ $0 == 0 }) { return }
                throw .invalid("an image resource without its signature")
            }
            let number = bytes.number(offset + 4, size: 2)
            let nameLength = bytes.number(offset + 6, size: 1)
            guard nameLength >= 0 else { throw .invalid("an image resource is cut off") }
            let head = offset + 6 + (nameLength + 2) / 2 * 2
            let length = bytes.number(head, size: 4)
            guard length >= 0, length <= bytes.count - head - 4 else { throw .invalid("an image resource is cut off") }
            if number == 0x0404 { try read(bytes.extracting(head + 4..<head + 4 + length)) }
            offset = head + 4 + (length + 1) / 2 * 2
        }
    }

    private mutating func read(_ record: Span<UInt8>) throws(ReadError) {
        var offset = 0
        while offset < record.count {
            guard record[offset] == 0x1C else {
                // Padding.
                if record[offset] == 0 { return }
                throw .invalid("a data set without its mark")
            }
            let number = record.number(offset + 1, size: 2)
            var length = record.number(offset + 3, size: 2)
            var body = offset + 5
            if length >= 0x8000 {
                // An extended data set: how many bytes its length takes.
                let size = length & 0x7FFF
                guard size <= 4 else { throw .invalid("a data set longer than any file") }
                length = record.number(body, size: size)
                body += size
            }
            guard number >= 0, length >= 0, length <= record.count - body else {
                throw .invalid("a data set is cut off")
            }
            let text = String(unknownEncoding: record.array(body..<body + length))
            switch number {
            case 2 << 8 | 65: program = program ?? text
            case 2 << 8 | 70: programVersion = programVersion ?? text
            case 2 << 8 | 110: credit = credit ?? text
            default: break
            }
            offset = body + length
        }
    }
}
