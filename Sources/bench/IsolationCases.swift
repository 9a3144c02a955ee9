// What the wall around the decoders costs: the same pictures looked at in this process and in a confined one.
import Confinement
import Detection
import Files
import Imaging
import Inspection

/// One picture after the other by the shipped model, without rules. Nothing overlaps, so that what both processes do counts; a scan
/// hands over the next file while one is in work.
func isolationCases(_ program: String) -> [Case] {
    guard let detector = try? Detector.load(Detector.shippedBytes(), digest: Detector.shippedDigest) else { return [] }
    var settings = ConfinementSettings(ConfinementSettings.Model(detector.card, nil))
    settings.executable = program
    return [256, 1024].flatMap { side -> [Case] in
        let bytes = encodeJPEG(picture(side, side), quality: 90, subsampling: .s420)
        let data = StreamedBytes([bytes])
        var inspector = unsafe Inspector(settings.limits, detector)
        guard let confined = try? ConfinedInspector<Void>(settings) else { fatalError("there is no shared memory") }
        func check(_ finding: Finding?) {
            if let refusal = finding?.refusal { fatalError(refusal.message) }
        }
        return [
            Case("inspection of a \(side)×\(side) JPEG, in this process", amount: 1) {
                unsafe bytes.withUnsafeBytes { unsafe inspector.add($0) }
                check(inspector.findings().first)
            },
            Case("inspection of a \(side)×\(side) JPEG, confined", amount: 1) {
                guard let loaded = try? confined.load(data, keepsData: true, at: 0, .jpeg) else {
                    fatalError("there is no memory")
                }
                check(confined.ask(.judge, about: loaded))
                confined.forget(loaded)
            },
        ]
    }
}
