// Reads a plan out of a command line.

import Confinement
import Detection
import Files
internal import Glibc
import Imaging
import Inspection
import Provenance
import Scanning

extension ScanPlan {
    /// Everything that the options of `assay scan` say about what is scanned, and how.
    ///
    /// - Parameter warn: told of each spectrum that could not be written, and why.
    init(
        _ line: Invocation, _ detector: Detector, _ model: SharedBytes?, _ rules: RulePlan,
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(CommandFailure) {
        self.init(detector, model, rules: rules)
        let spectra = try line.path(ScanOptions.spectra).map { path throws(CommandFailure) in try EvidenceFolder(path) }
        try read(line, leavingOut: spectra)
        makeSpectrum = spectra.map { SpectrumFiles.maker($0, warn: warn) }
        lacksSpectrum = { warn("no spectrum: \($0.escaped): not to be read again as it was judged") }
    }

    /// Everything that the options of `assay marks` say; those of `assay scan` that it lacks are never given.
    init(declaring line: Invocation) throws(CommandFailure) {
        self.init(.declare)
        try read(line)
    }

    /// Everything that the options of `assay hash` say.
    init(hashing line: Invocation) throws(CommandFailure) {
        self.init(.hash)
        try read(line)
    }

    /// - Parameter written: a directory that the scan writes to, whose files are none of its own.
    private mutating func read(
        _ line: Invocation, leavingOut written: EvidenceFolder? = nil
    ) throws(CommandFailure) {
        typealias Options = ScanOptions
        let isNull = line.flag(Options.null)
        let isList = line.flag(Options.list)
        let listNames = line.all(Options.filesFrom)
        if isNull && !isList && listNames.isEmpty {
            throw .usage("The option '--null' needs '--list' or '--files-from <file>'")
        }
        if line.flag(Options.resume) && (line.output == nil || isList) {
            throw .usage("The option '--resume' needs '--output <file>' and records, not '--list'")
        }
        var walker = try Walker(line)
        if let written {
            let operands = line.operands.isEmpty ? [PathBytes(".")] : line.operands
            if let same = operands.first(where: written.isSame) {
                throw .usage("'--spectra' needs a directory of its own, not \(same.escaped) itself")
            }
            walker.leftOut = written.identity
        }
        maxFileSize = try line.quantity(Options.maxFileSize)
        // Those of archives come when it is known how they are unpacked.
        if line.flag(Options.tar) {
            try ScanPlan.checkArchives(line)
        } else if line.operands.isEmpty && listNames.isEmpty {
            sources = [WalkSource([PathBytes(".")], prefix: PathBytes(""), walker)]
        } else {
            sources = ScanPlan.files(line.operands, walker, maxFileSize: maxFileSize)
        }
        for name in listNames {
            do throws(FileError) {
                sources.append(ListSource(try PathList(name, separator: isNull ? 0 : UInt8(ascii: "\n")), walker))
            } catch {
                throw .failure("\(name.escaped): \(error.message)")
            }
        }
        // More decoders than that only get into each other's way, and starting them takes longer than many a scan.
        let processors = availableProcessors()
        jobs = min(try line.integer(Options.jobs, 1...1024) ?? processors, 2 * processors)
        confinement.limits.maxPixels =
            try line.quantity(Options.maxPixels)
        if line.text(Options.frames) == "all" {
            var limits = FrameLimits()
            limits.most = try line.integer(Options.maxFrames, within: 1...Request.mostFrames)
            frames = limits
        }
        confinement.timeout = try line.number(Options.timeout, within: 0.001...1e6)
        confinement.filesPerProcess =
            try line.integer(Options.renewAfter, within: 1...Int.max)
        if line.flag(Options.tar) {
            let window = StreamWindow(try line.quantity(Options.window))
            let unpacking = UnpackingSettings(confinement, largest: maxFileSize)
            sources = line.operands.map { TarSource($0, window, unpacking) }
        }
        let isFull = line.text(Options.fields) == RecordFields.full.rawValue
        if line.flag(Options.resume) && line.text(Options.fields) == RecordFields.minimal.rawValue {
            throw .usage("The option '--resume' needs records that tell size and time, not '--fields minimal'")
        }
        let words = try line.words(Options.digests, of: FileDigest.allCases.map(\.rawValue)) ?? []
        digests = isFull ? Set(FileDigest.allCases) : Set(words.compactMap(FileDigest.init))
        shard = try line.text(Options.shard).map { text throws(CommandFailure) in
            guard let shard = Shard(text) else {
                throw .usage(
                    "The value '\(text)' is invalid for '--shard <i/n>': expected such as 2/16, with at most \(Shard.most) shares"
                )
            }
            return shard
        }
        confinement.reading.perceptualHash = isFull || line.flag(Options.pdq)
        confinement.reading.prompts = line.flag(Options.prompts)
        if let path = line.path(Options.trustAnchors) { confinement.reading.anchors = try ScanPlan.anchors(path) }
    }

    /// The text of the file, if it holds certificates.
    private static func anchors(_ path: PathBytes) throws(CommandFailure) -> [UInt8] {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try OpenFile.open(path, in: nil, followingLinks: true).readAll(limit: ReadSettings.largestAnchors)
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
        guard TrustAnchors(pem: bytes) != nil else { throw .failure("\(path.escaped): no certificates in PEM") }
        return bytes
    }
}

extension Walker {
    /// What the options say about which files are met below directories.
    init(_ line: Invocation) throws(CommandFailure) {
        typealias Options = ScanOptions
        self.init()
        do throws(GlobError) {
            filter = try PathFilter(includes: line.all(Options.include), excludes: line.all(Options.exclude))
        } catch {
            throw .usage(error.message)
        }
        followsLinks = line.flag(Options.follow)
        maxDepth = try line.integer(Options.maxDepth, 0...Int.max)
        oneFileSystem = line.flag(Options.oneFileSystem)
        sorted = line.text(Options.sort) == "path"
    }
}

extension ScanPlan {
    /// Operands in their order; `-` is standard input.
    fileprivate static func files(_ operands: [PathBytes], _ walker: Walker, maxFileSize: Int) -> [any Source] {
        var sources: [any Source] = []
        var group: [PathBytes] = []
        for operand in operands {
            guard operand == PathBytes("-") else {
                group.append(operand)
                continue
            }
            if !group.isEmpty { sources.append(WalkSource(group, walker)) }
            group = []
            sources.append(StandardInputSource(maxFileSize: maxFileSize))
        }
        return group.isEmpty ? sources : sources + [WalkSource(group, walker)]
    }

