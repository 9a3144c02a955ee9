// Whatever the bytes of an archive: what is made of it is a tar stream that can be read, or the end of it is told.

import Foundation
import Testing

@testable import Confinement
@testable import Files

@Suite struct RepackerTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/archives")

    private static let names = [
        "members.tar.bz2", "members.tar.xz", "members.tar.zst", "members.tar.lz4", "parts.tar.xz",
        "blocks.tar.zst", "blocks.tar.lz4", "legacy.tar.lz4", "members.tar.lzma", "members.tar.lz", "members.zip",
        "stored.zip",
        "lzma.zip", "streamed.zip", "streamed-stored.zip", "large.zip", "members.7z", "copied.7z",
        "names.zip", "mixed.zip", "unknown.7z",
    ]

    private static func fixture(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// What is made of `bytes` that lie in memory as a file or come from a pipe.
    private func repack(_ bytes: [UInt8], isFile: Bool, largest: Int = 1 << 20) throws -> (UnpackingReport, [UInt8]) {
        let kind = try #require(ArchiveKind(bytes))
        var ends: [Int32] = [-1, -1]
        if isFile {
            // Thousands of files, so that none should wait for a disk.
            let file = try #require(tmpfile())
            ends[0] = dup(fileno(file))
            fclose(file)
            #expect(bytes.withUnsafeBytes { write(ends[0], $0.baseAddress, $0.count) } == bytes.count)
        } else {
            // All of it fits in.
            #expect(pipe(&ends) == 0 && bytes.count < 60_000)
            _ = bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
            close(ends[1])
        }
        defer { close(ends[0]) }
        let written = Written()
        let repacker = Repacker(
            kind: kind, descriptor: ends[0], start: isFile ? 0 : nil, beginning: [], largest: largest, timeout: 10,
            write: {
                written.bytes += $0
                return true
            }, sign: {}, meet: { _ in })
        return (repacker.run(), written.bytes)
    }

    private final class Written {
        var bytes: [UInt8] = []
    }

    /// The members of a tar, and whether it has an end.
    private func members(_ tar: [UInt8], isRepacked: Bool) -> (members: [(TarMember, [UInt8])], isWhole: Bool) {
        var rest = tar[...]
        var reader = TarReader(isRepacked: isRepacked) { bytes, start throws(FileError) -> Int in
            let part = rest.prefix(bytes.count - start)
            bytes.replaceSubrange(start..<start + part.count, with: part)
            rest = rest.dropFirst(part.count)
            return part.count
        }
        var found: [(TarMember, [UInt8])] = []
        do {
            while let member = try reader.next() { found.append((member, try reader.read(.max))) }
            return (found, true)
        } catch {
            return (found, false)
        }
    }

    /// The header as it is, and packed as 7-Zip packs it, and as others do.
    @Test(arguments: ["unknown.7z", "unknown-bare.7z", "unknown-lzma2.7z"])
    func anUnknownCodecIsToldByTheHeader(_ name: String) throws {
        #expect(try repack(Self.fixture(name), isFile: true).0 == .unsupported("codec 04f71101, which is unsupported"))
    }

    @Test func whatIsRepackedHasNamesSizesAndBytes() throws {
        let (report, tar) = try repack(Self.fixture("members.zip"), isFile: true)
        #expect(report == .done)
        let expected = members(try Self.fixture("members.tar"), isRepacked: false).members
        let found = members(tar, isRepacked: true)
        #expect(found.isWhole && found.members.map(\.0.name) == expected.map(\.0.name))
        #expect(found.members.map(\.1) == expected.map(\.1) && found.members.map(\.0.size) == expected.map(\.0.size))
        #expect(found.members.map(\.0.kind) == expected.map(\.0.kind))
    }

    /// Of a member that will not be looked at the beginning is enough, and its size is told.
    @Test(arguments: ["members.zip", "streamed.zip", "members.7z"])
    func ofALargeMemberTheBeginningIsWritten(_ name: String) throws {
        let (report, tar) = try repack(Self.fixture(name), isFile: name != "streamed.zip", largest: 1000)
        #expect(report == .done)
        let expected = members(try Self.fixture("members.tar"), isRepacked: false).members
        let found = members(tar, isRepacked: true).members
        #expect(found.map(\.0.size) == expected.map(\.0.size) && expected.contains { $0.0.size > 1000 })
        for (one, other) in zip(found, expected) {
            #expect(other.1.starts(with: one.1) && (one.1 == other.1 || one.1.count >= 64))
        }
    }

    @Test(arguments: names)
    func anArchiveThatIsCutAnywhereIsNeverWhole(_ name: String) throws {
        let whole = try Self.fixture(name)
        for length in stride(from: 16, to: whole.count - 1, by: max(1, whole.count / 60)) {
            for isFile in [true, false] where isFile || !name.hasSuffix("7z") {
                let (report, tar) = try repack(Array(whole[..<length]), isFile: isFile)
                if report == .done {
                    // A tar that is packed as a whole ends before its padding does.
                    #expect(name.contains(".tar") && !members(tar, isRepacked: false).isWhole, "\(length)")
                }
            }
        }
    }

    /// Done, or told why not: nothing crashes, hangs or writes what can't be read.
    @Test(arguments: names)
    func mutantsAreRepackedOrRefused(_ name: String) throws {
        let whole = try Self.fixture(name)
        var state = name.utf8.reduce(UInt64(5)) { $0 &* 31 &+ UInt64($1) }
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for round in 0..<150 {
            var mutant = whole
            for _ in 0...below(4) {
                // Both ends have what the rest is found by.
                let place = [
                    8 + below(60), whole.count - 1 - below(min(whole.count - 9, 200)), 8 + below(whole.count - 8),
                ][below(3)]
                mutant[place] = [mutant[place] ^ UInt8(1 << below(8)), 0xFF, 0, 1][below(4)]
            }
            guard ArchiveKind(mutant) != nil else { continue }
            let (report, tar) = try repack(mutant, isFile: round % 2 == 0 || name.hasSuffix("7z"))
            if report == .done && !name.contains(".tar") { #expect(members(tar, isRepacked: true).isWhole) }
        }
    }
}
