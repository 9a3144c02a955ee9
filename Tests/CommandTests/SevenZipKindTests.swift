// What a 7z says of a member's kind keeps no picture from being looked at: other programs make a file of whatever has bytes.

import Foundation
import Testing

@Suite struct SevenZipKindTests {
    private struct Member {
        let name: String
        /// As Unix has it: kind and rights.
        let mode: Int
        var content = Workshop.png
    }

    /// Each member stored for itself, and a header that is not packed (7zFormat.txt).
    private func archive(_ members: [Member]) -> [UInt8] {
        var header: [UInt8] = [1, 4, 6, 0] + short(members.count) + [9]
        for member in members { header += short(member.content.count) }
        header += [0, 7, 0x0B] + short(members.count) + [0]
        for _ in members { header += [1, 1, 0] }
        header.append(0x0C)
        for member in members { header += short(member.content.count) }
        header += [0x0A, 1]
        for member in members { header += number(Int(ZipFile.checksum(member.content)), 4) }
        header += [0, 8, 0, 0, 5] + short(members.count)
        var names: [UInt8] = []
        for member in members {
            for unit in member.name.utf16 { names += number(Int(unit), 2) }
            names += [0, 0]
        }
        header += [0x11] + short(names.count + 1) + [0] + names
        header += [0x15] + short(2 + 4 * members.count) + [1, 0]
        for member in members { header += number(member.mode << 16 | 0x8000, 4) }
        header += [0, 0]
        let body = members.flatMap(\.content)
        let start = number(body.count, 8) + number(header.count, 8) + number(Int(ZipFile.checksum(header)), 4)
        let mark: [UInt8] = [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4]
        return mark + number(Int(ZipFile.checksum(start)), 4) + start + body + header
    }

    private func scan(_ members: [Member]) -> (run: Run, isComplete: Bool?) {
        let shop = Workshop(verdict: .real)
        shop.write("a.7z", archive(members))
        return (shop.scan("--tar", "a.7z", "--summary", "s.json"), isComplete(shop))
    }

    /// A directory, devices, a fifo, a socket, and one that is none.
    @Test func whatHasBytesIsAFile() {
        let modes = [0o100644, 0o040755, 0o020644, 0o060644, 0o010644, 0o140644, 0o000644, 0o170644]
        let members = modes.enumerated().map { Member(name: "\($0.offset).png", mode: $0.element) }
        let (run, isComplete) = scan(members + [Member(name: "last.png", mode: 0o100644)])
        #expect(codes(run) == modes.indices.map { "\($0).png ok" } + ["last.png ok"])
        #expect(run.status == 0 && isComplete == true)
    }

    /// What reads the archive has taken a link's bytes for its target, up to the first zero.
    @Test func aLinkWhoseTargetIsNoneIsTold() {
        let texts = [
            "BM6x\0more", "RIFFxx\0\0", "II*\0", "MM\0*", "GIF89a0\0", "\0link", "line\nbreak", "no \u{FFFD} text",
        ]
        let starts: [[UInt8]] = [Workshop.png, Workshop.jpeg] + texts.map { Array($0.utf8) }
        for start in starts {
            let link = Member(name: "link.png", mode: 0o120777, content: start)
            let (run, isComplete) = scan([link, Member(name: "last.png", mode: 0o100644)])
            #expect(codes(run) == ["link.png unsupported-member", "last.png ok"], "\(start.prefix(8))")
            #expect(run.records.first?["message"] as? String == "it is called a link, and its bytes are no name")
            #expect(run.status == 2 && isComplete == true)
        }
        let targets = ["a.png", "../d/b c.png", "d/\u{FC}ber.png", "MM/1.png", "BMW 1.png", "RIFF/1.png"]
        let links = targets.map { Member(name: "link", mode: 0o120777, content: Array($0.utf8)) }
        let (run, isComplete) = scan(links + [Member(name: "last.png", mode: 0o100644)])
        #expect(codes(run) == ["last.png ok"] && run.status == 0 && isComplete == true)
    }
}

/// `size` bytes of a number, the lowest first.
private func number(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// A number below 2^14 as the format has it.
private func short(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(0x80 | value >> 8), UInt8(value & 0xFF)]
}
