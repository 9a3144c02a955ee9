// The rows of `assay scan`: what can be asked of a scan, in the order of its help page.

import Confinement
import Imaging
import Scanning

/// Every option of `assay scan`.
enum ScanOptions {
    static let paths = Argument(
        "path", required: false, repeats: true,
        "Files and directories; - is one picture on standard input. Without any, and without --files-from, the working directory."
    )

    static let filesFrom = Option(
        "files-from", value: "file", repeats: true,
        "Also scan the paths listed in <file>, one on each line; - is standard input.")
    static let null = Option(
        "null", short: "0", "Paths end in a zero byte instead of a newline: in --files-from and in what --list writes.")
    static let tar = Option(
        "tar", short: "t",
        "The paths are archives: tar (POSIX or GNU), plain or packed by gzip, bzip2, xz, lzma, lzip, zstd or lz4, zip or 7z; - is one on standard input. Each "
            + "picture among the members gets a record, in their order; nothing is unpacked to disk. Not with --resume."
    )
    static let window = Option(
        "window", value: "bytes", default: .quantity(256 << 20, unit: 1024),
        "Of archives, hold at most so much in memory that waits to be looked at, but always one member; K, M and G are powers of 1024. The stream waits."
    )
    static let include = Option(
        "include", short: "g", value: "glob", repeats: true,
        "Below directories, scan only files that match. A pattern without a slash matches names at any depth, one with a "
            + "slash the path below the operand; ** crosses directories; a leading ! excludes.")
    static let exclude = Option(
        "exclude", short: "E", value: "glob", repeats: true,
        "Below directories, leave out files and whole directories that match.")
    static let follow = Option("follow", short: "L", "Follow links below directories; operands are always followed.")
    static let maxDepth = Option(
        "max-depth", short: "d", value: "n", "Descend at most <n> levels; 1 is a directory's own files.")
    static let oneFileSystem = Option("one-file-system", "Stay on the file system of each operand.")

    static let model = Option("model", value: "file", default: "the shipped model", "Use the model in <file>.")
    static let jobs = Option(
        "jobs", short: "j", value: "n", default: "CPUs this process may use",
        "Scan <n> pictures at a time, at most two for each CPU.")
    static let maxFileSize = Option(
        "max-file-size", value: "bytes", default: .quantity(256 << 20, unit: 1024),
        "Skip larger pictures; K, M and G are powers of 1024.")
    static let maxPixels = Option(
        "max-pixels", value: "n", default: .quantity(DecodeLimits().maxPixels, unit: 1000),
        "Skip pictures of more pixels; K, M and G are powers of 1000.")
    static let timeout = Option(
        "timeout", value: "seconds", default: .number(30), "Give up on a picture after this time.")

    static let frames = Option(
        "frames", value: "which", choices: ["first", "all"], default: .word("first"),
        "Of animations (GIF, WebP, PNG, JPEG XL), of TIFFs of several pages and of HEIF and AVIF files of several pictures, judge the first, or all: "
            + "then each has a record, which tells its frame.")
    static let maxFrames = Option(
        "max-frames", value: "n", default: .integer(FrameLimits().most),
        "With --frames all, judge at most <n> frames of a file; together they may have ten times --max-pixels and take ten times --timeout. "
            + "One record speaks of the rest.")

    static let isolation = Option(
        "isolation", value: "strength", choices: Isolation.Demand.allCases.map(\.rawValue),
        default: .word(Isolation.Demand.strict.rawValue),
        "Where the kernel refuses the filter of system calls that confines decoders, strict scans nothing; weak goes on "
            + "with what else there is.")

    static let renewAfter = Option(
        "renew-after", value: "n", default: .integer(10_000),
        "Replace a confined process after <n> files; one that failed is replaced at once.")

