// Reading and writing the safetensors format, in which models travel to and from Python.
import CKernels
import Glibc
import JSON

/// A safetensors file in memory: 8-byte little-endian header length, JSON header, raw little-endian float32 tensors.
///
/// Format: <https://github.com/huggingface/safetensors>. Only dtype F32 is accepted. Reading is strict: the tensors must
/// cover the data area without gap or overlap, and every value must be finite.
package struct SafeTensors {
    package struct Entry {
        package let shape: [Int]
        /// The raw tensor: of a file that was read, a part of its bytes, which are not copied.
        fileprivate let bytes: ArraySlice<UInt8>

        package var values: [Float] {
            unsafe [Float](unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
                count = bytes.count / 4
                unsafe copy(to: buffer.baseAddress, count: count)
            }
        }

        /// Copies the first `count` values.
        fileprivate func copy(to place: UnsafeMutablePointer<Float>?, count: Int) {
            precondition(4 * count <= bytes.count)
            unsafe bytes.withUnsafeBytes { source in
                if count > 0 { unsafe memcpy(place!, source.baseAddress!, 4 * count) }
            }
        }
    }

    package private(set) var tensors: [String: Entry] = [:]
    /// The texts of `__metadata__`.
    package var metadata: [String: String] = [:]

    package init() {}

    package mutating func add(_ name: String, shape: [Int], values: [Float]) {
        precondition(shape.reduce(1, *) == values.count)
        tensors[name] = Entry(shape: shape, bytes: unsafe values.withUnsafeBytes { unsafe Array($0)[...] })
    }

    // MARK: Writing

    /// The file's bytes. Tensors are written in the order of their names; the header is padded to a multiple of 8.
    package func encoded() -> [UInt8] {
        var header = "{\"__metadata__\":{"
        header += metadata.sorted { $0.key < $1.key }.map { quoted($0.key) + ":" + quoted($0.value) }
            .joined(separator: ",")
        header += "}"
        var offset = 0
        let names = tensors.keys.sorted()
        for name in names {
            let entry = tensors[name]!
            let end = offset + entry.bytes.count
            let shape = entry.shape.map(String.init).joined(separator: ",")
            header += ",\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
            offset = end
        }
        header += "}"
        var head = Array(header.utf8)
        while head.count % 8 != 0 { head.append(0x20) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + head.count + offset)
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: UInt64(head.count) >> (8 * UInt64(shift)))) }
        bytes += head
        for name in names { bytes += tensors[name]!.bytes }
        return bytes
    }

    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    // MARK: Reading

    /// Reads a whole file.
    ///
    /// - Parameter headerLimit: the longest header that is read, in bytes; by default what the format allows.
    package init(_ bytes: [UInt8], headerLimit: Int = 100_000_000) throws(SafeTensorsError) {
        guard bytes.count >= 8 else { throw .malformed("too short for a header (\(bytes.count) bytes)") }
        let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(bytes.count - 8) else {
            throw .malformed("header length \(length) goes past the end of the file")
        }
        guard length <= UInt64(headerLimit) else {
            throw .malformed("header length \(length) is above the limit, \(headerLimit)")
        }
        let start = 8 + Int(length)
        guard let header = JSONTree(bytes[8..<start]).flatMap(Header.init) else {
            throw .malformed("header is no valid JSON of this format")
        }
        metadata = header.metadata
        var end = 0
        for (name, field) in header.fields.sorted(by: { $0.field.order < $1.field.order }) {
            guard field.dtype == "F32" else {
                throw .malformed("tensor \(name) has type \(field.dtype), only F32 is read")
            }
            guard field.data_offsets.count == 2, field.shape.allSatisfy({ $0 >= 0 }) else {
                throw .malformed("tensor \(name) has a malformed entry")
            }
            var count = 1
            for extent in field.shape {
                let (product, overflow) = count.multipliedReportingOverflow(by: extent)
                guard !overflow, product <= bytes.count else {
                    throw .malformed("tensor \(name) is larger than the file")
                }
                count = product
            }
            let (first, last) = (field.data_offsets[0], field.data_offsets[1])
            guard first == end else {
                throw .malformed("tensor \(name) \(first < end ? "overlaps another" : "leaves a gap before it")")
            }
            guard last >= first, last <= bytes.count - start, last - first == 4 * count else {
                throw .malformed("tensor \(name): its data does not fit its shape or the file")
            }
            let data = bytes[(start + first)..<(start + last)]
            guard unsafe data.withUnsafeBytes({ unsafe assay_all_finite($0.baseAddress, count) != 0 }) else {
                throw .malformed("tensor \(name) holds a value that is not finite")
            }
            tensors[name] = Entry(shape: field.shape, bytes: data)
            end = last
        }
        guard start + end == bytes.count else {
            throw .malformed("\(bytes.count - start - end) bytes belong to no tensor")
        }
    }

    private struct Field {
        let dtype: String
        let shape: [Int]
        let data_offsets: [Int]
        /// Where the tensor lies; an empty one comes before the one that starts at the same place.
        var order: (Int, Int) { (data_offsets.first ?? 0, data_offsets.last ?? 0) }

        init?(_ tree: JSONTree) {
            guard case .text(let dtype) = tree["dtype"], let shape = tree["shape"]?.integers,
                let offsets = tree["data_offsets"]?.integers
            else { return nil }
            (self.dtype, self.shape, data_offsets) = (dtype, shape, offsets)
        }
    }

    private struct Header {
        var metadata: [String: String] = [:]
        var fields: [(name: String, field: Field)] = []

        init?(_ tree: JSONTree) {
            guard case .object(let members) = tree else { return nil }
            for (name, value) in members {
                if name == "__metadata__" {
                    guard let texts = value.texts else { return nil }
                    metadata = texts
                } else {
                    guard let field = Field(value) else { return nil }
                    fields.append((name, field))
                }
            }
        }
    }
}

