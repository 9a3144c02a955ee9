// Shows that tar streams of every dialect are read, member by member, and that no stream can do more than end.

import Foundation
import Testing

@testable import Files

@Suite struct TarReaderTests {
    /// What GNU tar writes, in its three formats, with a long name, a directory, links and an empty file.
    @Test(arguments: ["gnu", "ustar", "pax"])
    func whatTarWritesIsRead(_ format: String) throws {
        let box = Sandbox()
        let folder = String(repeating: "f", count: 60)
        let long = "\(folder)/\(String(repeating: "n", count: 90)).jpg"
        box.write("d/a.jpg", "first")
        box.write("d/\(long)", String(repeating: "\u{7}", count: 1300))
        box.write("d/empty", "")
        symlink("a.jpg", box.path + "/d/link")
        link(box.path + "/d/a.jpg", box.path + "/d/twin")
        mkfifo(box.path + "/d/pipe", 0o600)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/tar")
        process.arguments = [
            "--format", format, "--sort=name", "--mtime=@1700000000.25", "-C", box.path, "-cf", box.path + "/a.tar",
            "d",
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let members = try all([UInt8](Data(contentsOf: URL(fileURLWithPath: box.path + "/a.tar"))))
        func of(_ kind: TarMember.Kind) -> [String] {
            members.filter { $0.0.kind == kind }.map(\.0.name.lossy).sorted()
        }
        // Of two names of one file, the second met is a link.
        #expect(of(.file) == ["d/a.jpg", "d/empty", "d/\(long)"])
        #expect(of(.directory) == ["d/", "d/\(folder)/"])
        #expect(of(.other) == ["d/link", "d/pipe", "d/twin"])
        let contents = Dictionary(uniqueKeysWithValues: members.map { ($0.0.name.lossy, $0.1) })
        #expect(contents["d/a.jpg"] == Array("first".utf8) && contents["d/empty"] == [])
        #expect(contents["d/\(long)"] == [UInt8](repeating: 7, count: 1300))
        #expect(members.map(\.0.index) == Array(0..<members.count))
        let expected =
            format == "pax"
            ? Timestamp(seconds: 1_700_000_000, nanoseconds: 250_000_000) : Timestamp(seconds: 1_700_000_000)
        #expect(members.allSatisfy { $0.0.modified == expected || $0.0.kind != .file })
    }

    @Test func namesAreNamesAndNoPlaces() throws {
        let names = ["/etc/passwd", "../../up.jpg", "a//b.jpg", "line\nbreak.jpg", "twice.jpg", "twice.jpg"]
        let archive = names.flatMap { header($0, size: 3) + padded(Array("abc".utf8)) } + end
        #expect(try all(archive).map(\.0.name.lossy) == names)
    }

    /// Bytes that were not read are skipped; the offset is that of the member's own header.
    @Test func aMemberNeedNotBeRead() throws {
        let archive =
            header("a", size: 1000) + padded([UInt8](repeating: 1, count: 1000)) + header("b", size: 2)
            + padded([8, 9]) + end
        var reader = reader(archive)
        #expect(try reader.next()?.name.lossy == "a")
        #expect(try reader.read(10).count == 10 && reader.unread == 990)
        let second = try #require(try reader.next())
        #expect(second.offset == 512 + 1024 && second.index == 1)
        #expect(try reader.read(100) == [8, 9])
        #expect(try reader.next() == nil)
    }

    @Test func sizesInBase256AndFromPaxAreHeeded() throws {
        var large = header("large", size: 0)
        large[124..<136] = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1]
        restate(&large)
        let pax = record("size", "3") + record("path", "from/pax.jpg") + record("mtime", "12.5")
        let described =
            header("x", size: pax.count, type: "x") + padded(pax) + header("short", size: 0) + padded([1, 2, 3])
        let members = try all(large + padded([UInt8](repeating: 5, count: 513)) + described + end)
        #expect(members.map(\.0.size) == [513, 3] && members[1].1 == [1, 2, 3])
        #expect(members[1].0.name.lossy == "from/pax.jpg")
        #expect(members[1].0.modified == Timestamp(seconds: 12, nanoseconds: 500_000_000))
    }

