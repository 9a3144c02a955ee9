// The files of one spectrum, which `assay spectrum` writes, and scans that were asked to.

import Files
import Imaging
import Spectra
import Threads

/// Writes spectra to a directory.
struct SpectrumFiles {
    let folder: EvidenceFolder
    let options: SpectrumOptions

    /// The array, the drawing and the curve, each with its name in JSON.
    func write(_ spectrum: Spectrum, _ sha256: String) throws(CommandFailure) -> [(String, PathBytes)] {
        let name = name(sha256)
        let plot = SpectrumPlot.spectrum("Spectrum of \(sha256.prefix(16))", ofResidual: options.ofResidual)
        let panels = Spectrum.channels.enumerated().map { (name: $1, values: spectrum.plane($0)) }
        let drawing = plot.drawing(panels, width: spectrum.width, height: spectrum.height)
        return [
            ("npy", try folder.write(spectrum.array.encoded(), name + ".npy", .array)),
            ("png", try folder.write(encodePNG(drawing), name + ".png", .png)),
            ("profile", try folder.write(Array(spectrum.radialProfile.utf8), name + ".csv", .profile)),
        ]
    }

    /// The difference from a reference of the same extents, as array and drawing.
    func write(
        _ difference: [Float], _ reference: SpectralReference, _ peaks: [SpectralPeak], _ sha256: String
    ) throws(CommandFailure) -> [(String, PathBytes)] {
        let name = name(sha256)
        let array = NumPyArray(shape: [reference.height, reference.width, reference.channels], values: difference)
        let drawing = SpectrumPlot.difference("Difference of \(sha256.prefix(16))").drawing(
            [(name: "luminance", values: reference.luminance(difference))], width: reference.width,
            height: reference.height, marks: peaks.map { (vertical: $0.vertical, horizontal: $0.horizontal) })
        return [
            ("differenceNpy", try folder.write(array.encoded(), name + ".difference.npy", .array)),
            ("differencePng", try folder.write(encodePNG(drawing), name + ".difference.png", .png)),
        ]
    }

    private func name(_ sha256: String) -> String { sha256 + (options.ofResidual ? ".residual" : "") }
}

extension SpectrumFiles {
    /// What makes spectra of the pictures of a scan.
    ///
    /// - Parameter warn: told why a picture's spectrum could not be written.
    /// - Returns: what writes those of one picture, all of them to the disk, and gives the array's path; nil for a picture that is
    ///   smaller than a crop.
    static func maker(
        _ folder: EvidenceFolder, warn: @escaping @Sendable (String) -> Void
    ) -> @Sendable (Pixels, String) -> PathBytes? {
        let files = SpectrumFiles(folder: folder, options: SpectrumOptions())
        // Of equal files one after the other is written: their spectra have the same names.
        let inWork = Monitor(Set<String>())
        return { pixels, sha256 in
            guard let spectrum = Spectrum(of: pixels, files.options) else { return nil }
            inWork.wait { $0.insert(sha256).inserted ? () : nil }
            defer { inWork.with { _ = $0.remove(sha256) } }
            do throws(CommandFailure) {
                let written = try files.write(spectrum, sha256)
                try folder.sync()
                return written.first?.1
            } catch {
                if case .failure(let message) = error { warn("no spectrum: \(message)") }
                return nil
            }
        }
    }
}
