// A confined process that is started as a program of its own gets files such as its model through memory, since it can open none.

internal import CProcess
internal import Files
internal import Glibc
internal import Synchronization

/// The bytes of a file for confined processes.
package final class SharedBytes: Sendable {
    private let bytes: [UInt8]
    private let descriptor = Mutex<Int32?>(nil)

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    deinit { descriptor.withLock { if let descriptor = $0 { close(descriptor) } } }

    /// A descriptor for reading that stays open.  The memory file is made when the first process wants it: those that
    /// were split off from their parent have the bytes already, and mostly there are no others.
    func readOnlyDescriptor() throws(FileError) -> Int32 {
        let outcome: Result<Int32, FileError> = descriptor.withLock { known in
            if let known { return .success(known) }
            do throws(FileError) {
                let made = try makeFile()
                known = made
                return .success(made)
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private func makeFile() throws(FileError) -> Int32 {
        let file = unsafe process_memory_file("assay-file")
        guard file >= 0 else { throw .last }
        defer { close(file) }
        try writeAll(bytes, to: file)
        let reader = process_reopen_read_only(file)
        guard reader >= 0 else { throw .last }
        return reader
    }
}
