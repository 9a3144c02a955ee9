// Bytes that came in a stream can be read as often as one likes, and taken once.

import Testing

@testable import Files

@Suite struct StreamedBytesTests {
    @Test func partsComeInTheirOrderUntilTheyAreTaken() {
        let bytes = StreamedBytes([[1, 2], [3], [], [4, 5, 6]])
        func read() -> [UInt8] {
            var found: [UInt8] = []
            bytes.forEach { found += $0 }
            return found
        }
        #expect(bytes.count == 6 && bytes.beginning == [1, 2])
        #expect(read() == [1, 2, 3, 4, 5, 6] && read() == [1, 2, 3, 4, 5, 6])
        var taken: [[UInt8]] = []
        bytes.takeEach { part in
            // What was given away is not held here any more.
            taken.append(part)
            #expect(read().count == 6 - taken.reduce(0) { $0 + $1.count })
        }
        #expect(taken == [[1, 2], [3], [], [4, 5, 6]])
        #expect(bytes.beginning == [] && read() == [] && bytes.count == 6)
        #expect(StreamedBytes([]).count == 0 && StreamedBytes([]).beginning == [])
    }
}
