// How a time is taken: every case once a round, so that what slows the machine down meets all of them.

/// Something to time.
struct Case {
    let name: String
    /// What one call does, in `unit`s: images, floating-point operations in GFLOP, or one run of a program.
    let amount: Double
    let unit: String
    let body: () -> Void

    init(_ name: String, amount: Double, unit: String = "images", _ body: @escaping () -> Void) {
        (self.name, self.amount, self.unit, self.body) = (name, amount, unit, body)
    }
}

/// A figure, for people and for programs.
struct Result {
    let json: String
    let row: String

    /// The rate of a case whose median time over the rounds is `seconds`.
    init(_ measured: Case, seconds: Double) {
        let (rate, milliseconds) = (rounded(measured.amount / seconds), rounded(seconds * 1e3, 1e4))
        let key = measured.unit.lowercased() + "_per_second"
        json = "{\"what\":\"\(measured.name)\",\"\(key)\":\(rate),\"milliseconds\":\(milliseconds)}"
        let isRun = measured.unit == "runs"
        row = Result.row(measured.name, isRun ? "\(rounded(milliseconds)) ms" : "\(rate) \(measured.unit)/s")
    }

    init(_ name: String, megabytes: Double) {
        json = "{\"what\":\"\(name)\",\"megabytes\":\(rounded(megabytes))}"
        row = Result.row(name, "\(rounded(megabytes)) MB")
    }

    private static func row(_ name: String, _ value: String) -> String {
        "  " + name + String(repeating: " ", count: max(1, 84 - name.count - value.count)) + value
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
    return zip(cases, times).map { Result($0, seconds: $1.sorted()[$1.count / 2]) }
}
