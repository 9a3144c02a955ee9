// Sections of manual pages that say more than help has room for.

/// Of `assay(1)`.
enum ProgramManual {
    static let sections: [(title: String, paragraphs: [String])] = [
        (
            "Environment",
            [
                "ASSAY_INSTRUCTIONS names the instruction set to use: avx512, avx2 or baseline; the best that the processor has "
                    + "if it is not set or empty. Scores differ by rounding only: name a lesser set to repeat a scan of "
                    + "another machine as closely as can be. Another name, or a set that the processor lacks, is refused."
            ]
        ),
        (
            "Exit status",
            [
                "0 if the work was done, 2 if it failed, 64 if the command line or the environment is wrong. assay-scan(1) says "
                    + "more with 0, 1 and 2. A run that a signal ends dies by that signal."
            ]
        ),
    ]
}

/// Of `assay-scan(1)`.
enum ScanManual {
    static let sections: [(title: String, paragraphs: [String])] = [
        (
            "Records",
            [
                "Each line of output is a JSON object; assay-record(5) describes it. status is ok, skipped (a limit "
                    + "or a format that is not decoded stood in the way) or error (unreadable, corrupt, timed out, decoder "
                    + "crashed); where it is not ok, code and message say why. verdict is fake, real, uncertain or null.",
                "Scores are probabilities of synthesis, written within 0.01 and 0.99, with as many digits as it takes to read "
                    + "back the same number. A path that is not UTF-8 is written with replacement characters in path and "
                    + "exactly, in base64, in pathBytes. Unknown keys may appear; none is renamed or removed.",
            ]
        ),
        (
            "Frames",
            [
                "With --frames all each frame of a GIF, WebP, PNG or JPEG XL, each page of a TIFF and each picture of its own of a HEIF or AVIF has a "
                    + "record, in their order and one behind the other; frame tells its index and how many there are. The first is what is "
                    + "judged without the option; where an animated PNG is cut or contradicts itself, or the pages of a TIFF go in a circle, the frames before that "
                    + "are judged, and one more record tells why there are no others. A later frame of an animation is what a viewer shows when it is its turn: painted over what "
                    + "those before it have left, on a canvas that begins as transparent black; opacity is dropped then. The default image of an animated "
                    + "PNG that is none of its frames counts as the first. Of moving pictures in HEIF and AVIF (tracks, not items) one picture is "
                    + "judged in any case: libheif reads such files from 1.20 on, and Debian 12 has 1.15.",
                "Pages and pictures stand for themselves. Where a frame of an animation can't be decoded, nothing is said of those behind it, "
                    + "which build on it: one record speaks of all of them, up to frame.through. So it does of frames that were not "
                    + "looked at because there are more than --max-frames (too-many-frames), because those before have ten times "
                    + "--max-pixels (too-many-pixels), or took ten times --timeout (timeout).",
                "Counts and the exit status are those of records. --list names a file once. --resume goes on with a file unless it has a "
                    + "record of every frame; one that was made without --frames all is of the first alone. declared, and all else "
                    + "that is known of a file and not of its pixels, is the same in all its records.",
            ]
        ),
        (
            "Counts",
            [
                "In the summary, seen is the sum of ok, skipped, error and notImages. Files that are no picture are in "
                    + "notImages even where they have a record because they were named. resumed counts files to which --resume "
                    + "had nothing to add, resumedRecords the records that were kept; they are not seen. Links that are not followed are not seen either. unwrittenSpectra counts judged pictures whose "
                    + "spectrum --spectra asked for and that could not be written or read again for it; their records have no spectrum.file. scope is a digest of the operands and of the options that choose "
                    + "files, by which assay merge knows the shares of one scan."
            ]
        ),
        (
            "Resuming",
            [
                "With --resume, a file keeps its record if it was scanned, is no picture, or is damaged. Records whose code tells "
                    + "of the machine, its load or a limit (unreadable, not-found, changed, timeout, crashed, out-of-memory, "
                    + "no-decoder, file-too-large and all that begin with too-) are tried again. What comes out the same gets no second "
                    + "record; what comes out otherwise does, and the last record of a path counts. What a limit or the machine caused replaces no other record of the same "
                    + "state of the file: with a lower --max-frames nothing is taken back.",
                "A scan of archives is not resumed (--tar excludes --resume): a member is no file whose size and time could be looked at "
                    + "before it is read. What was interrupted is scanned anew.",
                "The exit status is that of all records in the file, whichever run wrote them. In the file of --summary, "
                    + "earlier counts those that stand from before, by status and verdict.",
            ]
        ),
        (
            "Exit status",
            [
                "1 if a record is of a kind that --fail-on names; otherwise 2 if anything has a record that is not ok, named "
                    + "files that are no picture among them; otherwise 0. --exit-zero makes all of them 0. 2 also if the scan "
                    + "could not run or its output not be written, 64 if the command line is wrong. When the reader of "
                    + "standard output goes away, the scan ends without a word, and the status tells of what was scanned.",
                "SIGINT, SIGQUIT, SIGTERM and SIGHUP let pictures in flight finish and their records be written; then the signal is "
                    + "raised again. A second one ends the scan at once.",
            ]
        ),
        (
            "Output",
            [
                "A file that --output or --summary names is looked at before it is touched: unless it is empty, it must begin as "
                    + "records, with --list as a list, or as a summary, and is left as it is otherwise, so that a name too many "
                    + "or a slip of the shell costs no image. Pipes and devices are written through. Where a record does not fit "
                    + "on a disk, what was written of it is taken back, and the scan ends with status 2."
            ]
        ),
        (
            "Archives",
            [
                "--tar reads POSIX and GNU tar, plain or packed by gzip, bzip2, xz, lzma, lzip, zstd or lz4, and the members of zip and 7z, told apart by the first "
                    + "bytes; assay --version says which of them this program was built for. What is unpacked is looked at as it comes: members that "
                    + "are no pictures or larger than --max-file-size are passed over, whatever a few bytes stand for. Archives within archives are no "
                    + "pictures. An archive that ends too early (truncated-archive, also where nothing but gzip's checksum and length are "
                    + "missing, which the message then says) or is damaged (corrupt-archive) makes the scan incomplete, as one "
                    + "that is not read does (unsupported-archive, skipped: rar, compress (.Z), 7z from a pipe, 7z with encrypted names or a codec that is not known). "
                    + "What is no archive, such as a picture, or one that was packed by gzip, is an error too (not-an-archive).",
                "Behind the end of a tar another may stand, and its members are read too; anything else there is told (corrupt-archive), and so is "
                    + "what stands behind a 7z or behind packed data, since it may hide pictures. Zeros are nothing; of xz they must be a multiple of four. A size of what has no bytes in a tar (a directory, a symbolic link, a device, a name that ends in a slash, and where there are pax headers a hard link) is told at the end (corrupt-archive): some programs find other members behind it. "
                    + "So are a hard link's bytes, which are looked at, a member's size in a pax header that is not that of its own header (there 0 is none, unless the pax header is for all members), "
                    + "two pax headers for one member, and what only in GNU's own format would be a map of holes.",
                "Memory: --window bounds the members that wait. One that is handed to a process which looks at it goes there part by part and is not held twice; "
                    + "for each of --jobs come those on top that are being looked at. Of a zip or a 7z the process that unpacks holds one member besides. A few bytes "
                    + "can stand for a million empty members, each of which takes the scan some 25 microseconds: no limit bounds their number.",
                "The headers of tar and gzip are read by the scan itself, the members' bytes by the confined processes alone. Everything else is "
                    + "unpacked in a process of its own, one for each archive, that is confined as decoders are and can do nothing but "
                    + "read the archive and write what it unpacks. It may take 512 MiB and a member of --max-file-size; a mebibyte that it reads of the archive may "
                    + "take it --timeout of a processor, and --timeout may pass without a sign of life while there is something to read. If it ends "
                    + "otherwise than it should, the archive has a record unpacking-failed, and the scan is incomplete. What was unpacked before an "
                    + "archive is cut or damaged is read, and so members that were whole before are judged.",
                "Of zip and 7z, an encrypted member, or one packed in a way that is not known, is skipped (unsupported-member). A "
                    + "member whose bytes do not have their checksum is an error (corrupt-archive), whatever it is; those behind it in a zip are "
                    + "read all the same. A zip that is a file is read by its directory at the end, also where something stands before the zip, as in archives "
                    + "that unpack themselves; one from a pipe, or with more behind it, as its members come; "
                    + "what stands behind its directory is told (corrupt-archive), since other programs may read that instead. Times in zips "
                    + "that are without a zone are taken for UTC. member.offset is left out.",
                "Zips are packed by deflate, bzip2, LZMA, xz or zstd. Names have the bytes that are in the archive. An entry has bytes whatever it says that it "
                    + "is, a link or a device too, and other programs write them out as a file: they are looked at, and no pictures if they are none. Of two "
                    + "entries for one place, or of which one begins within the other's member, the second is skipped (unsupported-member) before anything of it is "
                    + "unpacked; an entry whose member is not there, or says otherwise of its own "
                    + "packing or size, is an error (corrupt-archive). A false length of a name or of an extra field costs that member alone: from a pipe, what "
                    + "comes behind it is looked for in 128 KiB before where it seems to end.",
                "What the directory of a zip does not name is judged in its place, from a file too, whose gaps are looked through, before the first member and behind "
                    + "the last as well: other programs show it. That is told of the archive at its end (corrupt-archive), and so is, though its members are judged, "
                    + "an entry without a member of its own, a header and a directory that contradict each other, a zero byte in a name, a "
                    + "false data descriptor, something behind a member's packed data, and an end that says otherwise than the directory is. A "
                    + "member without a name goes by that of the archive.",
            ]
        ),
        (
            "Hostile files",
            [
                "Only regular files are opened, once each, and never written. Decoding happens in processes of their own; a "
                    + "crash (crashed), more time than --timeout (timeout) or too much memory (out-of-memory) costs one "
                    + "record. A decoder may take 16 bytes a pixel of --max-pixels and 512 MiB.",
                "A decoder can reach the bytes of the images that it is handed, and nothing else. Any system call but the "
                    + "two dozen that decoding needs ends it (seccomp), and so a file that takes it over costs one record "
                    + "too: crashed, by SIGSYS. Where the kernel has Landlock, that denies files, TCP and signals to others once more. "
                    + "Scan and decoders are hidden from other processes of the same user.",
                "Where the kernel, or what this program runs in, refuses seccomp, nothing is scanned unless --isolation "
                    + "weak is given; a file that takes a decoder over can then change what the user can change, less what "
                    + "Landlock denies. In the file of --summary, isolation says what was asked for (demand) and whether "
                    + "seccomp and landlock were in force. What can't be had although the kernel offers it is an error "
                    + "with code no-decoder, and no decoder begins.",
            ]
        ),
        (
            "Environment",
            [
                "NO_COLOR, if set and not empty, keeps the summary free of colour. assay(1) lists what all commands heed."
            ]
        ),
        (
            "Examples",
            [
                "assay scan -o records.jsonl --resume /evidence scans a tree, and goes on after an interruption.",
                "assay scan -l0 uploads | xargs -0 -r mv -t quarantine -- moves what is called fake.",
            ]
        ),
    ]
}

