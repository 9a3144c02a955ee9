import Testing

@testable import Imaging

@Suite struct PixelsTests {
    @Test func copiesAreEqual() {
        #expect(Pixels(width: 1, height: 1, bytes: [1, 2, 3]) == Pixels(width: 1, height: 1, bytes: [1, 2, 3]))
    }
}
