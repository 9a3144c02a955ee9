// A spectrum as a curve: how much there is at each frequency, whatever its direction.

import Files

extension Spectrum {
    /// The mean of each channel's log-magnitudes over rings of frequency, as CSV: the ring's middle in cycles per pixel, the channels,
    /// and how many coefficients the ring has. Rings are as wide as the finer of the two steps of frequency and end at 0.5.
    package var radialProfile: String {
        let rings = max(width, height)
        let channels = Spectrum.channels.count
        var sums = [Double](repeating: 0, count: rings * channels)
        var counts = [Int](repeating: 0, count: rings)
        for v in 0..<height {
            let vertical = Double(v) / Double(height)
            for u in 0..<width {
                let horizontal = Double(u) / Double(width)
                let ring = Int(((vertical * vertical + horizontal * horizontal).squareRoot() * Double(rings)).rounded())
                guard ring < rings else { continue }
                counts[ring] += 1
                let place = (v * width + u) * channels
                for channel in 0..<channels { sums[ring * channels + channel] += Double(values[place + channel]) }
            }
        }
        var text = "frequency,\(Spectrum.channels.joined(separator: ",")),coefficients\n"
        for ring in 0..<rings where counts[ring] > 0 {
            let means = (0..<channels).map { fixed(sums[ring * channels + $0] / Double(counts[ring]), 5) }
            text += "\(fixed(Double(ring) / Double(2 * rings), 6)),\(means.joined(separator: ",")),\(counts[ring])\n"
        }
        return text
    }
}

/// Fixed notation whatever the locale.
func fixed(_ value: Double, _ decimals: Int) -> String {
    var json = JSONText()
    json.value(value, decimals: decimals)
    return json.text
}
