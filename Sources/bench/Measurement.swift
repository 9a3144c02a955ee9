// How a time is taken: every case once a round, so that what slows the machine down meets all of them.

/// Something to time.
struct Case {
    let name: String
    /// What one call does, in `unit`s: images, or floating-point operations in GFLOP.
    let amount: Double
    let unit: String
    let body: () -> Void

    init(_ name: String, amount: Double, unit: String = "images", _ body: @escaping () -> Void) {
        (self.name, self.amount, self.unit, self.body) = (name, amount, unit, body)
    }
}

/// The median over the rounds, as a rate.
struct Result {
    let name: String
    let rate: Double
    let unit: String
    let milliseconds: Double

    private var key: String { unit == "images" ? "images_per_second" : "gflop_per_second" }
    var json: String {
        "{\"what\":\"\(name)\",\"\(key)\":\(rounded(rate)),\"milliseconds\":\(rounded(milliseconds, 1e4))}"
    }
    var row: String {
        let rate = "\(rounded(rate)) \(unit)/s"
        let space = String(repeating: " ", count: max(1, 84 - name.count - rate.count))
        return "  " + name + space + rate
    }
}

private func rounded(_ value: Double, _ scale: Double = 10) -> Double { (value * scale).rounded() / scale }

/// Runs all cases in turn, each for at least a tenth of a second a round.
func measure(_ cases: [Case], rounds: Int) -> [Result] {
    let clock = ContinuousClock()
    func seconds(_ repeats: Int, _ body: () -> Void) -> Double {
        let start = clock.now
        for _ in 0..<repeats { body() }
        let duration = start.duration(to: clock.now).components
        return Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
    }
    var times = [[Double]](repeating: [], count: cases.count)
    let repeats = cases.map { each in
        _ = seconds(1, each.body)
        return max(1, Int(0.1 / max(seconds(1, each.body), 1e-7)))
    }
    for _ in 0..<rounds {
        for index in cases.indices {
            times[index].append(seconds(repeats[index], cases[index].body) / Double(repeats[index]))
        }
    }
    return zip(cases, times).map { each, times in
        let median = times.sorted()[times.count / 2]
        return Result(name: each.name, rate: each.amount / median, unit: each.unit, milliseconds: median * 1e3)
    }
}
