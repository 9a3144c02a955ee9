// File bytes travel to a confined process through memory that both map, so that they are copied once, by read(2).

internal import CProcess
internal import Files
internal import Glibc

/// A growing memory file, mapped writable here and handed out read-only.
@safe final class SharedBuffer {
    private let descriptor: Int32
    private var mapping: UnsafeMutableRawBufferPointer

    init() throws(FileError) {
        descriptor = unsafe process_memory_file("assay-image")
        guard descriptor >= 0 else { throw .last }
        unsafe mapping = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    deinit {
        unmap()
        close(descriptor)
    }

    /// A descriptor of the same memory for a reader, for the caller to close.
    func openReadOnly() throws(FileError) -> Int32 {
        let reader = process_reopen_read_only(descriptor)
        guard reader >= 0 else { throw .last }
        return reader
    }

    var capacity: Int { unsafe mapping.count }

    /// The mapped bytes; valid until the next `grow`.
    var bytes: UnsafeMutableRawBufferPointer { unsafe mapping }

    /// Makes room for at least `count` bytes, at least doubling (`ftruncate`, `mmap`).  What was there stays.
    func grow(to count: Int) throws(FileError) {
        if count <= capacity { return }
        let size = (max(count, min(2 * capacity, count + (64 << 20)), 256 << 10) + 4095) & ~4095
        guard ftruncate(descriptor, size) == 0 else { throw .last }
        let address = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { throw .last }
        unmap()
        unsafe mapping = UnsafeMutableRawBufferPointer(start: address, count: size)
    }

    /// Gives memory beyond `keep` bytes back to the system; it reads as zeros until it is written again.
    func trim(keep: Int) {
        if capacity > keep {
            unsafe madvise(mapping.baseAddress.unsafelyUnwrapped + keep, capacity - keep, MADV_REMOVE)
        }
    }

    private func unmap() {
        if let base = unsafe mapping.baseAddress { unsafe munmap(base, mapping.count) }
    }
}
