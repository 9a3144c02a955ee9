// The bytes of an archive, for whoever reads its parts one after the other, and back and forth where it is a file.

internal import Files
internal import Glibc

/// A window on the bytes that come from a descriptor.
final class PackedInput {
    /// Bytes that are read at once, if there are as many.
    private static let step = 1 << 16

    private let descriptor: Int32
    /// Where the archive begins in a file; nil for a stream.
    private let start: Int?
    private var bytes: [UInt8]
    private var place = 0
    private var end: Int
    /// Where in the archive `rest` begins.
    private(set) var offset = 0
    /// Bytes that were read so far, those that were read again included.
    private(set) var taken: Int
    /// Bytes behind which a stream can be wound back.
    var kept = 0
    /// Called when more was read.
    var tick: () -> Void = {}

    /// - Parameter beginning: what was read of a stream already.
    init(_ descriptor: Int32, start: Int?, beginning: [UInt8]) throws(PackedFault) {
        (self.descriptor, self.start) = (descriptor, start)
        (bytes, end, taken) = (beginning, beginning.count, beginning.count)
        bytes += [UInt8](repeating: 0, count: max(0, PackedInput.step - bytes.count))
        if start != nil { try seek(0, anew: true) }
    }

    /// Bytes of the archive and of what stands behind it; nil where that is not known.
    func length() throws(PackedFault) -> Int? {
        guard let start else { return nil }
        let size = lseek(descriptor, 0, SEEK_END)
        guard size >= start else { throw unreadable() }
        try seek(offset, anew: true)
        return size - start
    }

    /// What was read and not used.
    var rest: ArraySlice<UInt8> { bytes[place..<end] }

    func use(_ count: Int) {
        place += count
        offset += count
    }

    /// Sees to it that there is something to use; false at the end.
    func refill() throws(PackedFault) -> Bool { try fill(to: 1) }

    /// Sees to it that there are `count` bytes to use; false where the archive ends before.
    func fill(to count: Int) throws(PackedFault) -> Bool {
        if end - place >= count { return true }
        let wanted = max(count, PackedInput.step)
        let surplus = place - kept
        if surplus > 0 && place + wanted > bytes.count {
            bytes.replaceSubrange(0..<end - surplus, with: Array(bytes[surplus..<end]))
            (place, end) = (kept, end - surplus)
        }
        // Twice what is kept or asked for, so that it need not be moved each time.
        let room = place + wanted
        if bytes.count < room { bytes += [UInt8](repeating: 0, count: room + max(kept, wanted) - bytes.count) }
        while end - place < count {
            let got = unsafe bytes.withUnsafeMutableBytes { target in
                let free = unsafe UnsafeMutableRawBufferPointer(rebasing: target[end...])
                return unsafe Glibc.read(descriptor, free.baseAddress, free.count)
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw unreadable() }
            if got == 0 { return false }
            end += got
            taken += got
            tick()
        }
        return true
    }

    /// Goes to a place in the archive, which is a file, or was just read.
    func seek(_ target: Int) throws(PackedFault) { try seek(target, anew: false) }

    /// Forgets what was read and not used, after another has read the file.
    func reread() throws(PackedFault) { try seek(offset, anew: true) }

    private func seek(_ target: Int, anew: Bool) throws(PackedFault) {
        let move = target - offset
        if !anew, -place <= move, move <= end - place {
            use(move)
            return
        }
        guard let start, lseek(descriptor, start + target, SEEK_SET) >= 0 else { throw .truncated }
        (place, end, offset) = (0, 0, target)
    }

    /// Goes to a place, in a stream by passing over what stands before it.
    func go(to target: Int) throws(PackedFault) {
        if target < offset { try seek(target) } else { try skip(target - offset) }
    }

    /// Passes over bytes, whatever they are.
    func skip(_ count: Int) throws(PackedFault) {
        if start != nil { return try seek(offset + count) }
        var left = count
        while left > 0 {
            guard try refill() else { throw .truncated }
            let part = min(left, end - place)
            use(part)
            left -= part
        }
    }

    private func unreadable() -> PackedFault {
        PackedFault(kind: .unreadable(errno: errno), message: "", isOver: true)
    }
}
