// How scores are spread: whether verdicts are few by far or by a hair.

import Detection

/// Counts of fused scores in bins of equal width from 0 to 1.
struct ScoreHistogram {
    /// For each bin the number of pictures of each standing.
    let bins: [[Standing: Int]]

    init(_ entries: [Entry], bins count: Int) {
        var bins = [[Standing: Int]](repeating: [:], count: count)
        for entry in entries {
            guard let score = entry.scores?.fused else { continue }
            bins[min(Int(score * Double(count)), count - 1)][Standing(entry), default: 0] += 1
        }
        self.bins = bins
    }

    func total(_ bin: Int) -> Int { bins[bin].values.reduce(0, +) }
    var highest: Int { bins.indices.map(total).max() ?? 0 }

    func range(_ bin: Int) -> (from: Double, to: Double) {
        (Double(bin) / Double(bins.count), Double(bin + 1) / Double(bins.count))
    }

    /// An SVG drawing with the thresholds as lines. All marks are attributes: the page allows no inline style.
    func drawing(_ thresholds: Thresholds?, of unit: String) -> String {
        let (left, top, width, height) = (56.0, 34.0, 640.0, 190.0)
        let top_ = Self.round(up: highest)
        var svg =
            "<svg viewBox=\"0 0 720 270\" role=\"img\" aria-labelledby=\"hist-title\" class=\"chart\">\n"
            + "<title id=\"hist-title\">Histogram of fused scores; the table below has the same numbers</title>\n"
        for tick in 0...4 {
            let y = top + height * (1 - Double(tick) / 4)
            svg += "<line class=\"grid\" x1=\"\(left)\" x2=\"\(left + width)\" y1=\"\(y)\" y2=\"\(y)\"/>"
            if top_ % 4 == 0 || tick == 0 || tick == 4 {
                svg += "<text x=\"\(left - 8)\" y=\"\(y + 4)\" text-anchor=\"end\">\((top_ * tick / 4).grouped)</text>"
            }
        }
        svg += "\n"
        let step = width / Double(bins.count)
        for bin in bins.indices {
            var floor = top + height
            for standing in [Standing.real, .uncertain, .review, .fake] {
                guard let count = bins[bin][standing], count > 0 else { continue }
                let tall = height * Double(count) / Double(top_)
                floor -= tall
                svg +=
                    "<rect class=\"\(standing.name)\" x=\"\((left + step * Double(bin) + 0.5).fixed(2))\" y=\"\(floor.fixed(2))\" "
                    + "width=\"\((step - 1).fixed(2))\" height=\"\(max(tall, 0.4).fixed(2))\"/>"
            }
        }
        svg += "\n"
        for tick in stride(from: 0, through: 10, by: 2) {
            let x = (left + width * Double(tick) / 10).fixed(1)
            svg +=
                "<text x=\"\(x)\" y=\"\(top + height + 18)\" text-anchor=\"middle\">\((Double(tick) / 10).fixed(1))</text>"
        }
        svg += "<text x=\"\(left + width / 2)\" y=\"\(top + height + 38)\" text-anchor=\"middle\">fused score</text>"
        svg += "<text x=\"\(left - 8)\" y=\"\(top - 16)\" text-anchor=\"end\">\(unit)</text>\n"
        var labels: [(String, Double)] = []
        if let thresholds {
            labels = [("real", thresholds.real), ("fake", thresholds.fake)]
            if let suspect = thresholds.suspect { labels.append(("suspect", suspect)) }
        }
        for (name, value) in labels {
            let x = (left + width * min(max(value, 0), 1)).fixed(1)
            // Beside its line, as the one for fake is often near.
            let anchor = name == "suspect" ? "end" : "middle"
            svg +=
                "<line class=\"limit\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(top - 8)\" y2=\"\(top + height)\"/>"
                + "<text x=\"\(x)\" y=\"\(top - 14)\" text-anchor=\"\(anchor)\">\(name) \(value.fixed(2))</text>"
        }
        return svg + "\n</svg>\n"
    }

    /// The next of 4, 8, 12, 20, 32, 40, 80, 120, 200, 320, 400 … that is not below `count`: their quarters are whole.
    private static func round(up count: Int) -> Int {
        var scale = 1
        while scale < Int.max / 100 {
            for factor in [4, 8, 12, 20, 32] where factor * scale >= count { return factor * scale }
            scale *= 10
        }
        return count
    }
}
