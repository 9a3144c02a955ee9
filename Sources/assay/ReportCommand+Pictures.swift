// The pictures of a report: made of the very files that were judged, decoded in a confined process, or left out.

import Detection
import Files
import Imaging
import Reporting
import Spectra

extension ReportCommand {
    /// Long side of a thumbnail.
    private static let thumbnailSide = 320
    private static let step = 64

    /// Thumbnails of the flagged files that are shown in detail; maps and spectra of the first of them.
    static func pictures(
        _ set: RecordSet, _ context: ReportContext, _ detector: Detector, maps: Int, _ run: EvidenceRun
    ) -> [Int: EntryPictures] {
        let detailed = HTMLReport.detailed(set, top: context.top)
        // A map of another model than the records' would explain nothing.
        let explainers = context.isModel(of: set) ? (0..<run.jobs).compactMap { _ in detector.makeExplainer() } : []
        let references = (
            picture: SpectralReference.shipped(ofResidual: false), residual: SpectralReference.shipped(ofResidual: true)
        )
        var shown: [Int: EntryPictures] = [:]
        for index in detailed {
            var made = EntryPictures()
            if let pixels = judgedPixels(set.entries[index], run) {
                made.pictures.append(thumbnail(pixels))
                let name = String(set.entries[index].sha256?.prefix(16) ?? "")
                if index < maps {
                    if !explainers.isEmpty {
                        add(
                            Explanation(of: pixels, explainers, step: step, references.picture), pixels, name, detector,
                            to: &made)
                    }
                    if let reference = references.residual { add(pixels, reference, name, to: &made) }
                }
            } else {
                made.remarks.append(
                    set.entries[index].isFurtherFrame
                        ? "No picture is shown: of a file with several frames only the first is read here."
                        : "No picture is shown: the file is not here, or not the one that was judged.")
            }
            shown[index] = made
        }
        return shown
    }

    /// The pixels of a record's file, if it is still the one that was judged.
    private static func judgedPixels(_ entry: Entry, _ run: EvidenceRun) -> Pixels? {
        guard entry.status == .ok, !entry.isFurtherFrame, let digest = entry.sha256 else { return nil }
        let path = entry.pathBytes.flatMap { [UInt8](base64: $0) }.map { PathBytes($0) } ?? PathBytes(entry.path)
        guard !path.bytes.contains(0), let file = try? OpenFile.open(path, in: nil, followingLinks: true),
            let read = try? run.read(file), read.sha256 == digest
        else { return nil }
        return read.pixels
    }

    private static func thumbnail(_ pixels: Pixels) -> EntryPictures.Picture {
        let small = pixels.fitted(thumbnailSide)
        return EntryPictures.Picture(
            type: "image/jpeg", bytes: encodeJPEG(small, quality: 80, subsampling: .s420),
            caption: small == pixels
                ? "The picture" : "The picture, reduced from \(pixels.width) × \(pixels.height) pixels")
    }

    private static func add(
        _ explanation: Explanation, _ pixels: Pixels, _ name: String, _ detector: Detector,
        to shown: inout EntryPictures
    ) {
        let map = explanation.map
        let drawing = map.drawing(
            "Scores of \(name)", "crops of \(map.grid.side) pixels every \(map.grid.step)", over: pixels
        ) { detector.card.calibration($0) }
        shown.pictures.append(
            EntryPictures.Picture(
                type: "image/jpeg", bytes: encodeJPEG(drawing, quality: 88, subsampling: .s444),
                caption:
                    "Scores of the picture's parts, laid over it for each head: blue for photographs, brown for synthesis"
            ))
        let share = map.share(.fused, detector.card.calibration(.fused), above: explanation.thresholds.fake)
        shown.remarks.append(
            "\(share.percent) of the picture, looked at in parts, reach the threshold that whole pictures are called fake by."
        )
        if let effect = explanation.strongestEffects.first {
            shown.remarks.append(
                "Of its frequencies, those from \(effect.band.lower.fixed(3)) to \(effect.band.upper.fixed(3)) cycles per pixel "
                    + "(\(effect.band.direction.rawValue)) moved the frequency branch most: made as in photographs, its logit "
                    + "\(effect.change < 0 ? "falls" : "rises") by \(abs(effect.change).fixed(2)).")
        }
    }

    private static func add(
        _ pixels: Pixels, _ reference: SpectralReference, _ name: String, to shown: inout EntryPictures
    ) {
        guard let spectrum = Spectrum(of: pixels, SpectrumOptions(side: reference.width, ofResidual: true)) else {
            return
        }
        let peaks = reference.peaks(spectrum)
        let drawing = SpectrumPlot.difference("Spectrum of the residual of \(name)").drawing(
            [(name: "luminance", values: reference.luminance(reference.difference(spectrum)))], width: reference.width,
            height: reference.height, marks: peaks.map { (vertical: $0.vertical, horizontal: $0.horizontal) })
        shown.pictures.append(
            EntryPictures.Picture(
                type: "image/png", bytes: encodePNG(drawing),
                caption: "Spectrum of the residual, against photographs; what stands out is framed"))
        guard let first = peaks.first else { return }
        shown.remarks.append(
            "\(peaks.count == 1 ? "One frequency stands" : "\(peaks.count) frequencies stand") out in the spectrum of its residual, most "
                + "of all \(first.vertical.fixed(3)) down and \(first.horizontal.fixed(3)) across (cycles per pixel) by "
                + "\(first.score.fixed(1)) standard deviations: \(first.meaning).")
    }
}
