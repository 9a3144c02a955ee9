// Whatever becomes of processes, every file leaves the queue once, in its turn, with the answer that is its own.

import Imaging
import Inspection
import Testing

@testable import Confinement

/// Runs a body once for every sequence of choices that it can make.
struct EveryChoice {
    private var made: [(choice: Int, of: Int)] = []
    private var next = 0

    mutating func among(_ count: Int) -> Int {
        if next == made.count { made.append((0, count)) }
        defer { next += 1 }
        return made[next].choice
    }

    private mutating func goOn() -> Bool {
        next = 0
        while let last = made.popLast() {
            if last.choice + 1 < last.of {
                made.append((last.choice + 1, last.of))
                return true
            }
        }
        return false
    }

    static func run(_ body: (inout EveryChoice) throws -> Void) rethrows -> Int {
        var (choices, runs) = (EveryChoice(), 0)
        repeat {
            try body(&choices)
            runs += 1
        } while choices.goOn()
        return runs
    }
}

struct InFlightTests {
    /// What a file does to the process that looks at it.
    enum Kind: Int, CaseIterable {
        case good, crash, corrupt, hang
    }

    private static let crashed = Refusal(.error, code: "crashed", message: "")
    private static let killed = Refusal(.error, code: "crashed", message: "killed")
    private static let timeout = Refusal(.error, code: "timeout", message: "")

    /// A parent and its processes, of which the test decides how they take files and when they are killed.
    private struct Simulation {
        var queue: InFlight<Int>
        let kinds: [Kind]
        let batch: Int
        /// Files before the running process.
        var process: [Int] = []
        var left: [(file: Int, finding: Finding?)] = []
        var steps = 0

        init(_ kinds: [Kind], batch: Int) {
            (self.kinds, self.batch) = (kinds, batch)
            queue = InFlight(batch: batch)
        }

        /// Every good file has an answer of its own.
        static func answer(_ file: Int) -> Finding {
            var finding = Finding(Facts())
            finding.result = file
            return finding
        }

        mutating func handOver() {
            while let file = queue.send() { process.append(file.place!.lowerBound / 64) }
        }

        mutating func submit(_ file: Int) {
            queue.add(file, at: (64 * file)..<(64 * file + 1), .judge, .jpeg)
            handOver()
        }

        mutating func takeDone() { while let file = queue.takeFirst() { left.append((file.evidence, file.finding)) } }

        /// The process takes a few of its files together, and what becomes of that is told to the queue.
        mutating func work(_ choices: inout EveryChoice, losses: inout Int) {
            steps += 1
            if losses > 0, choices.among(2) == 1 {
                losses -= 1
                process = []
                queue.fail(.loss(InFlightTests.killed))
                return handOver()
            }
            let group = process.prefix(1 + (batch > 1 ? choices.among(min(batch, process.count)) : 0))
            if let bad = group.first(where: { kinds[$0] == .crash || kinds[$0] == .hang }) {
                process = []
                queue.fail(.fault(kinds[bad] == .crash ? InFlightTests.crashed : InFlightTests.timeout))
                return handOver()
            }
            process.removeFirst(group.count)
            for file in group {
                // Answers come in order: the parent takes each for the file that it expects.
                #expect(queue.current?.evidence == file)
                if kinds[file] == .corrupt {
                    queue.answer(Finding(Refusal(.error, code: "corrupt", message: "")))
                    // The rest of the batch goes to the next process with all that follows.
                    process = []
                    queue.recall()
                    return handOver()
                }
                queue.answer(Self.answer(file))
            }
            handOver()
        }
    }

    private func expectRight(_ simulation: Simulation) {
        #expect(simulation.left.map(\.file) == Array(simulation.kinds.indices))
        for (file, finding) in simulation.left {
            switch simulation.kinds[file] {
            case .good: #expect(finding?.refusal == nil && finding?.result == file)
            case .crash: #expect(finding?.refusal == Self.crashed)
            case .hang: #expect(finding?.refusal == Self.timeout)
            case .corrupt: #expect(finding?.refusal?.code == "corrupt")
            }
        }
    }

    /// Three files of any kinds, one or a few at a time, killed processes at any two moments, and files that come early or late.
    @Test(arguments: [1, 2, 3]) func everyOrderOfEventsGivesEachFileItsOwnAnswer(batch: Int) {
        let runs = EveryChoice.run { choices in
            let kinds = (0..<3).map { _ in Kind(rawValue: choices.among(4))! }
            var simulation = Simulation(kinds, batch: batch)
            var (losses, next) = (2, 0)
            while simulation.left.count < 3 && simulation.steps < 60 {
                // A worker waits for answers only when it has enough in hand, or no more to take.
                if next < 3, !simulation.queue.hasSent || choices.among(2) == 0 {
                    simulation.submit(next)
                    next += 1
                } else {
                    simulation.work(&choices, losses: &losses)
                }
                simulation.takeDone()
            }
            expectRight(simulation)
        }
        #expect(runs > 1000)
    }

