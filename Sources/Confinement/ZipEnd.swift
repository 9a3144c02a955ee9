// The records behind the entries of a directory, which say how many entries there are, and where.
//
// A program goes by one of them or by another, so that one which says otherwise shows some programs another directory.

/// What the last record says, and those before it that large archives have.
struct ZipEnd {
    /// Bytes of the last record without its comment, of what tells where the one for large archives is, and of that one as far as it is read.
    static let size = 22
    static let locatorSize = 20
    static let largeSize = 56

    private let last: ZipBytes
    private let locator: ZipBytes?
    private let large: ZipBytes?

    /// - Parameters:
    ///   - last: a record that was seen to begin with its mark, as all are.
    ///   - locator: what stands before it, if that is one.
    ///   - large: what stands before the locator, if that is one.
    init(last: ArraySlice<UInt8>, locator: ArraySlice<UInt8>?, large: ArraySlice<UInt8>?) {
        self.last = ZipBytes(last)
        (self.locator, self.large) = (locator.map(ZipBytes.init), large.map(ZipBytes.init))
    }

    /// Bytes of the comment behind it.
    var comment: Int { last.number(20, 2) }
    /// Where the directory is, and how many bytes it has.
    var offset: Int { large?.number(48, 8) ?? last.number(16, 4) }
    var directorySize: Int { large?.number(40, 8) ?? last.number(12, 4) }

    /// Whether all that it says is so. Where numbers do not fit in, some programs write ones, and others (Apple's) their last bits.
    ///
    /// - Parameters:
    ///   - place: where the directory is, as entries count.
    ///   - size: its bytes.
    ///   - count: its entries.
    func describes(place: Int, size: Int, count: Int) -> Bool {
        func says(_ at: Int, _ width: Int, _ value: Int) -> Bool {
            let all = 1 << (8 * width) - 1
            let stated = last.number(at, width)
            return stated == value & all || large != nil && stated == all
        }
        guard says(8, 2, count), says(10, 2, count), says(12, 4, size), says(16, 4, place) else { return false }
        if let large {
            let isSame =
                large.number(24, 8) == count && large.number(32, 8) == count && large.number(40, 8) == size
                && large.number(48, 8) == place
            // Others than this program look for it where the locator says.
            return isSame && locator?.number(8, 8) == place + size
        }
        return locator == nil
    }
}
