// Files that a confined process has before it must not be written over, however they follow each other.

import Testing

@testable import Confinement

struct BufferLayoutTests {
    @Test func filesNeverOverlapNorReachBeyondTheBuffer() {
        for batch in [1, 4, 16] {
            var layout = BufferLayout()
            var (waits, together) = (0, 0)
            for index in 0..<20_000 {
                // Mostly small ones, some of megabytes, a few larger than the whole.
                let scale = [1 << 10, 1 << 16, 1 << 20, 3 << 20][(index &* 7919 >> 3) % 4]
                let size = index % 1000 == 999 ? 2 * BufferLayout.size : 1 + (index &* 104_729) % scale
                while layout.files.count > batch { layout.removeFirst() }
                var place = layout.place(for: size)
                while place == nil {
                    waits += 1
                    layout.removeFirst()
                    place = layout.place(for: size)
                }
                let file = place!..<(place! + size)
                #expect(!layout.files.contains { $0.overlaps(file) })
                #expect(file.upperBound <= BufferLayout.size || (layout.files.isEmpty && file.lowerBound == 0))
                layout.append(file)
                together = max(together, layout.files.count)
            }
            #expect(waits > 0 && together == batch + 1)
        }
    }

    @Test func smallFilesStayAtTheBeginning() {
        var layout = BufferLayout()
        for _ in 0..<10_000 {
            if layout.files.count > 16 { layout.removeFirst() }
            let place = layout.place(for: 20_001)
            #expect(place != nil && place! + 20_001 <= BufferLayout.beginning)
            layout.append(place!..<(place! + 20_001))
        }
    }

    @Test func aFileThatIsLargerThanTheBufferIsAlone() {
        var layout = BufferLayout()
        layout.append(0..<1)
        #expect(layout.place(for: BufferLayout.size + 1) == nil)
        layout.removeFirst()
        #expect(layout.place(for: BufferLayout.size + 1) == 0)
    }
}
