// What happens to an upload directory in a test of load.

import Foundation

/// Things that happen to an upload directory, the same for the same seed.
final class Load {
    private let root: String
    private var state: UInt64
    private var number = 0
    private var directories: [String]
    private var slow: [(descriptor: Int32, rest: [UInt8])] = []

    init(_ root: String, seed: UInt64) {
        self.root = root
        state = seed
        directories = ["in"]
    }

    private func random(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    private func write(_ name: String) {
        number += 1
        write(name, Workshop.picture(number))
    }

    private func write(_ name: String, _ bytes: [UInt8]) {
        let descriptor = open(root + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        _ = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    private func move(_ old: String, _ new: String) { rename(root + "/" + old, root + "/" + new) }

    func work(directories count: Int, files: Int) {
        for _ in 0..<count {
            number += 1
            let directory = directories[random(directories.count)] + "/d\(number)"
            guard mkdir(root + "/" + directory, 0o755) == 0 else { continue }
            for file in 0..<files { write("\(directory)/\(file).png") }
            if directories.count < 60 { directories.append(directory) }
            switch random(8) {
            case 0: move("\(directory)/0.png", "\(directory)/renamed.png")
            case 1: link("\(root)/\(directory)/1.png", "\(root)/\(directory)/second.png")
            case 2: unlink("\(root)/\(directory)/2.png")
            case 3: write("\(directory)/1.png")
            case 4:
                write("\(directory)/.new")
                move("\(directory)/.new", "\(directory)/3.png")
            case 5:
                number += 1
                let bytes = Workshop.picture(number)
                let descriptor = open("\(root)/\(directory)/slow.png", O_WRONLY | O_CREAT, 0o644)
                _ = Glibc.write(descriptor, bytes, 30)
                slow.append((descriptor, Array(bytes.dropFirst(30))))
            case 6:
                let tree = "tree\(number)"
                mkdir("\(root)/\(tree)", 0o755)
                mkdir("\(root)/\(tree)/sub", 0o755)
                for file in 0..<3 { write("\(tree)/sub/\(file).png") }
                move(tree, "in/\(tree)")
            default:
                // A tree that moves out, or within.
                let moved = random(2) == 0 ? "out-\(number)" : "in/moved-\(number)"
                move(directory, moved)
                directories.removeAll { $0 == directory || $0.hasPrefix(directory + "/") }
            }
            if slow.count > 3 { closeOne() }
        }
    }

    /// Makes many files in new directories, as fast as it goes.
    func burst(directories: Int, files: Int) {
        let picture = Workshop.picture(0)
        for directory in 0..<directories {
            mkdir("\(root)/in/burst\(directory)", 0o755)
            for file in 0..<files {
                number += 1
                // What stands behind a picture's end makes it another file.
                write("in/burst\(directory)/\(file).png", picture + Array("\(number)".utf8))
            }
        }
    }

    /// Writes one file over and over: two events each time.
    func rewrite(_ name: String, times: Int) {
        for _ in 0..<times { write(name, Workshop.png) }
    }

    private func closeOne() {
        let (descriptor, rest) = slow.removeFirst()
        _ = Glibc.write(descriptor, rest, rest.count)
        close(descriptor)
    }

    /// Writes what is still open to its end.
    func finish() { while !slow.isEmpty { closeOne() } }
}
