// Records in a file that grows over several runs: whole lines only, and no picture twice.

package import Files
internal import Glibc

/// A file of records opened for appending.
package struct RecordFile: Sendable {
    package let descriptor: Int32
    private let terminator: UInt8

    /// Opens or makes `path`; a pipe or a device is written through, anything else must be empty or of `form` already.
    ///
    /// When the last line has no end, it is removed if it is a record that an interrupted run left torn and `repairing` is set;
    /// otherwise it gets its end.
    package init(
        _ path: PathBytes, _ form: OutputForm = .records, repairing: Bool, terminator: UInt8 = 10
    )
        throws(FileError)
    {
        descriptor = try openOutput(path, form, .appending)
        self.terminator = terminator
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size > 0
        else {
            return
        }
        let size = Int(status.st_size)
        let start = try startOfLastLine(size)
        if start == size { return }
        let head = try bytes(at: start, count: min(size - start, RecordFile.opening.count))
        if repairing && RecordFile.opening.starts(with: head) {
            guard ftruncate(descriptor, start) == 0 else { throw .last }
        } else {
            try writeLine([terminator], to: descriptor)
        }
    }

    /// How every record begins.
    private static let opening = Array(OutputForm.recordOpening.utf8)

    /// The offset behind the last terminator before `size`.
    private func startOfLastLine(_ size: Int) throws(FileError) -> Int {
        var end = size
        while end > 0 {
            let start = max(0, end - (1 << 16))
            if let newline = try bytes(at: start, count: end - start).lastIndex(of: terminator) {
                return start + newline + 1
            }
            end = start
        }
        return 0
    }

    private func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        let read = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
            initialised = max(0, unsafe pread(descriptor, buffer.baseAddress, count, offset))
        }
        guard read.count == count else { throw .last }
        return read
    }

    /// Bytes of the longest record that is read back; none is nearly that long.
    package static let longestLine = 4 << 20

    /// Calls `body` with every line that has an end, without it; of one that is longer than any record, with its beginning.
    package func forEachLine(_ body: (ArraySlice<UInt8>) -> Void) throws(FileError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var lines = LineSplitter(separator: terminator, longest: RecordFile.longestLine)
        var offset = 0
        while true {
            let count = unsafe pread(descriptor, &buffer, buffer.count, offset)
            if count < 0 { throw .last }
            if count == 0 { return }
            offset += count
            _ = lines.take(buffer[..<count]) {
                body($0)
                return true
            }
        }
    }
}

extension OutputForm {
    fileprivate static let recordOpening = #"{"assay":1,"path":"#

    package static let records = OutputForm("records", beginning: recordOpening)
    /// What `Summary` writes.
    package static let summary = OutputForm("summary", beginning: #"{"assay":1,"version":"#)
}
