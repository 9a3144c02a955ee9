// When each of many paths comes next, without looking at all of them.

internal import Files

/// Turns of paths, earliest first: a binary heap.
struct Timetable {
    struct Turn {
        var due: SettleQueue.Instant
        var path: PathBytes
        /// Tells the turns of one path apart.
        var number: Int
    }

    private var turns: [Turn] = []

    var count: Int { turns.count }
    var first: Turn? { turns.first }

    mutating func insert(_ turn: Turn) {
        turns.append(turn)
        var index = turns.count - 1
        while index > 0, turns[index].due < turns[(index - 1) / 2].due {
            turns.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func removeFirst() {
        turns.swapAt(0, turns.count - 1)
        turns.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < turns.count && turns[child].due < turns[least].due
            {
                least = child
            }
            if least == index { return }
            turns.swapAt(index, least)
            index = least
        }
    }

    mutating func keep(where isKept: (Turn) -> Bool) {
        // A sorted array is a heap.
        turns = turns.filter(isKept).sorted { $0.due < $1.due }
    }
}