    @Test func manyFilesInRandomOrders() {
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<300 {
            let batch = 1 + random(16)
            let kinds = (0..<60).map { _ in random(6) == 0 ? Kind(rawValue: random(4))! : .good }
            var simulation = Simulation(kinds, batch: batch)
            var next = 0
            while simulation.left.count < kinds.count && simulation.steps < 10_000 {
                if next < kinds.count, simulation.queue.inBuffer <= batch {
                    simulation.submit(next)
                    next += 1
                } else {
                    // One choice for each run: an odometer that starts anew draws zeros, so draw here.
                    var (choices, losses) = (EveryChoice(), 0)
                    if random(10) == 0, simulation.queue.hasSent {
                        simulation.process = []
                        simulation.queue.fail(.loss(Self.killed))
                        simulation.handOver()
                    } else {
                        simulation.work(&choices, losses: &losses)
                    }
                }
                simulation.takeDone()
            }
            expectRight(simulation)
        }
    }

    @Test func aFileThatProcessesAreAlwaysLostWithPaysAtLast() {
        for batch in [1, 4] {
            var queue = InFlight<String>(batch: batch)
            queue.add("a", at: 0..<1, .judge, .jpeg)
            queue.add("b", at: 64..<65, .judge, .jpeg)
            var tries = 0
            while !queue.isFirstDone && tries < 100 {
                while queue.send() != nil {}
                queue.fail(.loss(Self.killed))
                tries += 1
            }
            // The first failure of a batch tells nothing of any one of it.
            #expect(tries == InFlight<String>.mostLosses + (batch > 1 ? 1 : 0))
            #expect(queue.takeFirst()?.finding?.refusal == Self.killed)
            #expect(queue.send()?.evidence == "b")
            queue.answer(Simulation.answer(1))
            #expect(queue.takeFirst()?.finding?.result == 1)
        }
    }

    @Test func suspectsAreAloneWithTheirProcess() {
        var queue = InFlight<String>(batch: 3)
        for (index, name) in ["a", "b", "c"].enumerated() {
            queue.add(name, at: (64 * index)..<(64 * index + 1), .judge, .png)
        }
        #expect([queue.send(), queue.send(), queue.send()].map { $0?.evidence } == ["a", "b", "c"])
        queue.fail(.fault(Self.crashed))
        #expect(queue.send()?.evidence == "a" && queue.send() == nil)
        queue.answer(Simulation.answer(0))
        #expect(queue.send()?.evidence == "b" && queue.send() == nil)
        queue.fail(.fault(Self.crashed))
        #expect(queue.send()?.evidence == "c")
        // One that comes later was not among them, but waits for the last suspect.
        queue.add("d", at: 192..<193, .judge, .png)
        #expect(queue.send() == nil)
        queue.answer(Simulation.answer(2))
        #expect(queue.send()?.evidence == "d")
        queue.answer(Simulation.answer(3))
        #expect((0..<4).map { _ in queue.takeFirst()?.finding?.refusal?.code } == [nil, "crashed", nil, nil])
    }

    @Test func whatNeedsNoProcessWaitsForItsTurn() {
        var queue = InFlight<String>(batch: 1)
        queue.add(known: "first")
        queue.add("picture", at: 0..<10, .judge, .jpeg)
        queue.add(known: "last")
        #expect(queue.takeFirst()?.evidence == "first")
        #expect(queue.takeFirst() == nil && queue.count == 2 && queue.inBuffer == 1)
        queue.amendNewest { $0 += "!" }
        #expect(queue.send()?.place == 0..<10)
        queue.answer(Simulation.answer(5))
        #expect(queue.takeFirst()?.finding?.result == 5 && queue.inBuffer == 0)
        let last = queue.takeFirst()
        #expect(last?.evidence == "last!" && last?.finding == nil)
    }

    @Test func withoutAProcessTheFileThatWasToBeHandedOverIsRefused() {
        var queue = InFlight<String>(batch: 1)
        queue.add("a", at: 0..<1, .judge, .jpeg)
        #expect(queue.send()?.evidence == "a")
        queue.give(up: Self.crashed)
        #expect(queue.takeFirst()?.finding?.refusal == Self.crashed)
        // An answer or a failure that nobody waits for changes nothing.
        queue.answer(Simulation.answer(1))
        queue.fail(.fault(Self.crashed))
        #expect(queue.count == 0)
    }
}
