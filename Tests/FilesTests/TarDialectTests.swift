// Shows that where programs differ over what a tar's headers say, no member is hidden by it and none takes memory.

import Testing

@testable import Files

extension TarReaderTests {
    /// A pax header of the given type: of the next member, of all, or Solaris's.
    func pax(_ fields: [(String, String)], type: Character = "x") -> [UInt8] {
        let bytes = fields.flatMap { record($0.0, $0.1) }
        return header("pax", size: bytes.count, type: type) + padded(bytes)
    }

    @Test func whatNothingIsDoneWithIsNotKept() throws {
        let used = record("size", "7") + record("path", "a") + record("mtime", "1.5") + record("GNU.sparse.name", "b")
        var fields = PaxFields()
        try fields.take(used, at: 0)
        #expect(fields.size?.value == 7 && fields.path == Array("a".utf8) && fields.name == fields.path)
        #expect(fields.modified?.value == Timestamp(seconds: 1, nanoseconds: 500_000_000))
        #expect(fields.sparseName == Array("b".utf8) && fields.isSparse)
        let before = fields
        for number in 0..<1000 {
            try fields.take(record("k\(number)", "vvvvvvvvv") + record("SCHILY.k\(number)", "v"), at: 0)
        }
        #expect(fields == before)
    }

    @Test func aFieldOfTheMemberGoesBeforeThatOfAll() throws {
        var (local, global) = (PaxFields(), PaxFields())
        try local.take(record("path", "own"), at: 0)
        try global.take(record("path", "all") + record("mtime", "2") + record("GNU.sparse.name", "s"), at: 0)
        let fields = local.completed(by: global)
        #expect(fields.path == Array("own".utf8) && fields.name == fields.path)
        #expect(fields.modified?.value == Timestamp(seconds: 2))
        let other = PaxFields().completed(by: global)
        #expect(other.path == Array("all".utf8) && other.name == other.path)
        #expect(fields.sparseName == nil && !fields.isSparse)
    }

    /// GNU tar, libarchive and 7-Zip heed the second alone, Python both.
    @Test func aSecondPaxHeaderOfAMemberReplacesTheFirstAndIsTold() {
        let hidden = header("hidden", size: 3) + padded([1, 2, 3])
        let size = [("size", "\(512 + hidden.count)")]
        let content = padded(Array("12345".utf8)) + hidden
        for (first, second) in [("x", "x"), ("x", "X"), ("X", "x")] as [(Character, Character)] {
            let headers = pax(size, type: first) + pax([("path", "b")], type: second)
            let (members, error) = untilEnd(headers + header("a", size: 5) + content + end)
            #expect(members.map(\.name.lossy) == ["b", "hidden"] && members.map(\.size) == [5, 3])
            #expect(error == .corruptArchive(offset: headers.count, reason: TarHeader.twoHeaders))
        }
        // What says nothing of the member contradicts nothing, nor does a header for all in between.
        let harmless = pax([("comment", "c")]) + pax(size) + pax([("comment", "c")], type: "g")
        let (members, error) = untilEnd(harmless + header("a", size: 0) + content + end)
        #expect(members.map(\.size) == [512 + hidden.count] && error == nil)
    }

    @Test func solarisHeadersDescribeAMember() throws {
        let fields = [("size", "3"), ("path", "a/long/name")]
        let archive = pax(fields, type: "X") + header("short", size: 0) + padded([1, 2, 3]) + end
        let members = try all(archive)
        #expect(members.map(\.0.name.lossy) == ["a/long/name"] && members.map(\.0.index) == [0])
        #expect(members.map(\.0.kind) == [.file] && members.map(\.1) == [[1, 2, 3]])
    }

    /// Of one member only, and in the header too or not at all, a size of pax is the same to every program that knows any.
    @Test func aPaxSizeThatIsNotTheHeadersIsTold() {
        let hidden = header("hidden", size: 3) + padded([1, 2, 3])
        let whole = [("size", "\(hidden.count)")]
        let none = [("size", "0")]
        for type in "xX" {
            let (described, emptied) = (pax(whole, type: type), pax(none, type: type))
            let more = untilEnd(described + header("a", size: 3) + hidden + end)
            #expect(more.members.map(\.name.lossy) == ["a"])
            #expect(more.error == .corruptArchive(offset: described.count, reason: TarHeader.twoSizes))
            let less = untilEnd(emptied + header("a", size: hidden.count) + hidden + end)
            #expect(less.members.map(\.name.lossy) == ["a", "hidden"])
            #expect(less.error == .corruptArchive(offset: emptied.count, reason: TarHeader.twoSizes))
            for stated in [0, hidden.count] {
                let same = untilEnd(described + header("a", size: stated) + hidden + end)
                #expect(same.members.map(\.name.lossy) == ["a"] && same.error == nil)
            }
        }
        // One for all members, as GNU tar and Python have it.
        for stated in [0, 3] {
            let (members, error) = untilEnd(
                pax(whole, type: "g") + header("a", size: stated) + hidden + header("b", size: hidden.count) + hidden
                    + end)
            #expect(members.map(\.name.lossy) == ["a", "b"])
            #expect(error == .corruptArchive(offset: 1024, reason: TarHeader.twoSizes))
        }
        let own = pax(none, type: "g") + pax(whole) + header("a", size: hidden.count) + hidden + end
        #expect(untilEnd(own).members.map(\.size) == [hidden.count] && untilEnd(own).error == nil)
    }

