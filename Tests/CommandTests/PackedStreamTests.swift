// Tars, what packs them, and 7z: nothing stands behind an end unseen, what is cut is told from what is damaged, and what is no archive from both.

import Foundation
import Imaging
import Testing

@Suite struct PackedStreamTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/archives")

    private static func fixture(_ name: String) -> [UInt8] {
        [UInt8](FileManager.default.contents(atPath: folder.appendingPathComponent(name).path) ?? Data())
    }

    /// Codes of the pictures of `members.tar`.
    private static let members = ["d/a.png ok", "d/b.png ok", "c.png ok", "last.png ok"]

    /// What a scan of one archive says: of its members, and in the record of its own, if it has one.
    private struct Told: Equatable {
        var members: [String]
        var code: String?
        var message: String?

        /// Everything, and without a word.
        static let all = Told(members: PackedStreamTests.members)
    }

    /// - Parameter line: names the archive `a`.
    private func scan(_ bytes: [UInt8], _ line: String = "--tar a") -> Told {
        let shop = Workshop(verdict: .real)
        shop.write("a", bytes)
        let run = shop.shell("$assay scan -q --model $model --summary s.json \(line)")
        let isComplete = object(shop.read("s.json"))["complete"] as? Bool
        var told = Told(members: [])
        for record in run.records {
            if record["member"] != nil {
                told.members.append("\(record["path"]!) \(record["code"] ?? record["status"]!)")
            } else {
                (told.code, told.message) = (record["code"] as? String, record["message"] as? String)
            }
        }
        #expect(isComplete == (told.code == nil) && run.status == (told.code == nil ? 0 : 2))
        return told
    }

    private func corrupt(at offset: Int, _ reason: String, after members: [String] = members) -> Told {
        Told(
            members: members, code: "corrupt-archive", message: "no member of an archive at byte \(offset): \(reason)")
    }

    // MARK: 7z

    @Test(arguments: ["members.7z", "copied.7z"])
    func whatStandsBehindA7zIsTold(_ name: String) {
        let whole = Self.fixture(name)
        let refusal = corrupt(at: whole.count, "something behind the end of the archive")
        #expect(scan(whole + Array("junk".utf8)) == refusal)
        #expect(scan(whole + whole) == refusal)
        // Farther behind it than what is read at a time.
        let zeros = [UInt8](repeating: 0, count: 200_000)
        #expect(scan(whole + zeros + [1]) == refusal)
        #expect(scan(whole + zeros) == .all && scan(whole) == .all)
        // Where it begins within a file, places count from there.
        let shop = Workshop(verdict: .real)
        shop.write("a", [10] + whole + [7])
        let run = shop.shell("(read -r; $assay scan -q --model $model --tar -) < a")
        #expect(run.records.count == 5 && run.records.last?["message"] as? String == refusal.message)
    }

    @Test(arguments: ["members.7z", "copied.7z", "unknown.7z", "sealed-names.7z"])
    func a7zThatIsCutAnywhereIsTruncated(_ name: String) {
        let whole = Self.fixture(name)
        for length in stride(from: 6, to: whole.count, by: whole.count / 12) + [whole.count - 1] {
            #expect(
                scan(Array(whole[..<length]))
                    == Told(
                        members: [], code: "truncated-archive",
                        message: "the archive ends at byte \(length), before its end is marked"))
        }
    }

    /// Where its beginning is damaged it is not believed, and not called cut.
    @Test func a7zWithoutItsChecksumIsCorrupt() {
        var damaged = Self.fixture("members.7z")
        damaged[13] ^= 0x40
        #expect(scan(damaged).code == "corrupt-archive")
    }

    // MARK: streams

    /// xz-file-format.txt, 2.2; other programs put zeros behind what they pack to fill a tape.
    @Test func paddingOfXZIsAMultipleOfFour() {
        let whole = Self.fixture("members.tar.xz")
        func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
        for count in [4, 8, 70_000] {
            #expect(scan(whole + zeros(count)) == .all)
            #expect(scan(whole + zeros(count) + whole) == Told(members: Self.members + Self.members))
        }
        for count in [1, 3, 70_001] {
            let refusal = corrupt(at: 20480, "\(count) zeros behind xz data, which is no multiple of four")
            #expect(scan(whole + zeros(count)) == refusal && scan(whole + zeros(count) + whole) == refusal)
        }
    }

    /// As `bzip2 < /dev/null` writes it.
    @Test func aBzip2MayBeginWithNothing() {
        let empty: [UInt8] = Array("BZh9".utf8) + [0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0, 0, 0, 0]
        #expect(scan(empty + Self.fixture("members.tar.bz2")) == .all)
        #expect(scan(Self.fixture("members.tar.bz2") + empty) == .all)
        #expect(scan(empty).code == "truncated-archive")
    }

    @Test func lz4OfOldAndOfTodayMayFollowEachOther() {
        let (old, new) = (Self.fixture("legacy.tar.lz4"), Self.fixture("members.tar.lz4"))
        let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]
        let thrice = Self.members + Self.members + Self.members
        #expect(scan(old + new + old) == Told(members: thrice))
        #expect(scan(new + old + skipped + new) == Told(members: thrice))
        for count in [1, 2, 3, 4, 5, 4096] {
            #expect(scan(old + [UInt8](repeating: 0, count: count)) == .all, "\(count)")
        }
        #expect(scan(old + [0, 0, 9]).code == "truncated-archive")
        #expect(scan(old + Array("something".utf8)) == corrupt(at: 20480, "damaged lz4 data, or something behind them"))
        // The size of a block, of which nothing follows.
        #expect(scan(old + [9, 0, 0, 0]).code == "truncated-archive")
        #expect(scan(old + [2, 0x21]).code == "truncated-archive")
        // What a block stands for is no more than eight megabytes: one that says more has no end that is known.
        #expect(scan([2, 0x21, 0x4C, 0x18, 0xFF, 0xFF, 0xFF, 0x7F] + old).code == "corrupt-archive")
    }

    @Test func whatIsPackedIsHeldAgainstItsEnd() {
        for name in ["members.tar.lzma", "members.tar.lz"] {
            let whole = Self.fixture(name)
            let refusal = corrupt(at: 20480, "something behind the end of the packed data")
            #expect(scan(whole + Array("junk".utf8)) == refusal, "\(name)")
            #expect(scan(whole + [UInt8](repeating: 0, count: 512)) == .all, "\(name)")
        }
        let (alone, lzip) = (Self.fixture("members.tar.lzma"), Self.fixture("members.tar.lz"))
        #expect(scan(lzip + lzip) == Told(members: Self.members + Self.members))
        // Nothing of this kind is ever put behind another, and no program reads it there.
        #expect(scan(alone + alone).code == "corrupt-archive")
    }

    /// Sizes of dictionaries that programs write: powers of two, and sums of two that follow each other.
    @Test func lzmaIsKnownByItsHeader() {
        func alone(dictionary: UInt32) -> [UInt8] {
            var bytes = Self.fixture("members.tar.lzma")
            bytes.replaceSubrange(1..<5, with: (0..<4).map { UInt8(truncatingIfNeeded: dictionary >> (8 * $0)) })
            return bytes
        }
        for dictionary: UInt32 in [1 << 16, 1 << 24, 3 << 15, 3 << 22] {
            #expect(scan(alone(dictionary: dictionary)) == .all, "\(dictionary)")
        }
        #expect(scan(alone(dictionary: 1 << 31)).code == "unpacking-failed")
        for dictionary: UInt32 in [0, 5 << 20, 0x6162_6364] {
            #expect(scan(alone(dictionary: dictionary)).code == "not-an-archive", "\(dictionary)")
        }
    }

    @Test func anUnreadPackingIsNamed() {
        // What `compress` makes of nothing, and more.
        let told = scan([0x1F, 0x9D, 0x90] + [UInt8](repeating: 7, count: 600))
        #expect(
            told
                == Told(
                    members: [], code: "unsupported-archive",
                    message: "unsupported archive: compress, which is not read"))
    }

    /// LZMA alone has no mark of its own: a tar that begins as one is a tar.
    @Test func noNameMakesATarAnotherKind() {
        let name: [UInt8] = [0x5D, 0, 0, 0x80, 0] + [UInt8](repeating: 0xFF, count: 8) + [0]
        let tar = Self.header(name, size: Workshop.png.count) + Self.padded(Workshop.png)
        #expect(scan(tar + [UInt8](repeating: 0, count: 1024)) == Told(members: ["] ok"]))
    }

    // MARK: tars

    @Test func tarsBehindEachOtherAreReadAndNothingElseHidesThere() {
        let tar = Self.fixture("members.tar")
        #expect(scan(tar + tar) == Told(members: Self.members + Self.members))
        #expect(scan(tar + [UInt8](repeating: 0, count: 5000)) == .all)
        let refusal = corrupt(at: 20480, "something behind the mark of the end")
        for behind in [Array("junk".utf8), Workshop.png, [UInt8](repeating: 0x41, count: 700)] {
            #expect(scan(tar + behind) == refusal)
            #expect(scan(tar + behind, "--tar - < <(gzip -c a)") == refusal)
        }
        // What is left of a header shows that it was one.
        var damaged = tar
        damaged[3] ^= 1
        #expect(scan(tar + damaged) == corrupt(at: 20480, "a wrong checksum"))
        #expect(scan(damaged) == corrupt(at: 0, "a wrong checksum", after: []))
    }

    /// In every format that GNU tar has for them, of more pieces than fit into a header.
    @Test(arguments: ["gnu", "posix --sparse-version=0.0", "posix --sparse-version=0.1", "posix --sparse-version=1.0"])
    func aFileWithHolesHidesNothingBehindIt(_ format: String) {
        let shop = Workshop(verdict: .real)
        for name in ["a.png", "z.png"] { shop.write(name, Workshop.png) }
        let run = shop.shell(
            """
            for i in $(seq 60); do printf %5000s x; truncate -s $((i * 200000)) /dev/stdout; done > b.bin
            tar -cf a.tar --sparse --format=\(format) a.png b.bin z.png
            $assay scan -q --model $model --summary s.json --tar a.tar
            """)
        #expect(
            run.records.map { "\($0["path"]!) \($0["code"] ?? "ok")" } == [
                "a.png ok", "b.bin unsupported-member", "z.png ok",
            ])
        #expect(object(shop.read("s.json"))["complete"] as? Bool == true && run.status == 2)
    }

    /// A description at the end of one tar, of a member that never comes, says nothing of those in the next.
    @Test func eachTarSpeaksForItself() {
        let fields = Array("14 path=x.png\n".utf8)
        for type in ["x", "g"] {
            var description = Self.header(Array("pax".utf8), size: fields.count, type: type) + Self.padded(fields)
            description += [UInt8](repeating: 0, count: 1024)
            let picture = Self.header(Array("a.png".utf8), size: Workshop.png.count) + Self.padded(Workshop.png)
            let end = [UInt8](repeating: 0, count: 1024)
            #expect(scan(description + picture + end) == Told(members: ["a.png ok"]), "\(type)")
            #expect(scan(Array(description.dropLast(1024)) + picture + end) == Told(members: ["x.png ok"]), "\(type)")
        }
    }

    @Test(arguments: ["bz2", "xz", "zst", "lz4"])
    func aPackedPictureIsNoArchive(_ ending: String) {
        let programs = ["bz2": "bzip2", "xz": "xz", "zst": "zstd", "lz4": "lz4"]
        let refusal = Told(
            members: [], code: "not-an-archive", message: "what \(programs[ending]!) has packed is no tar")
        #expect(scan(Self.fixture("picture.png." + ending)) == refusal)
        #expect(scan(Self.fixture("picture.png." + ending), "--tar - < <(cat a)") == refusal)
    }

    @Test func whatIsNoArchiveIsNotCalledDamaged() {
        let refusal = Told(
            members: [], code: "not-an-archive", message: "neither a tar nor an archive of another kind that is read")
        let text = Array(String(repeating: "a text of many lines\n", count: 100).utf8)
        for bytes in [Workshop.png, Workshop.jpeg, text, Array(text.prefix(300))] { #expect(scan(bytes) == refusal) }
        let packed = Told(members: [], code: "not-an-archive", message: "what gzip has packed is no tar")
        for bytes in [Workshop.png, text] { #expect(scan(bytes, "--tar - < <(gzip -c a)") == packed) }
        // Nothing at all is what is left of a stream that never came.
        #expect(scan([]).code == "truncated-archive")
    }

    /// A larger file than the parts in which it is held.
    @Test func aLargeMemberHasAllItsBytes() {
        let picture = encodeJPEG(Workshop.pixels(300, 300), quality: 90, subsampling: .s420)
        let bytes = picture + [UInt8](repeating: 0x2A, count: 40 << 20)
        let shop = Workshop(verdict: .real)
        shop.write("a.jpg", bytes)
        let tar = Self.header(Array("a.jpg".utf8), size: bytes.count) + Self.padded(bytes)
        shop.write("a.tar", tar + [UInt8](repeating: 0, count: 1024))
        let file = shop.scan("a.jpg").records.first
        #expect(file?["status"] as? String == "ok" && file?["size"] as? Int == bytes.count)
        for line in ["--tar a.tar", "--spectra spectra --tar a.tar", "- < a.jpg"] {
            let record = shop.shell("$assay scan -q --model $model \(line)").records.first
            #expect(record?["status"] as? String == "ok" && record?["size"] as? Int == bytes.count, "\(line)")
            #expect(record?["sha256"] as? String == file?["sha256"] as? String, "\(line)")
            // It was read a second time.
            #expect((record?["spectrum"] != nil) == line.contains("spectra"), "\(line)")
        }
    }

    private static func header(_ name: [UInt8], size: Int, type: String = "0") -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: [UInt8], at place: Int) { header.replaceSubrange(place..<place + bytes.count, with: bytes) }
        put(name, at: 0)
        put(Array("0000644\u{0}0000000\u{0}0000000\u{0}".utf8), at: 100)
        let octal = String(size, radix: 8)
        put(Array((String(repeating: "0", count: 11 - octal.count) + octal + "\u{0}00000000000\u{0}").utf8), at: 124)
        put(Array(("        " + type).utf8), at: 148)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(Array((String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ").utf8), at: 148)
        return header
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }
}
