// Opening takes regular files and nothing else, and reading takes one state of a file or none.

import Files
import Foundation
import Testing

struct OpenFileTests {
    let box = Sandbox()

    private func read(_ name: String, limit: Int = 1 << 20, links: Bool = false) -> Result<[UInt8], FileError> {
        let path = PathBytes(box.path + "/" + name)
        do throws(FileError) {
            return .success(try OpenFile.open(path, in: nil, followingLinks: links).readAll(limit: limit))
        } catch { return .failure(error) }
    }

    @Test func readsAWholeFileUpToTheLimit() {
        box.write("a", "hello")
        #expect(read("a") == .success(Array("hello".utf8)))
        #expect(read("a", limit: 5) == .success(Array("hello".utf8)))
        #expect(read("a", limit: 4) == .failure(.tooLarge(size: 5, limit: 4)))
        box.write("empty", "")
        #expect(read("empty") == .success([]))
    }

    @Test func refusesLinksUnlessAskedToFollow() {
        box.write("a", "hello")
        box.link("b", to: "a")
        #expect(read("b") == .failure(.system(ELOOP)))
        #expect(read("b", links: true) == .success(Array("hello".utf8)))
    }

    @Test func refusesFifosDevicesAndDirectoriesWithoutWaiting() {
        mkfifo(box.path + "/pipe", 0o600)
        box.makeDirectory("d")
        box.link("null", to: "/dev/null")
        #expect(read("pipe") == .failure(.notRegular))
        #expect(read("d") == .failure(.notRegular))
        #expect(read("null", links: true) == .failure(.notRegular))
    }

    @Test func aFileWhoseSizeIsNotItsContentHasChanged() {
        // Files of /proc report size 0 and have content, as a file does that grew after it was opened.
        let path = PathBytes("/proc/self/status")
        #expect(throws: FileError.changed) {
            _ = try OpenFile.open(path, in: nil, followingLinks: false).readAll(limit: 1 << 20)
        }
    }

    @Test func reportsWhyInWords() {
        #expect(read("none") == .failure(.system(ENOENT)))
        #expect(FileError.system(ENOENT).message == "no such file or directory")
        #expect(FileError.system(ENOENT).code == "not-found")
        #expect(FileError.system(EACCES).code == "unreadable")
    }
}