    static let prompts = Option(
        "prompts", "Also tell the prompts that pictures of generators hold; they are private as a rule.")
    static let trustAnchors = Option(
        "trust-anchors", value: "file",
        "PEM certificates; also say whether the certificate of a valid C2PA signature leads to one of them.")

    static let digests = Option(
        "digests", value: "kinds", repeats: true,
        "Also tell these digests of each file: md5, sha1, sha256, separated by commas. SHA-256 is told in any case.")
    static let pdq = Option(
        "pdq",
        "Also tell the perceptual hash PDQ and its quality. Pictures are decoded as a whole for it, which takes longer."
    )
    static let spectra = Option(
        "spectra", value: "dir",
        "Also write the spectrum of each judged picture to <dir>, as 'assay spectrum' does, and tell its file. Each is decoded twice for it. "
            + "Pictures smaller than a crop have none, nor frames but the first, nor what --resume finds done. One that can't be written "
            + "makes the status 2 where it would be 0. What lies in <dir> is not scanned.")
    static let fields = Option(
        "fields", value: "extent", choices: RecordFields.allCases.map(\.rawValue),
        default: .word(RecordFields.standard.rawValue),
        "How much records say: minimal is which file, status, verdict, the fused score and digests; full adds all that --digests "
            + "and --pdq add.")
    static let shard = Option(
        "shard", value: "i/n",
        "Scan only the <i>th of <n> shares, told by the digests of paths. The same operands on <n> machines scan everything once; "
            + "'assay merge' puts their records together.")

    static let output = Option(
        "output", short: "o", value: "file", default: "standard output",
        "Append to <file>, whole lines only; - is standard output. What holds anything but records is left as it is.")
    static let resume = Option(
        "resume", value: "models", isValueOptional: true, choices: ["any-model"],
        "Leave out files that --output has a record of already, with the same path, size and time of modification; what "
            + "could not be read, took too long or passed a limit is tried again. A last line that was torn is removed and its "
            + "picture scanned again. Records of another model are refused unless any-model is given. Not with --tar.")
    static let only = Option(
        "only", value: "kinds", repeats: true,
        "Write only these records: fake, real, uncertain, ok, skipped, error, notimage, separated by commas. Errors are "
            + "written too, unless no-error is among them; notimage lists files that are otherwise only counted, since "
            + "they are no pictures by their content.")
    static let list = Option(
        "list", short: "l", "Write paths instead of records: of fakes, unless --only says which; errors only if named.")
    static let sort = Option(
        "sort", value: "order", choices: ["none", "path"], default: .word("none"),
        "Write results in the order of paths, each operand by itself.")
    static let summary = Option(
        "summary", value: "file",
        "Write counts and the digests of model and program to <file> as JSON; - is standard output.")
    static let failOn = Option(
        "fail-on", value: "kinds", repeats: true, default: .word("fake"),
        "End with status 1 if there is a record of any of these kinds (as in --only).")
    static let exitZero = Option("exit-zero", "End with status 0 whatever is found.")
    static let progress = Option(
        "progress", value: "when", choices: ["auto", "always", "never"], default: .word("auto"),
        "Show progress on standard error; auto does so on a terminal.")
    static let quiet = Option("quiet", short: "q", "Print neither progress nor summary nor warnings.")

    /// What decides which files have records: shares of a whole agree in these.
    static let choosing = [
        filesFrom, null, tar, include, exclude, follow, maxDepth, oneFileSystem, maxFileSize, maxPixels, frames,
        maxFrames, only,
    ]

    static let all =
        [
            filesFrom, null, tar, window, include, exclude, follow, maxDepth, oneFileSystem, model, jobs, maxFileSize,
            maxPixels, frames, maxFrames, timeout, isolation, renewAfter, prompts, trustAnchors, digests, pdq, spectra,
            shard,
        ] + RuleOptions.choice + RuleOptions.matching + [
            output, resume, fields, only, list, sort, summary, failOn, exitZero, progress, quiet,
        ]
}