/// Of `assay-evaluate(1)`.
enum EvaluateManual {
    static let sections: [(title: String, paragraphs: [String])] = [
        (
            "Tiers",
            [
                "A model card states its figures under three conditions, always at the thresholds that the model carries. "
                    + "clean: the files as they are. web: the long side reduced to at most 768 pixels by area average, then "
                    + "JPEG of quality 60 with 4:2:0. hard: 512 pixels and quality 40. A smaller picture keeps its size. "
                    + "Each file is read and decoded once, however many tiers there are.",
                "The figures for the files as they are come first, whatever tiers are chosen.",
            ]
        ),
        (
            "Figures",
            [
                "Of the three heads: loss is the mean cross-entropy (natural logarithm); the Brier score the mean squared distance of "
                    + "scores from 0 (real) or 1 (fake); accuracy the share of pictures on their side of a score of 0.5, balanced "
                    + "accuracy the mean of both classes'. ROC AUC is the chance that a fake scores above a photograph; average "
                    + "precision that of scikit-learn; the equal error rate where as many photographs as fakes are on the wrong side; "
                    + "found at 1 % false alarms the share of fakes above a score that at most 1 % of the photographs are above. "
                    + "Calibration error is the mean distance between score and share of fakes over 15 equal bins of the score. "
                    + "None of these heeds the model's thresholds.",
                "By the thresholds, which are made for the fused score and are applied to each head's: false alarms are the photographs that are "
                    + "called fake, misses the fakes that are called real, detected those that are called fake, uncertain the pictures "
                    + "that are called neither, accuracy of the rest the share of right verdicts among the others. What is neither "
                    + "detected nor missed is uncertain.",
                "The rate of false alarms of a real source and the rate of detection of a generator stand with their exact "
                    + "two-sided 95 % interval (Clopper and Pearson). The area under the ROC curve of a generator compares its "
                    + "fakes with all real pictures; over the generators its mean, its standard deviation (divisor: their "
                    + "number less one), its minimum and the generator that has it are given. The worst source is the real "
                    + "one with the highest rate of false alarms; of equal ones the larger, then the first by name.",
                "Risk and coverage: pictures are judged fake above a score of 0.5 and real otherwise, those furthest from 0.5 "
                    + "first. The risk is the share of wrong judgements among the surest 10 % to 100 % of the pictures; "
                    + "pictures equally sure share their errors evenly. The area is the mean risk over all numbers of pictures.",
                "Pairs: where a manifest has the column pair, each fake that shares its value with a photograph counts 1 if it "
                    + "scores above it and one half if it scores the same; with several photographs it counts their mean.",
                "Without a look at the pixels: a logistic regression over the logarithms of width, height, bytes and bytes "
                    + "per pixel, the estimated JPEG quality (the mean where there is none), marks for a missing quality, "
                    + "equal sides, both sides multiples of 64, each format and each subsampling, all standardised on what "
                    + "is learned from, and the squares of the first five after that. Both classes weigh the same, and half "
                    + "the sum of squared weights is added to the sum of losses. Five folds: the first 64 bits of the "
                    + "SHA-256 of the path below the deepest common directory, modulo 5, whatever source and group. The AUC "
                    + "is that of all folds together. The detector must be well above it: what format gives away, it need "
                    + "not have seen in the pixels. The same regression tells the two largest real sources apart, which "
                    + "shows how much sources differ by format though nothing in them is fake.",
            ]
        ),
        (
            "JSON",
            [
                "--json writes one object. What a figure needs and the data lacks makes it null. assay is the version of "
                    + "the form, model the detector's identity; data has path, split, digest, real and fake (counts); "
                    + "thresholds has fake and real, and detail where fake grows with it (slope, log-odds for each level; usual, the "
                    + "detail at which it is as stated).",
                "Of the files as they are: verdicts (for real and fake pictures the number called fake, real and uncertain), "
                    + "falseAlarmInterval and detectionInterval (lower and upper end), heads, sources, worstSource (source, "
                    + "real, falseAlarmRate, falseAlarmInterval), generators, generatorAUC (for each head mean, deviation, "
                    + "minimum and worst), riskCoverage (for each head area and points, each with coverage and risk) and pairs "
                    + "(fakes, their number; ranking for each head; the same for each of generators).",
                "heads has fused, spatial and frequency, each with loss, brierReal, brierFake, accuracy, balancedAccuracy, "
                    + "rocAUC, averagePrecision, equalErrorRate, truePositiveRateAt1, truePositiveRateAt5, "
                    + "expectedCalibrationError, falseAlarmRate, missRate, detectionRate, uncertainShare and certainAccuracy.",
                "Each of sources has source, each of generators has generator, the name; then real, fake, verdicts, "
                    + "falseAlarmInterval, detectionInterval, rocAUC (for each head; against is own where the part has both "
                    + "classes and all where it is compared with all pictures of the other), rocAUCAgainstReals (its fakes "
                    + "against all real pictures) and heads.",
                "perturbations lists perturbation and heads; tiers lists tier and all that is given of the files as they are. "
                    + "format has rocAUC (without a look at the pixels), detectorAUC (of the fused score) and sources (names, "
                    + "real, the number of pictures of both, and rocAUC). unreadable lists path and message.",
                "A line of --scores has path, label, source, generator, verdict, scores and detail as a record has them, and unclamped, the fused "
                    + "score before it is kept between 0.01 and 0.99.",
            ]
        ),
    ]
}
