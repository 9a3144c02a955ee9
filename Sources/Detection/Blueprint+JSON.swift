// Blueprints as people write them and model files keep them.
import FoundationEssentials
import JSON

extension Blueprint {
    /// Reads a JSON text whose keys replace those of `base`; lists are replaced as a whole. Refuses a key that is not known, and what
    /// cannot be built.
    package init(json: [UInt8], over base: Blueprint) throws(BlueprintError) {
        guard let tree = try? JSONDecoder().decode(JSONTree.self, from: Data(json)), case .object = tree else {
            throw .unreadable("it is no JSON object")
        }
        try self.init(tree, over: base.tree)
    }

    /// - Parameter base: what `tree` does not have; nil where it has to have everything.
    init(_ tree: JSONTree, over base: JSONTree? = nil) throws(BlueprintError) {
        if let key = tree.unknownKey(beside: Blueprint.withEveryKey.tree) { throw .unreadable("unknown key '\(key)'") }
        do {
            let whole = base?.overlaid(with: tree) ?? tree
            self = try JSONDecoder().decode(Blueprint.self, from: JSONEncoder().encode(whole))
        } catch let error as DecodingError {
            throw .unreadable(describe(error))
        } catch {
            throw .unreadable("it is no JSON")
        }
        // One column is none that is named: equal blueprints are the same value.
        columns = columns
        try check()
    }

    /// What no network could be made of, but has all the keys that there are.
    private static let withEveryKey: Blueprint = {
        let block = Block(
            8, size: 5, residual: true, pooling: .maximum2, repeats: 2, kind: .inception, paths: [2, 2, 2, 2])
        var result = crossdomain
        result.columns = 2
        for branch in [\Blueprint.spatial, \.frequency] {
            result[keyPath: branch].inputs = [InputPlan([.rgb], normalised: true, [block])]
            result[keyPath: branch].blocks = [block]
        }
        return result
    }()

    /// The JSON text, a line for what fits on one.
    package var json: String { tree.lines(width: 100) + "\n" }

    /// The JSON text on a line of its own.
    package var compactJSON: String { tree.compact }

    private var tree: JSONTree {
        guard let data = try? JSONEncoder().encode(self),
            let tree = try? JSONDecoder().decode(JSONTree.self, from: data)
        else { preconditionFailure("a blueprint holds a number that is not finite") }
        return tree
    }
}

/// The place and what is wrong there.
private func describe(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
        path.reduce("") { text, key in
            if let index = key.intValue { return "\(text)[\(index)]" }
            return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
        }
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(place(context.codingPath + [key])): it is missing"
    case .typeMismatch(let type, let context): return "\(place(context.codingPath)): it is no \(type)"
    case .valueNotFound(let type, let context): return "\(place(context.codingPath)): it is null and no \(type)"
    // What is no JSON at all was refused before.
    case .dataCorrupted(let context) where context.codingPath.isEmpty: return "a number in it is too large or not whole"
    case .dataCorrupted(let context): return "\(place(context.codingPath)): \(context.debugDescription)"
    @unknown default: return "it is no JSON of a blueprint"
    }
}
