// Spectra beside the records of a watch: never a record without the files that it names, and never spectra of spectra.

import Files
import Foundation
import Imaging
import Spectra
import Testing

@Suite(.serialized) struct WatchSpectraTests {
    let shop = Workshop.watched()

    private func put(_ numbers: ClosedRange<Int>) {
        for number in numbers { shop.write("in/\(number).png", Workshop.noise(number, 160, 130)) }
    }

    private func content(_ name: String) -> [UInt8] {
        FileManager.default.contents(atPath: shop.path + "/" + name).map { [UInt8]($0) } ?? []
    }

    /// Records whose spectrum is not there as a whole.
    private func faults() -> [String] {
        shop.records().compactMap { record in
            let name = record["path"] as? String ?? "?"
            guard let sha256 = record["sha256"] as? String,
                let file = (record["spectrum"] as? [String: Any])?["file"] as? String
            else { return "\(name): names no spectrum" }
            guard file.hasSuffix("spectra/\(sha256).npy"), NumPyArray(content(file))?.shape == [128, 128, 4] else {
                return "\(name): \(file)"
            }
            let drawing = content(file.dropLast(4) + ".png")
            return (try? decode(drawing)) == nil ? "\(name): its drawing" : nil
        }
    }

    @Test func theDirectoryOfSpectraMayLieInTheWatchedOne() async {
        try? FileManager.default.createDirectory(atPath: shop.path + "/held", withIntermediateDirectories: true)
        put(1...1)
        let watch = WatchRun(
            shop, "-o", "out", "--spectra", "in/spectra", "--quarantine", "held", "--metrics", "metrics", "--rescan",
            "0.2")
        #expect(await eventually { shop.records().count == 1 })
        put(2...3)
        #expect(await eventually { shop.records().count == 3 })
        try? await Task.sleep(for: .seconds(1))
        #expect(watch.end() == 0)
        #expect(watch.errors == "" && faults() == [] && shop.records().count == 3)
        #expect(shop.read("metrics").contains("assay_watch_not_images_total 0\n"))
        #expect((1...3).allSatisfy { !content("held/\($0).png").isEmpty })
        let spectra = try? FileManager.default.contentsOfDirectory(atPath: shop.path + "/in/spectra")
        #expect(spectra?.count == 9)
    }

    @Test func aRecordIsNeverThereBeforeTheSpectrumThatItNames() async {
        put(1...9)
        for round in 1...3 {
            let watch = WatchRun(shop, "-o", "out", "--spectra", "spectra", "--fsync")
            #expect(await eventually { shop.read("out").split(separator: "\n").count >= 2 * round })
            watch.end(SIGKILL)
            // What a kill tore is mended by the next start.
            #expect(shop.read("out").split(separator: "\n").dropLast().allSatisfy { object(String($0))["path"] != nil })
        }
        let watch = WatchRun(shop, "-o", "out", "--spectra", "spectra")
        put(10...10)
        #expect(await eventually { shop.records().count == 10 })
        #expect(watch.end() == 0)
        #expect(faults() == [] && shop.records().count == 10)
    }

    @Test func whatTakesThePlaceOfTheDirectoryIsNotWrittenTo() async throws {
        put(1...1)
        let watch = WatchRun(shop, "-o", "out", "--spectra", "in/spectra", "--metrics", "metrics")
        #expect(await eventually { shop.records().count == 1 })
        #expect(await eventually { shop.read("metrics").contains("assay_watch_unwritten_spectra_total 0\n") })
        shop.move("in/spectra", "away")
        try FileManager.default.createDirectory(atPath: shop.path + "/in/spectra", withIntermediateDirectories: true)
        put(2...2)
        #expect(await eventually { shop.records().count == 2 })
        #expect(watch.end() == 0)
        #expect(watch.errors == "assay: no spectrum: in/spectra: no more the directory that it was\n")
        #expect(shop.records()[1]["spectrum"] == nil)
        #expect(shop.read("metrics").contains("assay_watch_unwritten_spectra_total 1\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: shop.path + "/in/spectra") == [])
    }

    @Test func directoriesThatMustNotBeTheSameAreRefused() {
        try? FileManager.default.createDirectory(atPath: shop.path + "/held", withIntermediateDirectories: true)
        for options in [
            ["--spectra", "in"], ["--quarantine", "in"], ["--spectra", "held", "--quarantine", "held/../held"],
        ] {
            let run = shop.run(["watch", "in", "-o", "out"] + options)
            #expect(run.status == 64 && run.errors.contains("a directory of its own"))
        }
    }
}
