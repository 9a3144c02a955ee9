// Sections of assay-watch(1), which take an administrator from nothing to a watched, rotated, hardened service.

/// Of `assay-watch(1)`.
enum WatchManual {
    static let sections: [(title: String, paragraphs: [String])] = [
        (
            "A first watch",
            [
                "assay watch upload -o records.jsonl writes a record for each picture in upload and below, first for those that are "
                    + "there, then for each that arrives, and goes on until it is told to end (Ctrl-C). Started again, it writes "
                    + "records for what came meanwhile, and for nothing twice. examples/watch/show lets you see that on pictures "
                    + "that it draws."
            ]
        ),
        (
            "When a file is looked at",
            [
                "A file is looked at when its writer has closed it, or when it was moved or linked into a watched directory, and "
                    + "nothing has happened to it for --settle. One that is written to and not closed waits for its close, and for a "
                    + "quiet minute where none comes; one that never stops growing is never looked at. Files without events "
                    + "(found on a walk) must be the same twice, --settle apart; on network file systems that cache attributes "
                    + "give a --settle above their caching time, which is 3 seconds for NFS by default.",
                "Best, uploads are written under a name that ends in .part, .crdownload, .tmp or ~ (or matches --ignore), "
                    + "and renamed when they are whole: such files are left alone, and a rename needs no guess. A file that is "
                    + "replaced or written to again gets a further record. One that is gone before it was read gets none, and "
                    + "one that changes while it is read is read again.",
                "FIFOs, sockets, devices and links are passed over (--follow follows links), and so is what the watch writes "
                    + "itself. Names are bytes: newlines and invalid UTF-8 come through as in assay-scan(1).",
            ]
        ),
        (
            "Every file once",
            [
                "Each record has an id, made of the path's bytes, the SHA-256 of the contents, the model and the rules. Consumers "
                    + "that must not count anything twice drop repeats of an id. The watch itself writes no record whose id is "
                    + "that of the path's last one: touching a file, or changing its permissions, changes nothing.",
                "After a restart, however the last run ended, what has been recorded is known: from --output and the "
                    + "predecessors that rotation has left beside it (the name followed by . or - and digits, also with .gz), "
                    + "by path, size and time of modification; from --state by device, inode, size and times of modification and "
                    + "change. Give --state where records go into a pipe, where --only or --list keeps some back, where old records are "
                    + "taken away while their files stay, or where somebody may change a file and set its time back. A last line that was torn is removed and its file "
                    + "scanned again. Between the write of a record and that of the ledger lies a moment; a crash in it repeats one "
                    + "record with the same id. "
                    + "What a pipe holds when its reader goes away (up to 64 KiB) has been recorded and reaches nobody: a file that is followed, as by "
                    + "tail -F, loses nothing.",
                "With --frames all the watch goes on with files of which fewer frames are recorded, because a run without that option or with a "
                    + "lower --max-frames wrote their records, or was cut off: the frames that lack a record get one, none gets a second. Of "
                    + "formats whose records do not tell whether there are others (TIFF, HEIF, AVIF) each file that was recorded without the "
                    + "option is looked at again, which only --state remembers.",
                "What is not written through to the disk a crash of the machine can take, record and ledger alike; then those files "
                    + "are scanned again. --fsync makes every record wait for the disk.",
                "With --new-only what is there at the start is passed over; where --state knows an earlier run, that is only "
                    + "what that run had passed over or recorded, so that nothing is lost that came while no watch ran.",
            ]
        ),
        (
            "Events, and where there are none",
            [
                "Directories are watched by inotify, and walked every --rescan seconds besides. Each needs one of the user's "
                    + "watches: where fs.inotify.max_user_watches does not suffice, a warning says how many are needed. "
                    + "sysctl -w fs.inotify.max_user_watches=N helps at once, a file in /etc/sysctl.d for good; a watch takes about a "
                    + "kilobyte of kernel memory. If the kernel's queue of events runs over (fs.inotify.max_queued_events), everything is "
                    + "walked again. Network and overlay file systems (NFS, CIFS, FUSE, 9p, overlay and others) do not tell of all "
                    + "changes. Whatever can't be watched is walked every --poll seconds, or as often as four fifths of the time are left for "
                    + "other work.",
                "What becomes of the target of a link raises no event where the link is. Under --follow the watch looks at every link each "
                    + "second, or, where there are many thousands, for a twentieth of its time, whether it leads to the same "
                    + "directory or the same state of a file: targets may be replaced, moved away and made anew, mounted, or come when "
                    + "the link has been there for long.",
                "No more than 65,536 files wait at a time; when more come, a walk finds them after the others are done. When a "
                    + "watched directory goes away, the watch says so and waits for it to come back, or ends with status 2 if "
                    + "--exit-on-unmount was given; what was recorded stays known.",
                "What arrives goes before what a walk over everything has found: a picture that comes while a large directory is "
                    + "scanned for the first time is the next to be looked at. Where everything is polled there is no such difference.",
                "Times of files are compared for being the same, never for which is later, so that a clock that is set back or forward, "
                    + "and files from the future, change nothing. Only --new-only takes a file as there before if its last change is older than "
                    + "the start and no event tells of it; where the clock was set back before the start, what was changed since by the old "
                    + "clock is scanned.",
            ]
        ),
        (
            "Output",
            [
                "--output is opened for appending and locked: a second watch on the same file does not start. Rotate it by renaming and "
                    + "SIGHUP, as examples/watch/logrotate does, never by copying and truncating. If it was deleted it is made again with the "
                    + "next record. On a full disk, or where the file can't be made again, the watch says so once and waits; the "
                    + "status and the metric assay_watch_output_blocked tell of it. When there is room again it goes on, and nothing "
                    + "is lost. A slow reader of a pipe slows the watch down; one that closes the pipe ends it with status 2.",
                "Output inside a watched directory is recognised and not scanned.",
            ]
        ),
        (
            "Flagged files",
            [
                "A record is flagged if it is of a kind that --flag names. --quarantine moves its file to the directory given: "
                    + "renamed on the same file system, never over another file (then .1, .2 and so on are added; .file if the name "
                    + "ends in .json, .json.pending or .partial; a name longer than 200 bytes is cut), and "
                    + "otherwise copied, written through, compared by SHA-256, and only then removed. A file that changed since it "
                    + "was judged is not moved but judged again. The record says where it is (quarantined) and lies beside it as "
                    + "NAME.json. NAME.json.pending is one that was not known to be written when the watch ended; the next start sees to "
                    + "it.",
                "With --frames all a file is flagged if one of its frames is; all its records lie beside it, and the program is run once, "
                    + "with that of the first frame that is flagged.",
                "--exec runs a program for each, with the record on standard input, without arguments and without a shell, its "
                    + "output going to standard error; --exec-jobs at a time, each killed after --exec-timeout. What is to be run "
                    + "lies in flagged below --state until the program has ended with status 0. What failed is said, counted, and "
                    + "tried again by the next start. The program may therefore see a record more than once.",
            ]
        ),
        (
            "Spectra",
            [
                "With --spectra the spectrum of each judged picture is written before its record, and before the file is moved to a quarantine; "
                    + "the record names it (spectrum.file). What a record names is there as a whole whenever the watch or the machine "
                    + "stopped. A spectrum that can't be written is said, counted (assay_watch_unwritten_spectra_total, and in the "
                    + "status), and the record goes out without it: evidence to look at is not worth a standstill. The directory may lie in a watched one and is "
                    + "not watched itself; nobody else should be able to write to it. "
                    + "If it is moved away or replaced, nothing more is written until the next start."
            ]
        ),
        (
            "A service",
            [
                "1. Make a user that may read the uploads and nothing else: adduser --system --group assay; add it to the group "
                    + "that uploads belong to. With --quarantine it must also be able to write to the directories of uploads.",
                "2. Copy examples/watch/assay-watch.service to /etc/systemd/system, and set the directory to watch in it. The unit keeps "
                    + "records in /var/log/assay and the ledger in /var/lib/assay, which systemd makes. It takes away from the "
                    + "service all that it does not need; systemd-analyze security assay-watch rates what is left. Decoders are confined "
                    + "further by the program itself, see assay-scan(1).",
                "3. Copy examples/watch/logrotate to /etc/logrotate.d/assay-watch.",
                "4. systemctl daemon-reload; systemctl enable --now assay-watch. systemctl status shows what is going on; the "
                    + "service counts as started when its model was verified and its watches stand.",
                "5. For Prometheus, give --metrics a file in the directory of the node exporter's textfile collector, with a name "
                    + "that ends in .prom, and allow the unit to write there (ReadWritePaths). Worth an alarm: "
                    + "assay_watch_output_blocked > 0, a growing assay_watch_queue_length, "
                    + "assay_watch_lost_directories_total, assay_watch_program_failures_total, assay_watch_unwritten_spectra_total.",
                "6. To ship records, let Vector or Fluent Bit follow the file: examples/watch/vector.yaml and "
                    + "examples/watch/fluent-bit.conf.",
                "Under systemd the watch reports READY, STATUS, RELOADING, STOPPING, and WATCHDOG: while there is work, only when "
                    + "some of it was done. WatchdogSec must be more than twice --timeout; each frame counts as work done.",
            ]
        ),
        (
            "Signals",
            [
                "SIGTERM and SIGINT let pictures in work be recorded, at most for --grace, and end the watch with status 0; what "
                    + "waits is found by the next start. A second one ends it at once. SIGHUP opens the output anew and reads "
                    + "--model and --rules again: if anything of that is broken, what is in force stays, both model and rules, and it is "
                    + "said. Pictures in work are finished with what they were begun with. Files recorded before keep their "
                    + "records; one that is written to or touched afterwards is judged anew and has another id. SIGUSR1 prints the status to standard error."
            ]
        ),
        (
            "Exit status",
            [
                "0 after SIGTERM or SIGINT; 2 if the watch could not begin, if the reader of its output closed it, or if a directory "
                    + "went away and --exit-on-unmount was given; 64 if the command line is wrong."
            ]
        ),
        (
            "Examples",
            [
                "assay watch /srv/upload -o /var/log/assay/records.jsonl --state /var/lib/assay --metrics "
                    + "/var/lib/prometheus/node-exporter/assay.prom is what a service runs.",
                "assay watch upload --state state --only fake --list shows fakes as they arrive.",
                "assay watch upload -o records.jsonl --state state --quarantine held --exec ./tell-moderators keeps fakes back and "
                    + "tells somebody.",
            ]
        ),
    ]
}