    fileprivate static func checkArchives(_ line: Invocation) throws(CommandFailure) {
        typealias Options = ScanOptions
        guard !line.operands.isEmpty else {
            throw .usage("The option '--tar' needs archives, or - for one on standard input")
        }
        guard line.all(Options.filesFrom).isEmpty else {
            throw .usage("The options '--tar' and '--files-from' exclude each other")
        }
        guard !line.flag(Options.resume) else {
            throw .usage(
                "The options '--tar' and '--resume' exclude each other: a name in an archive is no file's name")
        }
    }
}

extension Invocation {
    /// The file that records are written to, nil for standard output.
    var output: PathBytes? { path(ScanOptions.output).flatMap { $0 == PathBytes("-") ? nil : $0 } }
}

extension RecordFormat {
    /// What the options say about what is written.
    init(_ line: Invocation) throws(CommandFailure) {
        typealias Options = ScanOptions
        self.init()
        let isList = line.flag(Options.list)
        fields = line.text(Options.fields).flatMap(RecordFields.init) ?? .standard
        let words = try line.words(Options.only, of: Kind.allCases.map(\.rawValue) + ["no-error"])
        if let words {
            var chosen = Set(words.compactMap { Kind(rawValue: $0) })
            if chosen.isEmpty { chosen = [.ok, .skipped] }
            if !isList && !words.contains("no-error") { chosen.insert(.error) }
            kinds = chosen
        } else if isList {
            kinds = [.fake]
        }
        if isList {
            let isNull = line.flag(Options.null)
            let isTerminal = line.output == nil && isatty(STDOUT_FILENO) == 1
            style = .path(terminator: isNull ? 0 : UInt8(ascii: "\n"), escaped: isTerminal && !isNull)
        }
    }
}