extension JSONTree {
    /// A list's whole numbers; nil if this is anything else.
    fileprivate var integers: [Int]? {
        guard case .list(let values) = self else { return nil }
        var integers: [Int] = []
        for value in values {
            guard case .integer(let integer) = value else { return nil }
            integers.append(integer)
        }
        return integers
    }

    /// An object's texts; nil if this is anything else.
    fileprivate var texts: [String: String]? {
        guard case .object(let members) = self else { return nil }
        var texts: [String: String] = [:]
        for (key, value) in members {
            guard case .text(let text) = value else { return nil }
            texts[key] = text
        }
        return texts
    }
}

/// Why a file could not be read as safetensors, or not into a given network.
package enum SafeTensorsError: Error, Equatable {
    case malformed(String)
    /// The file is sound but holds other tensors than are wanted.
    case mismatch(String)

    package var message: String {
        switch self {
        case .malformed(let reason): "not a sound safetensors file: \(reason)"
        case .mismatch(let reason): reason
        }
    }
}

extension SafeTensors {
    /// Copies the tensors into parameters of the same names and shapes. Every parameter must be there; a tensor that no
    /// parameter wants is refused too, since it tells that the file belongs to something else.
    package func load(into parameters: [Parameter]) throws(SafeTensorsError) {
        var wanted = Set<String>()
        for parameter in parameters {
            wanted.insert(parameter.name)
            guard let entry = tensors[parameter.name] else { throw .mismatch("tensor \(parameter.name) is missing") }
            guard entry.shape == parameter.shape else {
                throw .mismatch("tensor \(parameter.name) has shape \(entry.shape), wanted \(parameter.shape)")
            }
        }
        if let extra = tensors.keys.filter({ !wanted.contains($0) }).min() {
            throw .mismatch("tensor \(extra) is not part of this architecture")
        }
        for parameter in parameters {
            unsafe tensors[parameter.name]!.copy(to: parameter.value.base, count: parameter.count)
        }
    }

    /// A file that holds the given parameters.
    package init(_ parameters: [Parameter]) {
        self.init()
        for parameter in parameters { add(parameter.name, shape: parameter.shape, values: parameter.value.values) }
    }
}
