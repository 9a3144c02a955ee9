// Lines of what comes in pieces, in bounded memory: whoever has written a file may have put anything between two of its line ends.

/// Puts lines together from pieces of any size.
package struct LineSplitter {
    private let separator: UInt8
    private let longest: Int
    /// The beginning of a line that has no end yet.
    private var begun: [UInt8] = []

    /// - Parameter longest: bytes of the longest line that counts.
    package init(separator: UInt8 = UInt8(ascii: "\n"), longest: Int) {
        (self.separator, self.longest) = (separator, longest)
    }

    /// Takes the next piece and calls `body` with each line that it ends, without the end, until that returns false: then the result
    /// is false too. Of a line that is longer than the longest, one byte more than that is given.
    package mutating func take<Failure>(
        _ piece: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        var rest = piece
        while let end = rest.firstIndex(of: separator) {
            let line: ArraySlice<UInt8>
            if begun.isEmpty {
                line = rest[..<end].prefix(longest + 1)
            } else {
                keep(rest[..<end])
                line = begun[...]
            }
            let goesOn = try body(line)
            begun.removeAll(keepingCapacity: begun.capacity <= LineSplitter.kept)
            if !goesOn { return false }
            rest = rest[(end + 1)...]
        }
        keep(rest)
        return true
    }

    /// Takes everything that `fill` gives, which fills a buffer and returns the number of bytes, 0 at the end, and calls `body` as `take`
    /// does.
    ///
    /// - Parameter look: sees each piece before its lines.
    package mutating func takeAll(
        from fill: (UnsafeMutableRawBufferPointer) throws(FileError) -> Int,
        look: (UnsafeRawBufferPointer) -> Void = { _ in },
        _ body: (ArraySlice<UInt8>) throws(FileError) -> Bool
    ) throws(FileError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            var failure: FileError?
            let size = unsafe buffer.withUnsafeMutableBytes { bytes in
                do throws(FileError) {
                    return try unsafe fill(bytes)
                } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            if size == 0 { return true }
            unsafe buffer.withUnsafeBytes { unsafe look(UnsafeRawBufferPointer(rebasing: $0[..<size])) }
            guard try take(buffer[..<size], body) else { return false }
        }
    }

    /// What came behind the last end; empty where there is nothing.
    package var rest: ArraySlice<UInt8> { begun[...] }

    /// Capacity that is not given back after every line.
    private static let kept = 64 << 10

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        begun.append(contentsOf: bytes.prefix(longest + 1 - begun.count))
    }
}
