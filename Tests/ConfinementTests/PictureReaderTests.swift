// Pixels that a confined process decoded are the decoder's own, whatever became of the process before.

import Files
import Foundation
import Imaging
import Inspection
import Testing

@testable import Confinement

@Suite struct PictureReaderTests {
    private static let settings: ConfinementSettings = {
        let products = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
        let folder = (products ?? URL(fileURLWithPath: CommandLine.arguments[0])).deletingLastPathComponent()
        var settings = ConfinementSettings.pictures(DecodeLimits(maxPixels: 4_000_000))
        settings.timeout = 20
        settings.executable = folder.appendingPathComponent("assay").path
        return settings
    }()

    private let folder = FileManager.default.temporaryDirectory.path + "/assay-" + UUID().uuidString

    private func write(_ name: String, _ bytes: [UInt8]) throws -> PathBytes {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
        return PathBytes(folder + "/" + name)
    }

    private func noise(_ width: Int, _ height: Int) -> Pixels {
        var state: UInt64 = 3
        let bytes = (0..<(3 * width * height)).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        return Pixels(width: width, height: height, bytes: bytes)
    }

    private func whole(_ width: Int, _ height: Int) -> [Region] { [Region(x: 0, y: 0, width: width, height: height)] }

    @Test func pixelsAndFactsAreTheDecodersOwn() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let reader = PictureReader(Self.settings)
        let files = [
            encodeJPEG(noise(300, 200), quality: 85, subsampling: .s420), encodePNG(noise(2500, 1500)),
            encodePNG(noise(1, 1)), encodeJPEG(noise(40, 900), quality: 50, subsampling: .s444),
        ]
        for (index, bytes) in files.enumerated() {
            let path = try write("\(index)", bytes)
            let expected = try decode(bytes)
            let read = try reader.read(path, regions: whole)
            #expect(read.parts.map(\.pixels) == [expected.pixels] && read.facts == expected.facts)
            #expect(read.fileSize == bytes.count)
            func corners(_ width: Int, _ height: Int) -> [Region] {
                let (w, h) = (min(width, 17), min(height, 9))
                return [
                    Region(x: width - w, y: height - h, width: w, height: h), Region(x: 0, y: 0, width: w, height: h),
                ]
            }
            let parts = try reader.read(path, regions: corners).parts
            for part in parts {
                let (width, height) = (part.pixels.width, part.pixels.height)
                #expect(part.pixels == expected.pixels.cropped(x: part.x, y: part.y, width: width, height: height))
            }
            #expect(parts.count == 2)
        }
    }

    @Test func whatCannotBeReadIsRefusedAndTheNextIsReadAllTheSame() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let reader = PictureReader(Self.settings)
        let png = encodePNG(noise(64, 64))
        let good = try write("good", png)
        func refusal(_ name: String, _ bytes: [UInt8]) throws -> String? {
            let path = try write(name, bytes)
            do throws(ReadError) {
                _ = try reader.read(path, regions: whole)
                return nil
            } catch .refused(let refusal) { return refusal.code } catch { return error.message }
        }
        for (name, bytes, code) in [
            ("torn", Array(png.dropLast(3000)), "truncated"), ("text", Array("no picture".utf8), "not-an-image"),
            ("empty", [], "not-an-image"), ("large", encodePNG(noise(2001, 2000)), "too-many-pixels"),
            ("xcf", Array("gimp xcf file\0".utf8), "unsupported-format"),
            ("converted", [0x89, 0x50, 0x4E, 0x47, 0x0A, 0x1A, 0x0A] + png[8...], "damaged-signature"),
        ] {
            #expect(try refusal(name, bytes) == code, "\(name)")
            #expect(try reader.read(good, regions: whole).parts.map(\.pixels) == [noise(64, 64)])
        }
        // More than the memory for results has room for.
        var small = Self.settings
        small.results = 100 * 64 * 64 * 3 - 1
        let narrow = PictureReader(small)
        let error = #expect(throws: ReadError.self) {
            try narrow.read(good) { width, height in Array(repeating: whole(width, height)[0], count: 100) }
        }
        #expect(error?.message.contains("64×64") == true)
        #expect(throws: ReadError.file(.system(ENOENT))) {
            try reader.read(PathBytes(folder + "/none"), regions: whole)
        }
        #expect(throws: ReadError.file(.notRegular)) { try reader.read(PathBytes("/dev/null"), regions: whole) }
        // Nothing is read of what is larger than any picture, however it begins.
        let huge = try write("huge", encodePNG(noise(8, 8)))
        #expect(truncate("\(folder)/huge", 1 << 40) == 0)
        #expect(throws: ReadError.file(.tooLarge(size: 1 << 40, limit: PictureReader.largestFile))) {
            try reader.read(huge, regions: whole)
        }
    }

    #if DEBUG
        @Test func aPictureThatCrashesItsProcessCostsNoOther() throws {
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let reader = PictureReader(Self.settings)
            let png = encodePNG(noise(30, 20))
            let good = try write("good", png)
            let bad = try write("bad", png + Array("assay-test:crash".utf8))
            for _ in 0..<2 {
                #expect(try reader.read(good, regions: whole).parts.map(\.pixels) == [noise(30, 20)])
                let error = #expect(throws: ReadError.self) { try reader.read(bad, regions: whole) }
                #expect(error?.message == "the decoder was ended by SIGSEGV")
            }
        }
    #endif

    /// The process ends with the thread that started it; the next thread's read starts another.
    @Test func aReaderMayPassFromThreadToThread() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        final class Box: @unchecked Sendable {
            var reader: PictureReader
            var read: [Bool] = []
            init(_ reader: PictureReader) { self.reader = reader }
        }
        let box = Box(PictureReader(Self.settings))
        let path = try write("good", encodePNG(noise(30, 20)))
        let expected = noise(30, 20)
        for _ in 0..<3 {
            let thread = Thread {
                let read = try? box.reader.read(path) { [Region(x: 0, y: 0, width: $0, height: $1)] }
                box.read.append(read?.parts.map(\.pixels) == [expected])
            }
            thread.start()
            while !thread.isFinished { usleep(1000) }
        }
        #expect(box.read == [true, true, true])
    }
}