    /// What a header has no room for is in the pax field alone, whatever the header has.
    @Test func aPaxSizeThatNoHeaderHasRoomForIsNoContradiction() throws {
        for (size, told) in [(1 << 33, nil), (1 << 33 - 1, TarHeader.twoSizes)] as [(Int, String?)] {
            let block = TarHeader(header("a", size: 5), at: 0)
            var description = TarHeader.Description()
            try description.replaceLocal(with: record("size", "\(size)"), at: 0)
            let found = try block.member(description, global: PaxFields(), hasPax: true)
            #expect(found.member.size == size)
            #expect(found.told == told)
        }
    }

    /// POSIX.1-2001 lets hard links have bytes, and their size is then a pax field.
    @Test func bytesOfAHardLinkAreLookedAtAndTold() throws {
        let bytes = padded([1, 2, 3])
        let archive = header("f", size: 0) + pax([("size", "3")]) + header("a", size: 3, type: "1") + bytes
        let behind = header("b", size: 2) + padded([8, 9])
        let (members, error) = untilEnd(archive + behind + end)
        #expect(members.map(\.name.lossy) == ["f", "a", "b"] && members.map(\.kind) == [.file, .file, .file])
        #expect(members.map(\.size) == [0, 3, 2])
        #expect(error == .corruptArchive(offset: 1536, reason: TarHeader.bytesOfLink))
        var reader = reader(archive + end)
        _ = try reader.next()
        _ = try reader.next()
        #expect(try reader.read(.max) == [1, 2, 3])
    }

    /// Where a pax header has been seen, libarchive takes the size of a hard link for that of bytes behind it.
    @Test func aSizeOfAHardLinkIsToldInPaxArchives() {
        let hidden = header("hidden", size: 3) + padded([1, 2, 3])
        let link = header("a", size: hidden.count, type: "1")
        for type in "xXg" {
            let described = pax([("comment", "c")], type: type)
            for before in [described, described + header("f", size: 0), described + end] {
                let (members, error) = untilEnd(before + link + hidden + end)
                #expect(members.suffix(2).map(\.name.lossy) == ["a", "hidden"])
                #expect(members.suffix(2).map(\.kind) == [.other, .file])
                #expect(error == .corruptArchive(offset: before.count, reason: TarHeader.bytesOfNone), "\(type)")
            }
            #expect(untilEnd(described + header("a", size: 0, type: "1") + hidden + end).error == nil)
        }
        #expect(untilEnd(link + hidden + end).error == nil)
    }

    /// GNU tar passes over one zero byte and heeds what stands behind it; others read 0.
    @Test func aSizeBehindAZeroByteIsRefused() {
        let hidden = header("hidden", size: 3) + padded([1, 2, 3])
        for text in ["\u{0}00000002000", "\u{0}  2000\u{0}", "\u{0}\t2000"] {
            var block = header("a", size: 0)
            block.replaceSubrange(124..<136, with: (Array(text.utf8) + [UInt8](repeating: 0, count: 12)).prefix(12))
            restate(&block)
            let (members, error) = untilEnd(header("f", size: 0) + block + hidden + end)
            #expect(members.map(\.name.lossy) == ["f"])
            #expect(error == .corruptArchive(offset: 512, reason: "a number behind a zero byte"))
        }
        // Where there is none, and behind two zero bytes, all read 0.
        for text in ["", "\u{0}\u{0}000002000", " \u{0}2000"] {
            var block = header("a", size: 0)
            block.replaceSubrange(124..<136, with: (Array(text.utf8) + [UInt8](repeating: 0, count: 12)).prefix(12))
            restate(&block)
            let (members, error) = untilEnd(block + hidden + end)
            #expect(members.map(\.name.lossy) == ["a", "hidden"] && error == nil)
        }
    }

    /// Only headers of GNU's own format have such maps; Python and 7-Zip take the same byte for that elsewhere too.
    @Test func aMapOfHolesFollowsOnlyGNUsHeaders() {
        let hidden = header("hidden", size: 3) + padded([1, 2, 3])
        for (magic, names) in [
            ("ustar  \0", ["s", "hidden"]), ("ustar\u{0}00", ["s", "map", "hidden"]),
            (String(repeating: "\0", count: 8), ["s", "map", "hidden"]),
        ] {
            var sparse = header("s", size: 0, type: "S")
            sparse.replaceSubrange(257..<265, with: magic.utf8)
            sparse[482] = 1
            restate(&sparse)
            let (members, error) = untilEnd(sparse + header("map", size: 0) + hidden + end)
            #expect(members.map(\.name.lossy) == names, "\(magic)")
            #expect(members.first?.kind == TarMember.scattered)
            let told = FileError.corruptArchive(offset: 0, reason: TarHeader.foreignMap)
            let expected: FileError? = names.count == 2 ? nil : told
            #expect(error == expected)
        }
    }
}
