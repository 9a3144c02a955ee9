// A confined process and its parent share one buffer, in which files lie that come and go in the same order.

/// Where the files lie that are with a confined process, oldest first: a ring, but one that keeps to the buffer's beginning, whose memory is
/// in use already and likely in a cache.
struct BufferLayout {
    /// Bytes that files to be judged together may take.  A larger one is alone.
    static let size = 8 << 20
    /// Bytes after which the beginning is used again as soon as it is free.
    static let beginning = 1 << 20

    private(set) var files: [Range<Int>] = []

    /// Where there is room for `count` bytes; nil when there will only be after older files have left.
    func place(for count: Int) -> Int? {
        guard let oldest = files.first, let newest = files.last else { return 0 }
        let next = (newest.upperBound + 63) & ~63
        if newest.lowerBound < oldest.lowerBound { return next + count <= oldest.lowerBound ? next : nil }
        if next + count <= BufferLayout.beginning { return next }
        if count <= oldest.lowerBound { return 0 }
        return next + count <= BufferLayout.size ? next : nil
    }

    mutating func append(_ file: Range<Int>) { files.append(file) }

    @discardableResult mutating func removeFirst() -> Range<Int> { files.removeFirst() }
}
