// Lets a value that was read be taken apart by any type that is `Decodable`.

extension JSONTree {
    /// A value of `type`.  Whole numbers are taken for such whatever their spelling.
    package func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
        try Value(from: JSONDecoding(tree: self, codingPath: []))
    }

    /// The member of this name; nil where there is none.
    package subscript(_ key: String) -> JSONTree? {
        if case .object(let members) = self { return members[key] }
        return nil
    }
}

extension JSONTree {
    /// An object's whole numbers; nil if this is anything else.
    fileprivate var counts: [String: Int]? {
        guard case .object(let members) = self else { return nil }
        var counts: [String: Int] = [:]
        counts.reserveCapacity(members.count)
        for (key, value) in members {
            guard case .integer(let integer) = value else { return nil }
            counts[key] = integer
        }
        return counts
    }
}

/// One value and the way to it from the outermost.
private struct JSONDecoding: Decoder, SingleValueDecodingContainer {
    let tree: JSONTree
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = tree else { throw mismatch([String: JSONTree].self) }
        return KeyedDecodingContainer(JSONMembers(members: members, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let values) = tree else { throw mismatch([JSONTree].self) }
        return JSONElements(values: values, codingPath: codingPath)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { tree == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .truth(let value) = tree else { throw mismatch(type) }
        return value
    }

    func decode(_ type: String.Type) throws -> String {
        guard case .text(let value) = tree else { throw mismatch(type) }
        return value
    }

    func decode(_ type: Double.Type) throws -> Double {
        switch tree {
        case .number(let value): return value
        case .integer(let value): return Double(value)
        default: throw mismatch(type)
        }
    }

    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

    func decode<Whole: FixedWidthInteger & Decodable>(_ type: Whole.Type) throws -> Whole {
        let value: Whole? =
            switch tree {
            case .integer(let value): Whole(exactly: value)
            case .number(let value): Whole(exactly: value)
            default: throw mismatch(type)
            }
        guard let value else {
            throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: "it is no \(type)"))
        }
        return value
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: self) }

    private func mismatch(_ type: any Any.Type) -> DecodingError {
        .typeMismatch(type, .init(codingPath: codingPath, debugDescription: "it is no \(type)"))
    }
}

/// The members of an object.
private struct JSONMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [String: JSONTree]
    let codingPath: [any CodingKey]

    var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try value(key).decodeNil() }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        // The dictionary's own way takes ten times as long, and a card has hundreds of sources.
        if type == [String: Int].self, let counts = members[key.stringValue]?.counts as? Value { return counts }
        return try Value(from: value(key))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> { try value(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try value(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { JSONDecoding(tree: .object(members), codingPath: codingPath) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try value(key) }

    private func value(_ key: Key) throws -> JSONDecoding {
        guard let tree = members[key.stringValue] else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "it is missing"))
        }
        return JSONDecoding(tree: tree, codingPath: codingPath + [key])
    }
}

/// The values of a list, one after the other.
private struct JSONElements: UnkeyedDecodingContainer {
    let values: [JSONTree]
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0

    init(values: [JSONTree], codingPath: [any CodingKey]) { (self.values, self.codingPath) = (values, codingPath) }

    var count: Int? { values.count }
    var isAtEnd: Bool { currentIndex == values.count }

    mutating func decodeNil() throws -> Bool {
        let isNull = try peek().decodeNil()
        if isNull { currentIndex += 1 }
        return isNull
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: next()) }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> { try next().container(keyedBy: type) }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }

    mutating func superDecoder() throws -> any Decoder { try next() }

    private func peek() throws -> JSONDecoding {
        let path = codingPath + [Index(intValue: currentIndex)]
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                JSONTree.self, .init(codingPath: path, debugDescription: "the list ends before it"))
        }
        return JSONDecoding(tree: values[currentIndex], codingPath: path)
    }

    private mutating func next() throws -> JSONDecoding {
        let value = try peek()
        currentIndex += 1
        return value
    }

    private struct Index: CodingKey {
        let intValue: Int?
        var stringValue: String { intValue.map { "Index \($0)" } ?? "" }
        init(intValue: Int) { self.intValue = intValue }
        init?(stringValue: String) { nil }
    }
}
