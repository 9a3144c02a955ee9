// What counts as labelled data, what is refused, and that a listing does not depend on where or how it is written.

import Foundation
import Testing

@testable import Training

@Suite struct DatasetTests {
    // MARK: - Folders

    @Test func folderLabelsByTheNearestDirectoryAndNamesTheSourceBelowIt() throws {
        let folder = try TemporaryFolder()
        for name in [
            "real/1.jpg", "a/b/real/phones/deep/2.jpg", "fake/gan/3.png", "x/fake/real/cam/4.jpg",
            "train/Fake/sd/5.jpg",
        ] { try folder.write(name) }
        let dataset = try Dataset.load(folder.path)
        let found = dataset.samples.map { sample in
            "\(sample.path.dropFirst(folder.path.count + 1)) \(sample.isFake) \(sample.source) \(sample.generator) \(sample.split ?? "-")"
        }
        #expect(
            found == [
                "a/b/real/phones/deep/2.jpg false phones  a", "fake/gan/3.png true gan gan -", "real/1.jpg false   -",
                "train/Fake/sd/5.jpg true sd sd train", "x/fake/real/cam/4.jpg false cam  x",
            ])
        #expect(dataset.counts == (real: 3, fake: 2))
        #expect(dataset.splits == ["a", "train", "x"])
    }

    @Test func folderSkipsHiddenNamesAndLinksAndCountsWhatHasNoLabel() throws {
        let folder = try TemporaryFolder()
        for name in ["real/1.jpg", "real/.hidden.jpg", "fake/.git/2.jpg", "README.md", "other/3.jpg"] {
            try folder.write(name)
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/real/link.jpg", withDestinationPath: folder.path + "/other/3.jpg")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/linked", withDestinationPath: folder.path + "/real")
        let dataset = try Dataset.load(folder.path + "/")
        #expect(dataset.samples.map(\.path) == [folder.path + "/real/1.jpg"])
        #expect(dataset.unlabelled == 2)
    }

    @Test func folderWithoutLabelsIsRefusedWithBothFormsExplained() throws {
        let folder = try TemporaryFolder()
        try folder.write("cats/1.jpg")
        let error = try #require(throws: DatasetError.self) { try Dataset.load(folder.path) }
        #expect(error.message.contains("real and fake"))
        #expect(error.message.contains("CSV"))
        #expect(error.message.contains("JSON"))
    }

    @Test func missingPathIsRefusedWithTheSystemsReason() {
        #expect(throws: DatasetError.unreadable(path: "/no/such", reason: "no such file or directory")) {
            try Dataset.load("/no/such")
        }
    }

    @Test func specialFileIsRefused() throws {
        let error = try #require(throws: DatasetError.self) { try Dataset.load("/dev/null") }
        #expect(error.message.contains("neither a directory nor a regular file"))
    }

    // MARK: - Manifests

    @Test func csvManifestIsReadWithQuotingAndAnyOrderOfColumns() throws {
        let folder = try TemporaryFolder()
        let text =
            "\u{FEFF}label,extra,path,split,group,generator,source\r\n"
            + "FAKE,\"a, \"\"b\"\"\",\"p,1.jpg\",train,g1,sdxl,web\r\n" + "\r\n"
            + "real,\"two\r\nlines\",/abs/q.jpg,,,,\r\n" + "real,,z.jpg,test,,camera,\"\""
        let dataset = try Dataset.load(try folder.write("m.csv", text))
        #expect(
            dataset.samples == [
                Sample(path: "/abs/q.jpg", isFake: false),
                Sample(
                    path: folder.path + "/p,1.jpg", isFake: true, source: "web", generator: "sdxl", group: "g1",
                    split: "train"),
                Sample(path: folder.path + "/z.jpg", isFake: false, generator: "camera", split: "test"),
            ])
    }

    @Test func jsonLinesManifestEqualsTheCsvOne() throws {
        let folder = try TemporaryFolder()
        let json = """
            {"path":"b.jpg","label":"real","source":"s","note":5}

            {"label":"fake","path":"a.jpg","generator":"g","group":"1","split":null}
            """
        let csv = "path,label,source,generator,group\na.jpg,fake,,g,1\nb.jpg,real,s,,\n"
        let first = try Dataset.load(try folder.write("m.jsonl", json))
        let second = try Dataset.load(try folder.write("m.csv", csv))
        #expect(first.samples == second.samples)
        #expect(first.digest == second.digest)
        #expect(first.samples.count == 2)
    }

    @Test(arguments: [
        ("", "empty"), ("path,label\n", "lists no picture"), ("a.jpg,real\n", "does not name the columns"),
        ("path,label\na.jpg,genuine\n", ":2: the label 'genuine' is neither real nor fake"),
        ("path,label\na.jpg,\n", ":2: the label is missing"), ("path,label\n,real\n", ":2: the path is missing"),
        ("path,label\na.jpg\n", ":2: 1 fields where the first line names 2"),
        ("path,label\n\"a.jpg,real\n", ":2: a quoted field is not closed"),
        ("path,label\n\"a\"b,real\n", ":2: text follows a quoted field"),
        ("path,label\na\"b,real\n", ":2: a quote inside a field"),
        ("path,label\n\"x\ny\",real\na,real\na,fake\n", ":5: 'a' is listed on line 4 already"),
        ("{\"path\":\"a\",\"label\":\"real\"}\n{\"path\":", ":2: the line is not a JSON object"),
        ("{\"path\":\"a\",\"label\":1}", ":1: the line is not a JSON object"),
        ("{\"path\":\"a\"}", ":1: the label is missing"),
        ("path,label\na.jpg\0x,real\n", ":2: the path has a zero byte"),
        ("path,label,source\na,real,\(String(repeating: "s", count: 256))\n", ":2: the source has more than 255 bytes"),
        ("path,label,path\na,real,b\n", "names the column path twice"),
    ])
    func faultyManifestIsRefusedWithLineAndReason(text: String, reason: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("m", text)
        let error = try #require(throws: DatasetError.self) { try Dataset.load(path) }
        #expect(error.message.contains(reason))
        #expect(error.message.contains("path (relative to the manifest)"))
    }

    /// The file system takes them for two.
    @Test func namesThatAreWrittenDifferentlyAreDifferentFiles() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("m.csv", "path,label\n\u{E9}.jpg,real\ne\u{301}.jpg,fake\n")
        #expect(try Dataset.load(path).samples.count == 2)
    }

    @Test func splitSelectsAndAnUnknownOneIsRefusedWithTheKnownOnes() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "m.csv", "path,label,split\n1,real,train\n2,fake,test1\n3,fake,train\n4,real,\n")
        #expect(try Dataset.load(path).samples.count == 4)
        #expect(try Dataset.load(path, split: "train").samples.map { $0.path.suffix(1) } == ["1", "3"])
        let error = try #require(throws: DatasetError.self) { try Dataset.load(path, split: "test2") }
        #expect(error.message.contains("no picture is in split 'test2'; it has 'test1', 'train'"))
    }

    // MARK: - Digest

    @Test func digestNamesPathsLabelsAndSizesButNotThePlaceOrTheOrder() throws {
        let folder = try TemporaryFolder()
        for place in ["one", "two", "longer", "relabelled"] {
            try folder.write("\(place)/a.jpg", place == "longer" ? "xx" : "x")
            try folder.write("\(place)/b.jpg", "y")
        }
        let digest = { (text: String, place: String) in
            try Dataset.load(try folder.write("\(place)/m.csv", text)).digest
        }
        let base = try digest("path,label\na.jpg,real\nb.jpg,fake\n", "one")
        #expect(try digest("label,path\nfake,b.jpg\nreal,a.jpg\n", "two") == base)
        #expect(try digest("path,label\na.jpg,real\nb.jpg,fake\n", "longer") != base)
        #expect(try digest("path,label\na.jpg,fake\nb.jpg,real\n", "relabelled") != base)
    }

    // MARK: - The project's own collection

    @Test(.enabled(if: sharedManifest != nil, "../shared/data/manifest.csv is not on this machine"))
    func sharedManifestIsReadWithItsThreeSplits() throws {
        let path = try #require(sharedManifest)
        let dataset = try Dataset.load(path)
        #expect(dataset.splits == ["test1", "test2", "train"])
        let test1 = try Dataset.load(path, split: "test1")
        #expect(test1.samples.allSatisfy { $0.split == "test1" && !$0.source.isEmpty })
        #expect(test1.samples.count < dataset.samples.count)
        #expect(try Dataset.load(path, split: "test1").digest == test1.digest)
    }
}

/// The manifest of the collection beside the package, where there is one.
let sharedManifest: String? = {
    let package = (0..<3).reduce(#filePath as NSString) { path, _ in path.deletingLastPathComponent as NSString }
    let path = (package as String) + "/../shared/data/manifest.csv"
    return FileManager.default.fileExists(atPath: path) ? path : nil
}()
