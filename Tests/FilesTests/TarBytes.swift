// Tars made by hand, field by field, so that tests can make any that no program would.

import Foundation

@testable import Files

extension TarReaderTests {
    var end: [UInt8] { [UInt8](repeating: 0, count: 1024) }

    func header(_ name: String, size: Int, type: Character = "0") -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at place: Int) {
            header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
        }
        put(name, at: 0)
        put("0000644\0", at: 100)
        put(String(String(repeating: "0", count: 11) + String(size, radix: 8)).suffix(11) + "\0", at: 124)
        put("00000000012\0", at: 136)
        put(String(type), at: 156)
        put("ustar\u{0}00", at: 257)
        restate(&header)
        return header
    }

    /// Makes the checksum of the first block right.
    func restate(_ header: inout [UInt8]) {
        header.replaceSubrange(148..<156, with: [UInt8](repeating: 32, count: 8))
        let sum = String(header[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
        header.replaceSubrange(
            148..<156, with: Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0, 32])
    }

    func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }

    func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        let length = rest.utf8.count + (rest.utf8.count + 1 >= 10 ? 2 : 1)
        return Array("\(length)\(rest)".utf8)
    }

    /// A reader that gets its bytes in small portions, as from a pipe.
    func reader(_ bytes: [UInt8], isRepacked: Bool = false) -> TarReader {
        var rest = bytes[...]
        return TarReader(isRepacked: isRepacked) { bytes, start throws(FileError) -> Int in
            let part = rest.prefix(min(bytes.count - start, 333))
            bytes.replaceSubrange(start..<start + part.count, with: part)
            rest = rest.dropFirst(part.count)
            return part.count
        }
    }

    /// All members, and what ended them if it was no end.
    func untilEnd(_ bytes: [UInt8]) -> (members: [TarMember], error: FileError?) {
        var reader = reader(bytes)
        var members: [TarMember] = []
        do throws(FileError) {
            while let member = try reader.next() { members.append(member) }
        } catch {
            return (members, error)
        }
        return (members, nil)
    }

    func all(_ bytes: [UInt8], isRepacked: Bool = false) throws(FileError) -> [(TarMember, [UInt8])] {
        var reader = reader(bytes, isRepacked: isRepacked)
        var members: [(TarMember, [UInt8])] = []
        while let member = try reader.next() {
            members.append((member, member.kind == .file ? try reader.read(.max) : []))
        }
        return members
    }
}
