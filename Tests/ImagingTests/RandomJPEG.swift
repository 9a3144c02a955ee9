// JPEG files in every layout that the format allows, also those that no encoder at hand writes: the coefficients are random.

/// A JPEG file whose Huffman codes all have one length, so that its tables are lists of symbols.
struct RandomJPEG {
    var width: Int
    var height: Int
    /// Horizontal and vertical sampling factors of each component.
    var sampling: [(h: Int, v: Int)]
    var layout = Layout.baseline
    /// In MCUs; 0 for none.
    var restartInterval = 0
    var adobeTransform: UInt8?
    var seed: UInt64 = 1

    enum Layout: CaseIterable {
        case baseline
        /// A scan for each component.
        case separate
        /// DC, then lower and higher frequencies of each component.
        case progressive
    }

    var bytes: [UInt8] {
        let parts = components()
        var file: [UInt8] = [0xFF, 0xD8]
        if let adobeTransform { file += segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, adobeTransform]) }
        file += segment(0xDB, [0] + (0..<64).map { UInt8(1 + $0 / 8) })
        var frame: [UInt8] = [8] + bigEndian(height, size: 2) + bigEndian(width, size: 2) + [UInt8(sampling.count)]
        for (index, factors) in sampling.enumerated() {
            frame += [UInt8(index + 1), UInt8(factors.h << 4 | factors.v), 0]
        }
        file += segment(layout == .progressive ? 0xC2 : 0xC0, frame)
        file += segment(0xC4, [0x00] + lengths(Self.dcSymbols, 4) + Self.dcSymbols)
        file += segment(0xC4, [0x10] + lengths(Self.acSymbols, 8) + Self.acSymbols)
        if restartInterval > 0 { file += segment(0xDD, bigEndian(restartInterval, size: 2)) }
        switch layout {
        case .baseline: file += scan(parts, 0, 63)
        case .separate: for part in parts { file += scan([part], 0, 63) }
        case .progressive:
            file += scan(parts, 0, 0)
            for part in parts { file += scan([part], 1, 5) }
            for part in parts { file += scan([part], 6, 63) }
        }
        return file + [0xFF, 0xD9]
    }

    private static let dcSymbols: [UInt8] = Array(0..<12)
    /// A run of zeros and the bits of the value that ends it; the end of a block; sixteen zeros.
    private static let acSymbols: [UInt8] = (0...255).filter { (symbol: UInt8) in
        symbol == 0 || symbol == 0xF0 || (1...10).contains(symbol & 15)
    }

    private struct Component {
        let id: Int
        let (h, v): (Int, Int)
        /// Blocks that hold pixels of the picture.
        let (columns, rows): (Int, Int)
        /// Blocks in whole MCUs, row by row, 64 coefficients each in zigzag order.
        let stride: Int
        var blocks: [[Int]]
    }

    private var maxH: Int { sampling.map(\.h).max()! }
    private var maxV: Int { sampling.map(\.v).max()! }
    private var mcuColumns: Int { divided(width, 8 * maxH) }
    private var mcuRows: Int { divided(height, 8 * maxV) }

    private func components() -> [Component] {
        var random = Random(seed: seed)
        return sampling.enumerated().map { index, factors in
            Component(
                id: index + 1, h: factors.h, v: factors.v, columns: divided(divided(width * factors.h, maxH), 8),
                rows: divided(divided(height * factors.v, maxV), 8), stride: mcuColumns * factors.h,
                blocks: (0..<mcuColumns * factors.h * mcuRows * factors.v).map { _ in
                    var block = [Int](repeating: 0, count: 64)
                    block[0] = random.below(1200) - 600
                    for _ in 0..<4 { block[1 + random.below(random.below(63) + 1)] = random.below(61) - 30 }
                    return block
                })
        }
    }

    private func scan(_ parts: [Component], _ first: Int, _ last: Int) -> [UInt8] {
        var header = [UInt8(parts.count)]
        for part in parts { header += [UInt8(part.id), 0] }
        var bits = BitWriter()
        var predictions = [Int](repeating: 0, count: parts.count)
        // A scan of one component holds its blocks one by one and without those beyond the picture.
        let (columns, rows) = parts.count == 1 ? (parts[0].columns, parts[0].rows) : (mcuColumns, mcuRows)
        for unit in 0..<columns * rows {
            if restartInterval > 0 && unit > 0 && unit % restartInterval == 0 {
                bits.restart(unit / restartInterval - 1)
                predictions = [Int](repeating: 0, count: parts.count)
            }
            let (x, y) = (unit % columns, unit / columns)
            for (index, part) in parts.enumerated() {
                let (h, v) = parts.count == 1 ? (1, 1) : (part.h, part.v)
                for place in 0..<h * v {
                    let block = part.blocks[(y * v + place / h) * part.stride + x * h + place % h]
                    if first == 0 {
                        bits.addDC(block[0] - predictions[index])
                        predictions[index] = block[0]
                    }
                    if last > 0 { bits.addAC(block[max(first, 1)...last], Self.acSymbols) }
                }
            }
        }
        bits.flush()
        return segment(0xDA, header + [UInt8(first), UInt8(last), 0]) + bits.bytes
    }

    private func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
        [0xFF, marker] + bigEndian(body.count + 2, size: 2) + body
    }

    /// How many codes there are of 1 to 16 bits.
    private func lengths(_ symbols: [UInt8], _ length: Int) -> [UInt8] {
        (1...16).map { $0 == length ? UInt8(symbols.count) : 0 }
    }

    private func divided(_ value: Int, _ divisor: Int) -> Int { (value + divisor - 1) / divisor }
}

/// Entropy-coded data: zero bytes are stuffed behind 0xFF, and one-bits fill the last byte.
private struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var (pending, count) = (0, 0)

    mutating func add(_ value: Int, _ length: Int) {
        for bit in (0..<length).reversed() {
            (pending, count) = (pending << 1 | value >> bit & 1, count + 1)
            guard count == 8 else { continue }
            bytes += pending == 0xFF ? [0xFF, 0] : [UInt8(pending)]
            (pending, count) = (0, 0)
        }
    }

    mutating func addDC(_ difference: Int) {
        let size = magnitude(difference)
        add(size, 4)
        addValue(difference, size)
    }

    mutating func addAC(_ coefficients: ArraySlice<Int>, _ symbols: [UInt8]) {
        func code(_ symbol: Int) -> Int { symbols.firstIndex(of: UInt8(symbol))! }
        var run = 0
        for value in coefficients {
            guard value != 0 else {
                run += 1
                continue
            }
            while run > 15 {
                add(code(0xF0), 8)
                run -= 16
            }
            let size = magnitude(value)
            add(code(run << 4 | size), 8)
            addValue(value, size)
            run = 0
        }
        if run > 0 { add(code(0), 8) }
    }

    mutating func restart(_ number: Int) {
        flush()
        bytes += [0xFF, 0xD0 + UInt8(number % 8)]
    }

    mutating func flush() { if count > 0 { add(0xFF, 8 - count) } }

    private func magnitude(_ value: Int) -> Int { Int.bitWidth - abs(value).leadingZeroBitCount }

    private mutating func addValue(_ value: Int, _ size: Int) {
        add(value < 0 ? value + (1 << size) - 1 : value, size)
    }
}
