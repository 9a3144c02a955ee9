// Digests are those that everybody else computes.

import Testing

@testable import Files

struct FileDigestsTests {
    /// RFC 1321, FIPS 180-4.
    static let known: [(text: String, digests: [FileDigest: String])] = [
        (
            "",
            [
                .md5: "d41d8cd98f00b204e9800998ecf8427e", .sha1: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                .sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ]
        ),
        (
            "abc",
            [
                .md5: "900150983cd24fb0d6963f7d28e17f72", .sha1: "a9993e364706816aba3e25717850c26c9cd0d89d",
                .sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ]
        ),
    ]

    @Test func theStandardsOwnExamplesComeOut() {
        let digests = FileDigests(Set(FileDigest.allCases))
        // Twice: what was digested before must not count.
        for (text, expected) in Self.known + Self.known {
            for byte in text.utf8 { [byte].withUnsafeBytes { digests.update($0) } }
            #expect(digests.finish() == expected)
        }
    }

    @Test func onlyWhatWasAskedForIsTold() {
        let digests = FileDigests([.sha1])
        #expect(digests.finish() == [.sha1: "da39a3ee5e6b4b0d3255bfef95601890afd80709"])
    }
}
