// Answers that are too large for a message, such as pixels, come back through memory that both map.

internal import CProcess
internal import Files
internal import Glibc

/// A memory file of fixed size that a confined process writes and its parent reads.  What is not used takes no room.
///
/// The process may write at any time, and anything: what is read is copied first and looked at then.
@safe final class SharedResults {
    /// Of the memory, writable.
    let descriptor: Int32
    private let mapping: UnsafeRawBufferPointer

    /// Bytes that stay in memory between answers.
    private static let keep = 16 << 20

    init(_ size: Int) throws(FileError) {
        descriptor = unsafe process_results_file("assay-results", size)
        guard descriptor >= 0 else { throw .last }
        let address = unsafe mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            let failure = FileError.last
            close(descriptor)
            throw failure
        }
        unsafe mapping = UnsafeRawBufferPointer(start: address, count: size)
    }

    deinit {
        unsafe munmap(UnsafeMutableRawPointer(mutating: mapping.baseAddress), mapping.count)
        close(descriptor)
    }

    /// A copy of the bytes at `place`, which lies within the memory.
    func copy(_ place: Range<Int>) -> [UInt8] {
        unsafe [UInt8](UnsafeRawBufferPointer(rebasing: mapping[place]))
    }

    /// Gives memory back to the system after an answer of `count` bytes, if that was a large one.
    func trim(after count: Int) {
        if count > SharedResults.keep {
            process_forget(descriptor, SharedResults.keep, count - SharedResults.keep)
        }
    }
}
