// The reference that spectra are held against: made of a folder, in one go or in several.

import Files
internal import Glibc
import Spectra

extension SpectrumCommand {
    /// Averages all pictures, keeping what has been added so far beside the target, and writes the reference.
    static func writeMean(
        _ operands: [PathBytes], _ options: SpectrumOptions, _ run: EvidenceRun, _ target: PathBytes, resumes: Bool,
        isCompact: Bool
    ) throws(CommandFailure) -> Int32 {
        let state = PathBytes(target.bytes + Array(".partial".utf8))
        try requireWritable(target, state)
        var average = SpectralAverage(width: options.side ?? 0, height: options.side ?? 0)
        if operands.contains(PathBytes("-")) { throw .usage("'--mean' is of files, so that it can be resumed") }
        let names = try listing(operands)
        var skipping = 0
        if resumes, let bytes = try? OpenFile.open(state, in: nil, followingLinks: false).readAll(limit: 4 << 30) {
            // Before the sums: a mark of ten bytes, how many files they are of, and which files and options there are.
            guard bytes.count > 82, bytes[18..<82].elementsEqual(key(names, options).utf8),
                let kept = SpectralAverage(state: Array(bytes[82...])), kept.width == average.width
            else { throw .failure("\(state.escaped): of other pictures or options; remove it to begin anew") }
            skipping = (0..<8).reduce(0) { $0 | Int(bytes[10 + $1]) << (8 * $1) }
            average = kept
        }
        var places: [PathBytes: Int] = [:]
        for (place, name) in names.enumerated() { places[name] = place }
        var (left, since) = (0, 0)
        let isRead = try run.forEach(operands, window: 4 * run.jobs, skipping: skipping) { picture in
            Spectrum(of: picture.pixels, options).map { (spectrum: $0, excess: $0.excess) }
        } _: { path, made throws(CommandFailure) in
            if let made { average.add(made.spectrum, excess: made.excess) } else { left += 1 }
            since += 1
            if since == 500 {
                since = 0
                let done = (places[path] ?? 0) + 1
                let count = (0..<8).map { UInt8(truncatingIfNeeded: done >> (8 * $0)) }
                let head = Array("assay-mean".utf8) + count + Array(key(names, options).utf8)
                try replace(state, with: head + average.state, .partialMean)
            }
        }
        guard let reference = average.reference else {
            throw .failure("a mean and its deviation take at least two pictures")
        }
        try replace(
            target, with: isCompact ? reference.ofLuminance.array.encoded(isHalf: true) : reference.array.encoded(),
            .array)
        _ = unsafe state.withCString { unsafe unlink($0) }
        Console.error(
            "\(average.count) pictures\(left > 0 ? ", \(left) smaller than a crop left out" : ""): \(target.escaped)\n")
        return isRead ? 0 : 2
    }

    /// Tells before hours of work what could not be written after them.
    private static func requireWritable(_ target: PathBytes, _ state: PathBytes) throws(CommandFailure) {
        let end = target.bytes.count - target.lastComponent.count
        let parent = end == 0 ? PathBytes(".") : PathBytes(Array(target.bytes[..<end]))
        do throws(FileError) {
            _ = try resolveReplaceable(target, .array)
            _ = try resolveReplaceable(state, .partialMean)
            guard unsafe parent.withCString({ unsafe access($0, W_OK | X_OK) }) == 0 else { throw .last }
        } catch {
            throw .failure("\(target.escaped): \(error.message)")
        }
    }

    /// The files of a walk in its order.
    private static func listing(_ operands: [PathBytes]) throws(CommandFailure) -> [PathBytes] {
        var names: [PathBytes] = []
        var walker = Walker()
        walker.sorted = true
        for operand in operands {
            walker.walk(operand) { found in
                if case .file(let file) = found { names.append(file.path) }
                return true
            }
        }
        return names
    }

    /// Names the pictures and what is made of them.
    private static func key(_ names: [PathBytes], _ options: SpectrumOptions) -> String {
        let digest = SHA256()
        digest.update(Array("\(options)".utf8))
        for name in names { digest.update(name.bytes + [0]) }
        return digest.finish()
    }

