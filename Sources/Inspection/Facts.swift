// The values of all facts that are read from a file's content, by name and on the wire.

/// What is known of one file's content: a value, or none, for each row of the table.
package struct Facts: Sendable, Equatable {
    /// In the order of the table; empty when nothing is known.
    private var values: [FactValue?]

    /// None known.
    package init() { values = [] }

    package init(_ observation: Observation) { values = Facts.table.map { $0.value(observation) } }

    private static let places = Dictionary(uniqueKeysWithValues: zip(table.map(\.row.name), 0...))

    /// The value of the fact of this name, which must be in the table.
    package subscript(_ name: String) -> FactValue? {
        guard let place = Facts.places[name] else { preconditionFailure("no fact is called \(name)") }
        return values.isEmpty ? nil : values[place]
    }

    package func boolean(_ name: String) -> Bool? { if case .boolean(let value) = self[name] { value } else { nil } }
    package func integer(_ name: String) -> Int? { if case .integer(let value) = self[name] { value } else { nil } }
    package func number(_ name: String) -> Double? { if case .number(let value) = self[name] { value } else { nil } }
    package func text(_ name: String) -> String? { if case .text(let value) = self[name] { value } else { nil } }
    package func items(_ name: String) -> [FactValue]? { if case .list(let value) = self[name] { value } else { nil } }

    /// The value of the row at this place of the table.
    package func value(at place: Int) -> FactValue? { values.isEmpty ? nil : values[place] }

    /// Whether everything is there that a picture which was scored must have.
    package var isWhole: Bool { Facts.needed.allSatisfy { value(at: $0) != nil } }

    private static let needed = table.indices.filter { table[$0].row.presence == .ok }

    func encode(to wire: inout WireWriter) {
        wire.add(!values.isEmpty)
        for place in values.indices {
            wire.add(values[place] != nil)
            if let value = values[place] { wire.add(value, as: Facts.table[place].row.type) }
        }
    }

    init(_ wire: inout WireReader) throws(WireError) {
        values = []
        guard try wire.boolean() else { return }
        values.reserveCapacity(Facts.table.count)
        for fact in Facts.table { values.append(try wire.boolean() ? try wire.value(fact.row.type) : nil) }
    }
}
