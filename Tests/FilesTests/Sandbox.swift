// A directory of its own for each test, gone afterwards.

import Files
import Foundation

/// A temporary directory with short ways to fill it.
final class Sandbox {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.path + "/assay-" + UUID().uuidString
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and the directories above it.
    func write(_ name: String, _ text: String = "x") {
        let file = path + "/" + name
        let parent = (file as NSString).deletingLastPathComponent
        try! FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: file, contents: Data(text.utf8))
    }

    func makeDirectory(_ name: String) {
        try! FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
    }

    func link(_ name: String, to target: String) { symlink(target, path + "/" + name) }

    /// What a walk from here reports, paths without the leading directory, in the order found.
    func walk(_ configure: (inout Walker) -> Void = { _ in }) -> [String] {
        var walker = Walker()
        configure(&walker)
        var found: [String] = []
        walker.walk(PathBytes(path)) {
            switch $0 {
            case .file(let file): found.append(relative(file.path))
            case .data(let data): found.append("data " + relative(data.path))
            case .unreadable(let path, _, let error): found.append("\(error.code) " + relative(path))
            case .special(let path, _, _): found.append("special " + relative(path))
            case .failure(let path, let error): found.append("\(error.code) " + relative(path))
            }
            return true
        }
        return found
    }

    private func relative(_ path: PathBytes) -> String { String(path.escaped.dropFirst(self.path.count + 1)) }
}
