// The records of earlier runs: in the output file, and in what a rotation has made of its predecessors.

internal import CZlib
package import Files
internal import Glibc
internal import Scanning

/// Reads records back from an output file and its predecessors, plain or compressed by gzip.
package enum RecordHistory {
    /// The files in the order in which they were written: predecessors by the time of their last modification, then `output` itself.
    /// A predecessor has the output's name followed by `.` or `-` and digits (`.1`, `-20260101`, `-2026-01-01.2`), and maybe `.gz`.
    package static func files(of output: PathBytes) -> [PathBytes] {
        let name = Array(output.lastComponent)
        let parent = PathBytes(Array(output.bytes.dropLast(name.count)))
        let folder = parent.bytes.isEmpty ? PathBytes(".") : parent
        guard let directory = try? Directory(folder, in: nil, followingLinks: true) else {
            return [output]
        }
        var found: [(path: PathBytes, modified: Timestamp)] = []
        while let entry = try? directory.nextName() {
            guard isPredecessor(entry.bytes, of: name) else { continue }
            let path = parent.bytes.isEmpty ? entry : parent.appending(entry.bytes)
            guard let state = try? FileState(path, followingLinks: true), state.kind == .regular else {
                continue
            }
            found.append((path, state.modified))
        }
        return found.sorted {
            ($0.modified.seconds, $0.modified.nanoseconds, $0.path.lossy)
                < ($1.modified.seconds, $1.modified.nanoseconds, $1.path.lossy)
        }.map(\.path) + [output]
    }

    static func isPredecessor(_ name: [UInt8], of output: [UInt8]) -> Bool {
        guard name.starts(with: output) else { return false }
        var rest = name[output.count...]
        if rest.suffix(3).elementsEqual(".gz".utf8) { rest = rest.dropLast(3) }
        guard let first = rest.first, first == UInt8(ascii: ".") || first == UInt8(ascii: "-"),
            rest.count > 1
        else {
            return false
        }
        return rest.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "-")
        }
    }

    /// Adds the records in `path` to `index`, the last of each path winning.  Lines that are no records say nothing.
    package static func read(_ path: PathBytes, into index: inout RecordIndex) throws(FileError) {
        guard let file = unsafe path.withCString({ unsafe gzopen($0, "rbe") }) else {
            if errno == ENOENT { return }
            throw .last
        }
        defer { unsafe gzclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var lines = LineSplitter(longest: RecordFile.longestLine)
        while true {
            let count = Int(unsafe gzread(file, &buffer, UInt32(buffer.count)))
            // A predecessor that was cut short has told what it could.
            if count <= 0 { return }
            _ = lines.take(buffer[..<count]) { line in
                if let record = PastRecord(line) { index.note(record) }
                return true
            }
        }
    }
}

/// What matters of a record that was written before.
struct PastRecord {
    let key: Digest128
    let id: Digest128?
    let size: Int?
    let modified: [UInt8]?
    let frames: FrameStatement

    /// Nil for what is no record of this program.
    init?(_ line: ArraySlice<UInt8>) {
        var members = RecordMembers(line)
        var path: PathBytes?
        var exactPath: PathBytes?
        var isRecord = false
        var id: Digest128?
        var size: Int?
        var modified: [UInt8]?
        var (status, code, frame, image):
            (ArraySlice<UInt8>?, ArraySlice<UInt8>?, ArraySlice<UInt8>?, ArraySlice<UInt8>?)
        while let (name, value) = members.next() {
            let text = value.dropFirst().dropLast()
            switch name {
            case "assay": isRecord = true
            case "path": path = JSONString.decode(text).map { PathBytes($0) }
            case "pathBytes": exactPath = [UInt8](base64: String(decoding: text, as: UTF8.self)).map { PathBytes($0) }
            case "id": id = Digest128(text)
            case "size": size = Int(String(decoding: value, as: UTF8.self))
            case "status": status = value
            case "code": code = value
            case "frame": frame = value
            case "image": image = value
            case "modified": if value.first == UInt8(ascii: "\"") { modified = Array(text) }
            default: break
            }
        }
        guard isRecord, members.isWhole, let path = exactPath ?? path else { return nil }
        (key, self.id, self.size, self.modified) = (RecordIndex.key(path), id, size, modified)
        frames = FrameStatement(status: status, code: code, frame: frame, image: image)
    }
}

/// Reads JSON strings back, as far as our own records have them.
enum JSONString {
    /// The bytes of a string's inside.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.contains(UInt8(ascii: "\\")) else { return Array(text) }
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "b"): bytes.append(8)
            case UInt8(ascii: "f"): bytes.append(12)
            case UInt8(ascii: "u"):
                guard let value = UInt16(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16),
                    let scalar = UnicodeScalar(value)
                else { return nil }
                rest = rest.dropFirst(4)
                bytes.append(contentsOf: String(scalar).utf8)
            case let other?: bytes.append(other)
            case nil: return nil
            }
        }
        return bytes
    }
}
