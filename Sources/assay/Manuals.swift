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
                "Each line of output is a JSON object; examples/record.schema.json describes it. status is ok, skipped (a limit "
                    + "or a format that is not decoded stood in the way) or error (unreadable, corrupt, timed out, decoder "
                    + "crashed); where it is not ok, code and message say why. verdict is fake, real, uncertain or null.",
                "Scores are probabilities of synthesis, written within 0.01 and 0.99, with as many digits as it takes to read "
                    + "back the same number. A path that is not UTF-8 is written with replacement characters in path and "
                    + "exactly, in base64, in pathBytes. Unknown keys may appear; none is renamed or removed.",
            ]
        ),
        (
            "Counts",
            [
                "In the summary, seen is the sum of ok, skipped, error and notImages. Files that are no picture are in "
                    + "notImages even where they have a record because they were named. resumed counts files that --resume "
                    + "left out; they are not seen. Links that are not followed are not seen either."
            ]
        ),
        (
            "Exit status",
            [
                "1 if a record is of a kind that --fail-on names; otherwise 2 if anything has a record that is not ok, named "
                    + "files that are no picture among them; otherwise 0. --exit-zero makes all of them 0. 2 also if the scan "
                    + "could not run or its output not be written, 64 if the command line is wrong. When the reader of "
                    + "standard output goes away, the scan ends without a word, and the status tells of what was scanned.",
                "SIGINT, SIGTERM and SIGHUP let pictures in flight finish and their records be written; then the signal is "
                    + "raised again. A second one ends the scan at once.",
            ]
        ),
        (
            "Hostile files",
            [
                "Only regular files are opened, once each, and never written. Decoding happens in processes that can open no "
                    + "file and no socket; a crash (crashed), more time than --timeout (timeout) or too much memory "
                    + "(out-of-memory) costs one record. A decoder may take 16 bytes a pixel of --max-pixels and 512 MiB."
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
                "assay scan -l0 uploads | xargs -0 mv -t quarantine moves what is called fake.",
            ]
        ),
    ]
}
