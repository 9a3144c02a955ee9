// Lists of paths in files and pipes, read as they come: a list may be longer than memory.

internal import Glibc

/// Reads paths that end in a separator from a descriptor.
package struct PathList: Sendable {
    /// As messages name it.
    package let name: PathBytes
    private let descriptor: Int32
    private let separator: UInt8

    /// Opens a list; `-` is standard input.
    package init(_ name: PathBytes, separator: UInt8) throws(FileError) {
        self.name = name
        self.separator = separator
        if name.bytes == [UInt8(ascii: "-")] {
            descriptor = STDIN_FILENO
        } else {
            descriptor = unsafe name.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC) }
            guard descriptor >= 0 else { throw .last }
        }
    }

    /// Calls `body` with each path in order until it returns false; empty lines are passed over. A carriage return at the end of a
    /// line is the line's end as Windows writes it, unless there is a file of that very name.
    package func forEach(_ body: (PathBytes) -> Bool) throws(FileError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var line: [UInt8] = []
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .last
            }
            if count == 0 {
                if let path = path(line) { _ = body(path) }
                return
            }
            var start = 0
            while let end = buffer[start..<count].firstIndex(of: separator) {
                line.append(contentsOf: buffer[start..<end])
                if let path = path(line), !body(path) { return }
                line.removeAll(keepingCapacity: true)
                start = end + 1
            }
            line.append(contentsOf: buffer[start..<count])
        }
    }

    private func path(_ line: [UInt8]) -> PathBytes? {
        var line = line
        if separator != 0, line.last == UInt8(ascii: "\r"),
            (try? FileKind.of(PathBytes(line), in: nil, followingLinks: false)) == nil
        {
            line.removeLast()
        }
        return line.isEmpty ? nil : PathBytes(line)
    }
}
