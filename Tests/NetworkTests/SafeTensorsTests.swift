// Model files come from anywhere: what is not exactly right must be refused with a reason.

import Foundation
import Network
import Testing

@Suite struct SafeTensorsTests {
    /// A file of the given header and data, with a true header length unless one is given.
    private func file(_ header: String, data: [Float] = [], length: UInt64? = nil) -> [UInt8] {
        let head = Array(header.utf8)
        let count = length ?? UInt64(head.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + head + data.withUnsafeBytes(Array.init)
    }

    private func refusal(_ bytes: [UInt8]) -> String? {
        do throws(SafeTensorsError) {
            _ = try SafeTensors(bytes)
            return nil
        } catch {
            return error.message
        }
    }

    private func entry(_ name: String, _ shape: [Int], _ first: Int, _ last: Int, type: String = "F32") -> String {
        "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":[\(first),\(last)]}"
    }

    @Test func `what is written is read back, metadata with quotes and control characters included`() throws {
        var written = SafeTensors()
        written.add("b.weight", shape: [2, 3], values: [1, -2, 3.5, .leastNonzeroMagnitude, -0.0, 1e30])
        written.add("a", shape: [], values: [7])
        written.metadata = ["assay": "{\"path\":\"a\\\\b\"}\n\u{1}é"]
        let read = try SafeTensors(written.encoded())
        #expect(read.metadata == written.metadata)
        #expect(Set(read.tensors.keys) == ["a", "b.weight"])
        for (name, tensor) in written.tensors {
            #expect(read.tensors[name]?.shape == tensor.shape)
            #expect(read.tensors[name]?.values.map(\.bitPattern) == tensor.values.map(\.bitPattern))
        }
    }

    @Test func `the data begins at a multiple of eight bytes`() {
        var tensors = SafeTensors()
        for name in ["x", "xy", "xyz"] {
            tensors.add(name, shape: [1], values: [1])
            let bytes = tensors.encoded()
            #expect(bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) } % 8 == 0)
        }
    }

    @Test func `a file in any order of tensors, as PyTorch writes it, is read`() throws {
        let header = "{\(entry("z", [1], 0, 4)),\"__metadata__\":{\"k\":\"v\"},\(entry("a", [2], 4, 12))}   "
        let read = try SafeTensors(file(header, data: [1, 2, 3]))
        #expect(read.tensors["z"]?.values == [1])
        #expect(read.tensors["a"]?.values == [2, 3])
        #expect(read.metadata == ["k": "v"])
    }

    @Test func `a damaged header is refused`() {
        let sound = file("{\(entry("a", [1], 0, 4))}", data: [1])
        #expect(refusal(sound) == nil)
        for count in 0..<sound.count { #expect(refusal(Array(sound[..<count])) != nil, "cut to \(count) bytes") }
        #expect(refusal(file("{}", length: .max)) != nil)
        #expect(refusal(file("{}", length: UInt64(Int.max))) != nil)
        #expect(refusal(file("{}", length: 3)) != nil)
        #expect(refusal(file("[]")) != nil)
        #expect(refusal(file("{\"a\":1}")) != nil)
        #expect(refusal(file("\u{0}")) != nil)
        #expect(refusal([]) != nil)
    }

    @Test func `tensors must cover the data without gap or overlap`() {
        let four: [Float] = [1, 2, 3, 4]
        #expect(refusal(file("{\(entry("a", [2], 0, 8)),\(entry("b", [2], 8, 16))}", data: four)) == nil)
        let overlapping = refusal(file("{\(entry("a", [2], 0, 8)),\(entry("b", [3], 4, 16))}", data: four))
        #expect(overlapping?.contains("overlaps") == true)
        let gap = refusal(file("{\(entry("a", [1], 0, 4)),\(entry("b", [2], 8, 16))}", data: four))
        #expect(gap?.contains("gap") == true)
        #expect(refusal(file("{\(entry("a", [3], 0, 12))}", data: four)) != nil, "bytes at the end")
        #expect(refusal(file("{\(entry("a", [5], 0, 20))}", data: four)) != nil, "past the end")
        #expect(refusal(file("{\(entry("a", [4], 0, 12))}", data: four)) != nil, "fewer bytes than its shape")
        #expect(refusal(file("{\(entry("a", [4], 16, 0))}", data: four)) != nil, "backwards")
    }

    @Test func `shapes that are negative or overflow are refused`() {
        #expect(refusal(file("{\(entry("a", [-1], 0, 4))}", data: [1])) != nil)
        #expect(refusal(file("{\(entry("a", [.max, .max], 0, 4))}", data: [1])) != nil)
        #expect(refusal(file("{\(entry("a", [1 << 32, 1 << 32], 0, 0))}")) != nil)
        #expect(refusal(file("{\(entry("a", [1], -4, 0))}", data: [1])) != nil)
    }

    @Test func `other types than float32 are refused by name`() {
        #expect(refusal(file("{\(entry("a", [2], 0, 4, type: "F16"))}", data: [1]))?.contains("F16") == true)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func `values that are not finite are refused`(_ value: Float) {
        #expect(refusal(file("{\(entry("a", [2], 0, 8))}", data: [1, value]))?.contains("finite") == true)
    }

    @Test func `loading wants exactly the network's tensors`() throws {
        let dense = Dense("d", 2, 1)
        func mismatch(_ tensors: [(String, [Int])]) -> String? {
            var file = SafeTensors()
            for (name, shape) in tensors {
                file.add(name, shape: shape, values: Array(repeating: 3, count: shape.reduce(1, *)))
            }
            do throws(SafeTensorsError) {
                try file.load(into: dense.parameters)
                return nil
            } catch {
                return error.message
            }
        }
        #expect(mismatch([("d.weight", [1, 2])])?.contains("d.bias") == true)
        #expect(mismatch([("d.weight", [2, 1]), ("d.bias", [1])])?.contains("d.weight") == true)
        #expect(mismatch([("d.weight", [1, 2]), ("d.bias", [1]), ("e", [1])])?.contains("e") == true)
        #expect(
            dense.parameters.allSatisfy { $0.value.values.allSatisfy { $0 == 0 } }, "a refused file changes nothing")
        #expect(mismatch([("d.weight", [1, 2]), ("d.bias", [1])]) == nil)
        #expect(dense.parameters.allSatisfy { $0.value.values.allSatisfy { $0 == 3 } })
    }
}
