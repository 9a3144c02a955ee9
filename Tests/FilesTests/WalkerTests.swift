// The walk finds every file once, and nothing in a directory can stop or trap it.

import Files
import Foundation
import Testing

struct WalkerTests {
    let box = Sandbox()

    @Test func findsHiddenAndNestedFiles() {
        for name in ["a.jpg", ".hidden/.b.jpg", "c/d/e.jpg"] { box.write(name) }
        #expect(Set(box.walk()) == ["a.jpg", ".hidden/.b.jpg", "c/d/e.jpg"])
    }

    @Test func sortsByTheBytesOfWholePaths() {
        for name in ["a/b", "a.jpg", "a-b", "b", "A", "a/a/z", "é"] { box.write(name) }
        #expect(box.walk { $0.sorted = true } == ["A", "a-b", "a.jpg", "a/a/z", "a/b", "b", "é"])
    }

    @Test func followsLinksOnlyWhenAsked() {
        box.write("real/x.jpg")
        box.link("file.jpg", to: "real/x.jpg")
        box.link("folder", to: "real")
        #expect(box.walk { $0.sorted = true } == ["real/x.jpg"])
        let followed = box.walk {
            $0.sorted = true
            $0.followsLinks = true
        }
        #expect(followed == ["file.jpg", "folder/x.jpg", "real/x.jpg"])
    }

    @Test func sortsLinksToDirectoriesAsDirectories() {
        for name in ["real/x.png", "w/a-b.png", "w/a.png"] { box.write(name) }
        box.link("w/a", to: "../real")
        // What leads nowhere has nothing behind its name.
        box.link("w/a.", to: "missing")
        let followed = box.walk {
            $0.sorted = true
            $0.followsLinks = true
        }
        #expect(followed == ["real/x.png", "w/a-b.png", "not-found w/a.", "w/a.png", "w/a/x.png"])
        #expect(box.walk { $0.sorted = true } == ["real/x.png", "w/a-b.png", "w/a.png"])
    }

    @Test func leavesLoopsOfLinksAndReportsBrokenOnes() {
        box.write("a/x.jpg")
        box.link("a/up", to: "..")
        box.link("a/self", to: ".")
        box.link("round", to: "round")
        box.link("nowhere", to: "missing")
        let found = Set(box.walk { $0.followsLinks = true })
        #expect(found == ["a/x.jpg", "unreadable round", "not-found nowhere"])
    }

    @Test func anOperandMayBeALink() {
        box.write("real/x.jpg")
        box.link("alias", to: "real")
        var paths: [String] = []
        Walker().walk(PathBytes(box.path + "/alias/")) {
            if case .file(let file) = $0 { paths.append(file.path.lossy) }
            return true
        }
        #expect(paths == [box.path + "/alias/x.jpg"])
    }

    @Test func limitsDepth() {
        for name in ["1", "a/2", "a/b/3"] { box.write(name) }
        #expect(box.walk { $0.maxDepth = 0 } == [])
        #expect(box.walk { $0.maxDepth = 1 } == ["1"])
        #expect(Set(box.walk { $0.maxDepth = 2 }) == ["1", "a/2"])
    }

    @Test func reportsSpecialFilesWithoutOpeningThem() {
        mkfifo(box.path + "/pipe", 0o600)
        box.write("x")
        #expect(box.walk { $0.sorted = true } == ["special pipe", "x"])
    }

    @Test func keepsNamesThatAreNoText() {
        let name = box.path + "/"
        let bytes = Array(name.utf8) + [0xff, 0xfe, 0x2e, 0x6a]
        let descriptor = (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer {
            open($0.baseAddress!, O_CREAT | O_WRONLY, 0o600)
        }
        close(descriptor)
        var found: [PathBytes] = []
        Walker().walk(PathBytes(box.path)) {
            if case .file(let file) = $0 { found.append(file.path) }
            return true
        }
        #expect(found == [PathBytes(bytes)])
        #expect(found.first?.isText == false)
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func reportsAnUnreadableDirectoryAndGoesOn() {
        box.write("a/x")
        box.write("b/y")
        chmod(box.path + "/a", 0)
        defer { chmod(box.path + "/a", 0o700) }
        #expect(box.walk { $0.sorted = true } == ["unreadable a", "b/y"])
    }

    @Test func aMissingOperandIsReported() {
        var codes: [String] = []
        Walker().walk(PathBytes(box.path + "/none")) {
            if case .failure(_, let error) = $0 { codes.append(error.code) }
            return true
        }
        #expect(codes == ["not-found"])
    }

    @Test func stopsWhenToldTo() {
        for index in 0..<10 { box.write("f\(index)") }
        var count = 0
        Walker().walk(PathBytes(box.path)) { _ in
            count += 1
            return count < 3
        }
        #expect(count == 3)
    }

    @Test func descendsDeeperThanAPathMayBeLong() throws {
        let name = String(repeating: "d", count: 200)
        let home = open(box.path, O_RDONLY | O_DIRECTORY)
        var descriptor = dup(home)
        for _ in 0..<30 {
            mkdirat(descriptor, name, 0o700)
            let next = openat(descriptor, name, O_RDONLY | O_DIRECTORY)
            close(descriptor)
            descriptor = next
        }
        close(openat(descriptor, "deep", O_CREAT | O_WRONLY, 0o600))
        close(descriptor)
        close(home)
        var opened = 0
        Walker().walk(PathBytes(box.path)) {
            if case .file(let file) = $0, file.path.bytes.count > 6000, (try? file.open()) != nil { opened += 1 }
            return true
        }
        #expect(opened == 1)
    }

    @Test func excludesPruneAndIncludesSelect() {
        for name in ["a.jpg", "a.png", "cache/b.jpg", "keep/cache.jpg", "x/y/z.jpg"] { box.write(name) }
        func walk(_ includes: [String], _ excludes: [String]) -> Set<String> {
            Set(
                box.walk {
                    $0.filter = try! PathFilter(
                        includes: includes.map { PathBytes($0) }, excludes: excludes.map { PathBytes($0) })
                })
        }
        #expect(walk(["*.jpg"], ["cache/"]) == ["a.jpg", "keep/cache.jpg", "x/y/z.jpg"])
        #expect(walk([], ["cache*", "x/y"]) == ["a.jpg", "a.png"])
        #expect(walk(["!*.jpg"], []) == ["a.png"])
        #expect(walk(["x/"], []) == ["x/y/z.jpg"])
    }
}
