// Model files come from anywhere: what is sound survives a round trip, everything else is refused with a reason.
import Network
import Testing

@Suite struct SafeTensorsTests {
    private func sample() -> SafeTensors {
        var file = SafeTensors()
        file.add("b.weight", shape: [2, 3], values: [1, -2, 3.5, 0, 1e-20, 6])
        file.add("a", shape: [1], values: [7])
        file.add("empty", shape: [0], values: [])
        file.metadata = ["assay": "{\"quoted\": \"\\n\"}\u{1}é"]
        return file
    }

    /// A file with this header and so many data bytes.
    private func file(_ header: String, data: [UInt8]) -> [UInt8] {
        let count = header.utf8.count
        return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(header.utf8) + data
    }

    private func refusal(_ bytes: [UInt8]) -> String? {
        do throws(SafeTensorsError) {
            _ = try SafeTensors(bytes)
            return nil
        } catch {
            return error.message
        }
    }

    @Test func `tensors, shapes and metadata survive a round trip`() throws {
        let read = try SafeTensors(sample().encoded())
        #expect(read.metadata == sample().metadata)
        #expect(read.tensors.keys.sorted() == ["a", "b.weight", "empty"])
        #expect(read.tensors["b.weight"]?.shape == [2, 3])
        #expect(read.tensors["b.weight"]?.values == [1, -2, 3.5, 0, 1e-20, 6])
        #expect(sample().encoded().count % 4 == 0)
    }

    @Test func `every truncation is refused`() {
        let bytes = sample().encoded()
        for count in 0..<bytes.count { #expect(refusal(Array(bytes[..<count])) != nil, "\(count) bytes") }
        #expect(refusal(bytes + [0]) != nil)
    }

    @Test func `damaged headers are refused with their reason`() {
        let four = [UInt8](repeating: 0, count: 4)
        #expect(refusal([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])?.contains("past the end") == true)
        #expect(refusal(file("{", data: []))?.contains("JSON") == true)
        #expect(refusal(file("[]", data: []))?.contains("JSON") == true)
        let entry = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"
        #expect(refusal(file("{\"a\":\(entry)}", data: four)) == nil)
        #expect(refusal(file("{\"a\":\(entry),\"b\":\(entry)}", data: four))?.contains("overlaps") == true)
        #expect(
            refusal(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", data: four + four))?
                .contains("gap") == true)
        #expect(
            refusal(file("{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}", data: four))?
                .contains("F16") == true)
        #expect(
            refusal(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", data: four))?
                .contains("does not fit") == true)
        #expect(
            refusal(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", data: four)) != nil)
        #expect(
            refusal(
                file(
                    "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4294967296],\"data_offsets\":[0,4]}}",
                    data: four)) != nil)
        #expect(
            refusal(file("{\"a\":\(entry)}", data: [0, 0, 0xC0, 0x7F]))?.contains("not finite") == true)
    }

    @Test func `random damage never gets through as another shape`() {
        var generator = SplitMix(state: 9)
        let sound = sample().encoded()
        for _ in 0..<3000 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let file = try? SafeTensors(bytes) else { continue }
            for entry in file.tensors.values { #expect(entry.values.count == entry.shape.reduce(1, *)) }
        }
    }

    @Test func `weights only load into the network that they fit`() throws {
        let layer = Convolution("layer", 2, 3, size: 3)
        let file = SafeTensors(layer.parameters)
        try file.load(into: layer.parameters)
        func mismatch(_ file: SafeTensors) -> String? {
            do throws(SafeTensorsError) {
                try file.load(into: layer.parameters)
                return nil
            } catch { return error.message }
        }
        var extra = file
        extra.add("other", shape: [1], values: [0])
        #expect(mismatch(extra) == "tensor other is not part of this architecture")
        #expect(mismatch(SafeTensors())?.contains("is missing") == true)
        #expect(
            mismatch(SafeTensors(Convolution("layer", 3, 2, size: 3).parameters))?.contains("has shape") == true)
    }
}
