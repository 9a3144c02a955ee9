// `assay spectrum`: what pictures look like as frequencies, and how that differs from a reference.

import Files
import Imaging
import Scanning
import Spectra

/// Writes spectra, their mean, or their difference from a mean.
enum SpectrumCommand {
    static let paths = Argument(
        "path", repeats: true, "Pictures, or directories of them; - is one picture on standard input.")
    static let output = Option(
        "output", short: "o", value: "path", default: ".",
        "Write to this directory, or with --mean to this file. Files are named by the picture's SHA-256.")
    static let whole = Option("whole", "Transform the whole picture instead of crops.")
    static let size = Option(
        "size", value: "n", default: "128", "Average over crops of <n> × <n> pixels, side by side, at most 64.")
    static let residual = Option(
        "residual",
        "Transform what each pixel has more or less than the median of its neighbours: up-sampling shows there.")
    static let mean = Option(
        "mean", "Write one reference for all pictures instead: mean and deviation of their spectra.")
    static let compact = Option(
        "compact", "With --mean, keep luminance only, as float16: the form of the shipped reference.")
    static let resume = Option("resume", "With --mean, go on where an interrupted run stopped.")
    static let against = Option(
        "against", value: "reference",
        "Write the difference from a reference that --mean wrote, from a directory of pictures, or from the shipped one (shipped), and say "
            + "which frequencies stand out.")
    static let json = Option("json", "Say it in JSON lines instead of words.")

    static let command = Command(
        "spectrum", "Write the frequencies of pictures, and what is unusual about them.",
        discussion: [
            "For each picture NAME.npy (float32, height × width × channels: luminance, red, green, blue), NAME.png and NAME.csv (the mean over "
                + "rings of frequency). Values are ln(|X| + 0.01), X the orthonormal DCT-II of grey levels from 0 to 255."
        ],
        arguments: [paths],
        options: [output, whole, size, residual, mean, compact, resume, against, json] + EvidenceRun.options,
        manual: SpectrumManual.sections, run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let side = try line.integer(size, 8...1024)
        if line.flag(whole) && side != nil { throw .usage("'--whole' and '--size' exclude each other") }
        let options = SpectrumOptions(side: line.flag(whole) ? nil : side ?? 128, ofResidual: line.flag(residual))
        if (line.flag(resume) || line.flag(compact)) && !line.flag(mean) {
            throw .usage("'--resume' and '--compact' go with '--mean'")
        }
        let run = try EvidenceRun(line)
        if line.flag(mean) {
            guard let target = line.path(output), !line.flag(whole), line.path(against) == nil else {
                throw .usage("'--mean' needs '--output FILE', and can't go with '--whole' or '--against'")
            }
            return try writeMean(
                line.operands, options, run, target, resumes: line.flag(resume), isCompact: line.flag(compact))
        }
        let reference = try line.path(against).map { path throws(CommandFailure) in
            try loadReference(path, options, run)
        }
        let folder = try EvidenceFolder(line.path(output) ?? PathBytes("."))
        run.leftOut = folder.identity
        var isWhole = true
        // Whole spectra are large: that of a picture within the limit may take gigabytes, and its file a few kilobytes.
        let window = options.side == nil ? 1 : 4 * run.jobs
        let isRead = try run.forEach(line.operands, window: window) { picture in
            (sha256: picture.sha256, spectrum: Spectrum(of: picture.pixels, options))
        } _: { path, made throws(CommandFailure) in
            guard let spectrum = made.spectrum else {
                isWhole = false
                return Console.error("\(path.escaped): smaller than a crop; --size or --whole\n")
            }
            try write(spectrum, path, made.sha256, options, reference, folder, isJSON: line.flag(json))
        }
        return isRead && isWhole ? 0 : 2
    }

    private static func write(
        _ spectrum: Spectrum, _ path: PathBytes, _ sha256: String, _ options: SpectrumOptions,
        _ reference: SpectralReference?,
        _ folder: EvidenceFolder,
        isJSON: Bool
    ) throws(CommandFailure) {
        let target = SpectrumFiles(folder: folder, options: options)
        var files = try target.write(spectrum, sha256)
        var peaks: [SpectralPeak] = []
        if let reference {
            guard reference.width == spectrum.width, reference.height == spectrum.height else {
                throw .failure(
                    "the reference is of \(reference.width) × \(reference.height) frequencies, \(path.escaped) has "
                        + "\(spectrum.width) × \(spectrum.height)")
            }
            peaks = reference.peaks(spectrum)
            files += try target.write(reference.difference(spectrum), reference, peaks, sha256)
        }
        try Console.out(
            isJSON
                ? jsonLine(path, sha256, files, reference == nil ? nil : peaks)
                : words(path, files, reference == nil ? nil : peaks))
    }

    private static func jsonLine(
        _ path: PathBytes, _ sha256: String, _ files: [(String, PathBytes)], _ peaks: [SpectralPeak]?
    )
        -> String
    {
        var json = JSONText()
        json.object { json in
            json.member("assay", 1)
            json.member("path", path.lossy)
            if !path.isText { json.member("pathBytes", path.bytes.base64) }
            json.member("sha256", sha256)
            json.member("spectrum") { json in for (key, file) in files { json.member(key, file.lossy) } }
            if let peaks {
                json.list("peaks") { json in
                    for peak in peaks {
                        json.object { json in
                            json.member("vertical", peak.vertical)
                            json.member("horizontal", peak.horizontal)
                            json.member("score", peak.score, decimals: 2)
                            json.member("period", peak.period)
                            json.member("meaning", peak.meaning)
                        }
                    }
                }
            }
        }
        json.endLine()
        return json.text
    }

    private static func words(_ path: PathBytes, _ files: [(String, PathBytes)], _ peaks: [SpectralPeak]?)
        -> String
    {
        var text = "\(path.escaped): \(files[1].1.escaped)\n"
        guard let peaks else { return text }
        if peaks.isEmpty { text += "  nothing stands out by \(Int(SpectralPeak.threshold)) standard deviations\n" }
        for peak in peaks {
            text +=
                "  \(fixed(peak.vertical, 4)) down, \(fixed(peak.horizontal, 4)) across (cycles/pixel): "
                + "\(fixed(peak.score, 1)) standard deviations; \(peak.meaning)\n"
        }
        return text
    }

    private static func fixed(_ value: Double, _ decimals: Int) -> String {
        var json = JSONText()
        json.value(value, decimals: decimals)
        return json.text
    }
}

extension Spectrum {
    var array: NumPyArray { NumPyArray(shape: [height, width, Spectrum.channels.count], values: values) }
}
