// Larger and smaller relatives of a blueprint.

extension Blueprint {
    /// The same with all channel counts and hidden widths times `factor`, rounded to multiples of 8, at least 8. Paths of an inception
    /// are rounded to whole numbers only: the article has some of 1.
    package func widened(by factor: Double) -> Blueprint {
        if factor == 1 { return self }
        func scaled(_ width: Int, _ grain: Int) -> Int {
            max(1, Int(min(Double(width) * factor / Double(grain), 1e6).rounded())) * grain
        }
        var result = self
        result.changeBlocks { block in
            block.paths = block.paths.map { scaled($0, 1) }
            block.outputs = block.paths.isEmpty ? scaled(block.outputs, 8) : block.paths.reduce(0, +)
        }
        for head in [\Blueprint.fusion, \.spatial.head, \.frequency.head] {
            result[keyPath: head].hidden = result[keyPath: head].hidden.map { scaled($0, 8) }
        }
        return result
    }

    /// The same with every residual block `more` times oftener.
    package func deepened(by more: Int) -> Blueprint {
        var result = self
        result.changeBlocks { if $0.residual { $0.repeats += more } }
        return result
    }

    private mutating func changeBlocks(_ change: (inout Block) -> Void) {
        for branch in [\Blueprint.spatial, \.frequency] {
            for input in self[keyPath: branch].inputs.indices {
                for index in self[keyPath: branch].inputs[input].blocks.indices {
                    change(&self[keyPath: branch].inputs[input].blocks[index])
                }
            }
            for index in self[keyPath: branch].blocks.indices { change(&self[keyPath: branch].blocks[index]) }
        }
    }
}
