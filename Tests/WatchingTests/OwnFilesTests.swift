// What the watch writes is its own while it is there, and a number that is used again is not.

import Files
import Foundation
import Testing

@testable import Watching

struct OwnFilesTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/assay-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    private func identity(_ path: String) throws -> FileIdentity {
        try FileState(PathBytes(path), followingLinks: true).identity
    }

    @Test func aPlaceCountsWhileItHoldsWhatItHeld() throws {
        let (place, other) = (folder + "/place", folder + "/other")
        try Data("a".utf8).write(to: URL(fileURLWithPath: place))
        let first = try identity(place)
        let own = OwnFiles()
        own.insert(PathBytes(place))
        own.insert(PathBytes(folder + "/missing"))
        #expect(own.contains(first))
        // The inode lives on as another file, as one that is used again would.
        try FileManager.default.moveItem(atPath: place, toPath: other)
        #expect(!own.contains(try identity(other)))
        try FileManager.default.moveItem(atPath: other, toPath: place)
        #expect(own.contains(first))
    }

    @Test func anOpenFileCountsUntilItIsClosed() throws {
        let path = folder + "/open"
        try Data("a".utf8).write(to: URL(fileURLWithPath: path))
        let identity = try identity(path)
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        let own = OwnFiles()
        own.open(descriptor)
        try FileManager.default.moveItem(atPath: path, toPath: folder + "/moved")
        #expect(own.contains(identity))
        own.close(descriptor)
        #expect(!own.contains(identity))
    }
}