    @Test func whereverAStreamEndsBeforeItsEndItIsTruncated() throws {
        let archive = header("a", size: 5) + padded(Array("12345".utf8)) + end
        for length in 0..<archive.count - 1024 {
            #expect(throws: FileError.truncatedArchive(offset: length)) { try all(Array(archive[..<length])) }
        }
        // One block of zeros, or part of the second, is taken for the mark.
        for length in [archive.count - 512, archive.count - 100, archive.count] {
            #expect(try all(Array(archive[..<length])).count == 1)
        }
    }

    @Test func archivesBehindEachOtherAreReadAsOne() throws {
        let first = header("a", size: 5) + padded(Array("12345".utf8))
        let second = header("b", size: 0)
        for mark in [end, Array(end.prefix(512)), end + end + end] {
            #expect(try all(first + mark + second + end).map(\.0.name.lossy) == ["a", "b"])
        }
        #expect(throws: FileError.corruptArchive(offset: 2048, reason: "something behind the mark of the end")) {
            try all(first + end + Array("hidden".utf8))
        }
        #expect(throws: FileError.corruptArchive(offset: 2048, reason: "something behind the mark of the end")) {
            try all(first + end + [UInt8](repeating: 65, count: 512))
        }
    }

    @Test func noHeaderHidesAMember() throws {
        let sparse = record("GNU.sparse.x", "1")
        let path = record("path", "a\0/etc/passwd")
        let archive =
            header("g", size: sparse.count, type: "g") + padded(sparse) + header("x", size: path.count, type: "x")
            + padded(path) + header("b", size: 3) + padded([1, 2, 3]) + end
        let members = try all(archive)
        #expect(members.map(\.0.name.lossy) == ["a"])
        #expect(members.map(\.0.kind) == [.file] && members.map(\.1) == [[1, 2, 3]])
    }

    /// A size of what has no bytes is passed over by some programs and heeded by others, which find other members behind it.
    @Test func aSizeOfWhatHasNoBytesIsTold() throws {
        let hidden = header("hidden", size: 3) + padded([1, 2, 3])
        for type in "23456" {
            let (members, error) = untilEnd(header("a/", size: hidden.count, type: type) + hidden + end)
            #expect(members.map(\.name.lossy) == ["a/", "hidden"])
            #expect(error == .corruptArchive(offset: 0, reason: TarHeader.bytesOfNone), "\(type)")
        }
        // To some a file, to others a directory before a member.
        for type in "07\0" {
            let (members, error) = untilEnd(header("a/", size: hidden.count, type: type) + hidden + end)
            #expect(members.map(\.name.lossy) == ["a/"] && members.map(\.kind) == [.file])
            #expect(error == .corruptArchive(offset: 0, reason: TarHeader.bytesOfNone), "\(type)")
        }
        // Of a hard link it may be the file's; of a directory it is none.
        let usual = header("a", size: 1000, type: "1") + header("d/", size: 0, type: "5") + header("e/", size: 0) + end
        #expect(untilEnd(usual).error == nil)
    }

    /// Lists of directories, long names of old and labels are files to some programs.
    @Test func bytesOfEveryOtherKindAreLookedAt() throws {
        for type in "DNVAZ" {
            var reader = reader(header("a", size: 3, type: type) + padded([1, 2, 3]) + end)
            #expect(try reader.next()?.kind == .file)
            #expect(try reader.read(.max) == [1, 2, 3], "\(type)")
        }
    }

    @Test func whatIsNotThereInOnePieceIsToldFromWhatIsNoFile() throws {
        let sparse = record("GNU.sparse.major", "1")
        let archive =
            header("s", size: 0, type: "S") + header("m", size: 0, type: "M")
            + header("x", size: sparse.count, type: "x")
            + padded(sparse) + header("p", size: 0) + header("v", size: 0, type: "V") + header("?", size: 0, type: "Z")
        let scattered = TarMember.scattered
        #expect(try all(archive + end).map(\.0.kind) == [scattered, scattered, scattered, .file, .file])
    }

    @Test func whatNoProgramWritesIsRefused() throws {
        func refusal(_ archive: [UInt8]) -> String? {
            do { _ = try all(archive) } catch FileError.corruptArchive(_, let reason) { return reason } catch {
                return "\(error)"
            }
            return nil
        }
        var damaged = header("a", size: 5)
        damaged[3] ^= 1
        #expect(refusal(damaged + padded([]) + end) == "a wrong checksum")
        var negative = header("a", size: 0)
        negative[124..<136] = [0xFF, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0]
        restate(&negative)
        #expect(refusal(negative + end) != nil)
        negative[124..<136] = Array("9".utf8)[...] + [UInt8](repeating: 0, count: 11)
        restate(&negative)
        #expect(refusal(negative + end) == "a number that is not octal")
        let endless = header("x", size: 3 << 20, type: "x")
        #expect(refusal(endless + end) == "\(3 << 20) bytes of what only describes a member")
        for text in ["999 a=b\n", "0 a=b\n", "6 a=b\r", "x a=b\n", "5 ab\n"] {
            let bytes = Array(text.utf8)
            #expect(
                refusal(header("x", size: bytes.count, type: "x") + padded(bytes) + header("a", size: 0) + end) != nil,
                "\(text)")
        }
        #expect(refusal(Array("no archive at all".utf8) + [UInt8](repeating: 65, count: 600)) != nil)
    }

    /// A header may claim anything; what is taken is what comes.
    @Test func aSizeThatNeverComesTakesNoMemory() throws {
        var bomb = header("bomb", size: 0)
        bomb[124..<136] = [0x80, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0]
        restate(&bomb)
        var reader = reader(bomb + [1, 2, 3])
        let member = try #require(try reader.next())
        #expect(member.size == 1 << 52)
        #expect(throws: FileError.truncatedArchive(offset: 515)) { try reader.read(.max) }
    }

    @Test func randomBytesAndMutationsNeverDoMoreThanEnd() throws {
        let pax = record("path", "p.jpg")
        let archive =
            header("x", size: pax.count, type: "x") + padded(pax) + header("a", size: 600)
            + padded([UInt8](repeating: 3, count: 600)) + end
        var state: UInt64 = 9
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<3000 {
            var mutant = archive
            for _ in 0...next(3) { mutant[next(1200)] = UInt8(next(256)) }
            restate(&mutant)
            let read = (try? all(mutant))?.reduce(0) { $0 + $1.1.count } ?? 0
            #expect(read <= archive.count)
        }
    }

    @Test func whatIsWrittenIsReadBackAndOnlyWhereItIsExpected() throws {
        let name = PathBytes(Array("../ü\n".utf8) + [0xFF] + [UInt8](repeating: 97, count: 300))
        func member(_ kind: TarMember.Kind, _ size: Int) -> TarMember {
            TarMember(
                name: name, kind: kind, size: size, modified: Timestamp(seconds: 12, nanoseconds: 50), index: 0,
                offset: 0)
        }
        let refused: [TarMember.Kind] = [
            .refused(.corruptMember("bad sum")), .refused(.unsupportedMember("encrypted")),
        ]
        var archive = TarWriter.header(member(.file, 700), sent: 700) + [UInt8](repeating: 9, count: 700)
        archive += TarWriter.padding(700) + TarWriter.header(member(.file, 1 << 50), sent: 3) + [1, 2, 3]
        archive += TarWriter.padding(3)
        for kind in refused + [.directory, .other] { archive += TarWriter.header(member(kind, 0), sent: 0) }
        archive += TarWriter.end
        let found = try all(archive, isRepacked: true)
        #expect(found.map(\.0.kind) == [.file, .file] + refused + [.directory, .other])
        #expect(found.allSatisfy { $0.0.name == name && $0.0.modified == Timestamp(seconds: 12, nanoseconds: 50) })
        #expect(found.map(\.0.size) == [700, 1 << 50, 0, 0, 0, 0] && found.map(\.1.count) == [700, 3, 0, 0, 0, 0])
        // In an archive from elsewhere the same words mean nothing.
        let others = try all(archive)
        #expect(others.map(\.0.kind) == [.file, .file, .file, .file, .directory, .other])
        #expect(others.map(\.0.size) == [700, 3, 0, 0, 0, 0])
    }

    @Test(arguments: [nil, Timestamp(seconds: -1)] as [Timestamp?])
    func aTimeThatIsNotWrittenIsNone(_ time: Timestamp?) throws {
        let member = TarMember(name: PathBytes([97]), kind: .file, size: 0, modified: time)
        #expect(try all(TarWriter.header(member, sent: 0) + TarWriter.end, isRepacked: true).map(\.0.modified) == [nil])
    }

    // MARK: archives made by hand
}