    /// What `--against` names.
    static func loadReference(
        _ path: PathBytes, _ options: SpectrumOptions, _ run: EvidenceRun
    ) throws(CommandFailure) -> SpectralReference {
        if path == PathBytes("shipped") {
            guard let reference = SpectralReference.shipped(ofResidual: options.ofResidual) else {
                throw .failure("this build carries no reference")
            }
            guard options.side == reference.width else {
                throw .usage("the shipped reference is of crops: '--size \(reference.width)'")
            }
            return reference
        }
        var status = stat()
        guard unsafe path.withCString({ unsafe stat($0, &status) }) == 0 else {
            throw .failure("\(path.escaped): \(FileError.last.message)")
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            guard let side = options.side else { throw .usage("a mean is of crops: it can't go with '--whole'") }
            var average = SpectralAverage(width: side, height: side)
            _ = try run.forEach([path], window: 4 * run.jobs) { picture in
                Spectrum(of: picture.pixels, options).map { (spectrum: $0, excess: $0.excess) }
            } _: { _, made throws(CommandFailure) in
                if let made { average.add(made.spectrum, excess: made.excess) }
            }
            guard let reference = average.reference else {
                throw .failure("\(path.escaped): a mean takes at least two pictures")
            }
            return reference
        }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try OpenFile.open(path, in: nil, followingLinks: true).readAll(limit: 1 << 30)
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
        guard let reference = NumPyArray(bytes).flatMap({ SpectralReference($0) }) else {
            throw .failure("\(path.escaped): not what 'assay spectrum --mean' writes")
        }
        return reference
    }
}

/// Sections of `assay-spectrum(1)`.
enum SpectrumManual {
    static let sections: [(title: String, paragraphs: [String])] = [
        (
            "Files",
            [
                "NAME is the SHA-256 of the picture's file, with .residual after it for --residual. NAME.npy opens in NumPy: vertical frequencies "
                    + "from the top, horizontal ones from the left, coefficient k at k / (2 · extent) cycles per pixel; the channels are luminance "
                    + "(0.299 R + 0.587 G + 0.114 B), red, green and blue. Of crops it holds the mean of their log-magnitudes. With --whole pictures are "
                    + "taken one after the other, and each needs about 32 bytes of memory a pixel.",
                "NAME.png shows them on a fixed scale, from -2 to 8, or from -4 to 4 for residuals, in the colours of viridis. NAME.csv has the mean "
                    + "over rings: the frequency, each channel, and the number of coefficients.",
                "With --against, NAME.difference.npy and .png have the difference from the reference's mean in its standard deviations, on a "
                    + "scale from -6 to 6, with what stands out framed.",
                "A reference is an array 3 × height × width × channels: mean, standard deviation between pictures, and standard deviation of what a "
                    + "coefficient has more than its surroundings. The shipped one has luminance only; it was made of photographs that the "
                    + "shipped model was trained on.",
            ]
        ),
        (
            "What stands out",
            [
                "A peak is a frequency that has more than the mean of the 11 × 11 coefficients around it (but for the 5 × 5 in the middle), and more so than in the reference, by "
                    + "six standard deviations or more; where all of a picture's coefficients are spread more widely than the reference's, "
                    + "by so much more. So neither sharpness nor noise nor one crop alone makes peaks; repeated patterns do.",
                "A picture that was enlarged by 2, 4 or 8, by a generator's decoder or otherwise, repeats itself with that period: peaks lie at the "
                    + "multiples of 1/2, 1/4 or 1/8 cycles per pixel. The period is the smallest that has a harmonic there. JPEG's blocks "
                    + "have the period 8, and 16 where colour is stored at half the resolution: a peak is a reason to look closer.",
            ]
        ),
        (
            "Exit status",
            ["0 if all pictures were transformed, 2 if any could not be, 64 if the command line is wrong."]
        ),
        (
            "Examples",
            [
                "assay spectrum --residual --against shipped -o spectra suspect.png",
                "assay spectrum --mean --residual -o camera.npy photographs; assay spectrum --residual --against camera.npy suspect.png",
            ]
        ),
    ]
}
