// What Foundation reads is the reference: the reader gives the same values, and takes nothing that Foundation refuses.
import Foundation
import JSON
import Testing

@Suite struct JSONReaderTests {
    private func read(_ text: String) -> JSONTree? { JSONTree(Array(text.utf8)) }

    private func reference(_ bytes: [UInt8]) -> JSONTree? {
        try? JSONDecoder().decode(JSONTree.self, from: Data(bytes))
    }

    /// Foundation makes `1.0` a whole number, and cuts off the fraction of what is larger than a fraction can be told from.
    private func plain(_ tree: JSONTree) -> JSONTree {
        switch tree {
        case .integer(let value): .number(Double(value))
        case .list(let values): .list(values.map(plain))
        case .object(let members): .object(members.mapValues(plain))
        default: tree
        }
    }

    private static let sound = [
        "{}", "[]", " [ ] ", "\t{\r\n}", "null", "true", "false", "0", "-0", "12", "-7.25", "1e2", "1.0", "5E-324",
        "2.2250738585072011e-308", "0.1", "123456789012345678901234567890", "9223372036854775807",
        "-9223372036854775808", "9223372036854775808", "\"\"", "\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\"",
        "\"\\u00e9\\u20AC\\uD83D\\uDE00\"", "\"é€😀\u{7F}\"", "[1,[2,[3,null]],{\"a\":[{}]}]",
        "{\"b\":{\"c\":\"d\",\"e\":-1.5e3},\"\":[true,false]}",
    ]

    @Test(arguments: sound) func `sound texts are read as Foundation reads them`(_ text: String) throws {
        let tree = try #require(read(text))
        #expect(plain(tree) == reference(Array(text.utf8)).map(plain))
    }

    /// A key of combining marks alone takes a table the square of their number.
    @Test func `a key that is longer than any is refused, a text is not`() {
        let marks = String(repeating: "\u{316}\u{301}", count: 128)
        #expect(read("{\"\(marks)\":1}") != nil)
        #expect(read("{\"\(marks)a\":1}") == nil)
        #expect(read("{\"a\":\"\(marks + marks)\"}") == .object(["a": .text(marks + marks)]))
    }

    @Test func `whole numbers are whole to the last digit`() {
        #expect(read("9223372036854775807") == .integer(.max))
        #expect(read("-9223372036854775808") == .integer(.min))
        #expect(read("9223372036854775808") == .number(9223372036854775808))
        #expect(read("12.0") == .number(12))
    }

    @Test(
        arguments: [
            "", " ", "{", "}", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":1}x",
            "nul",
            "tru", "True", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1e999", "NaN", "Infinity", "\"a", "\"\n\"",
            "\"\\x\"", "\"\\u12\"", "\"\\uD800\"", "\"\\uD800\\u0041\"", "\"\\uDC00\"", "'a'", "[1}", "//1\n2",
        ])
    func `what is no JSON is refused`(_ text: String) { #expect(read(text) == nil) }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(JSONTree([0x22, 0xFF, 0x22]) == nil)
        #expect(JSONTree([0x22, 0x5C, 0x6E, 0xC3, 0x22]) == nil)
        #expect(JSONTree([0xEF, 0xBB, 0xBF, 0x31]) == nil)
    }

    @Test func `a key that comes twice is refused`() {
        #expect(read("{\"a\":1,\"a\":1}") == nil)
        #expect(read("{\"a\":1,\"\\u0061\":1}") == nil)
        #expect(read("[{\"a\":1},{\"a\":1}]") != nil)
    }

    @Test func `nesting ends before the stack does`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(read(nested(100)) != nil)
        #expect(read(nested(101)) == nil)
        #expect(read(String(repeating: "[", count: 1_000_000)) == nil)
        #expect(read(String(repeating: "{\"a\":", count: 1_000_000)) == nil)
    }

    @Test func `damaged texts give what Foundation makes of them, or nothing`() {
        var state: UInt64 = 11
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var accepted = 0
        let alphabet = Array("{}[]\",:\\u0e1-.tn ".utf8)
        for round in 0..<20_000 {
            var bytes = Array(Self.sound[round % Self.sound.count].utf8)
            for _ in 0...random(3) where !bytes.isEmpty {
                bytes[random(bytes.count)] = random(8) == 0 ? UInt8(random(256)) : alphabet[random(alphabet.count)]
            }
            guard let tree = JSONTree(bytes) else { continue }
            accepted += 1
            #expect(reference(bytes).map(plain) == plain(tree), "\(bytes)")
        }
        #expect(accepted > 500)
    }

    @Test func `types are made of what was read`() throws {
        struct Inner: Codable, Equatable {
            enum Kind: String, Codable { case one, two }
            var kind: Kind
            var numbers: [Double]
            var small: UInt8?
        }
        struct Outer: Codable, Equatable {
            var name: String
            var inners: [Inner]
            var counts: [String: Int]
            var isSet: Bool
            var missing: Double?
        }
        let value = Outer(
            name: "a", inners: [Inner(kind: .one, numbers: [1, 2.5]), Inner(kind: .two, numbers: [], small: 255)],
            counts: ["x": 1, "y/z": -2], isSet: true)
        let tree = try #require(JSONTree(Array(JSONEncoder().encode(value))))
        #expect(try tree.decoded(as: Outer.self) == value)
        #expect(tree["name"] == .text("a") && tree["missing"] == nil && tree["name"]?["x"] == nil)
    }

    @Test func `what does not fit a type is refused at its place`() throws {
        func place(_ text: String) -> String? {
            do {
                _ = try #require(read(text)).decoded(as: [String: [UInt8]].self)
                return nil
            } catch let error as DecodingError {
                switch error {
                case .typeMismatch(_, let context), .dataCorrupted(let context), .valueNotFound(_, let context):
                    return context.codingPath.map(\.stringValue).joined(separator: " ")
                default: return "elsewhere"
                }
            } catch { return "\(error)" }
        }
        #expect(place("{\"a\":[1,2.0,255]}") == nil)
        #expect(place("{\"a\":[1,256]}") == "a Index 1")
        #expect(place("{\"a\":[1.5]}") == "a Index 0")
        #expect(place("{\"a\":[-1]}") == "a Index 0")
        #expect(place("{\"a\":[true]}") == "a Index 0")
        #expect(place("{\"a\":{}}") == "a")
        #expect(place("[]") == "")
    }
}
