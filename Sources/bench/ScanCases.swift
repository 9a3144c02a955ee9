// The whole program: scans of every kind of picture with one process and with all, its start-up, its memory.
import Glibc
import Imaging

/// Folders of pictures, drawn here or given, and the program that scans them.
@safe final class ScanBench {
    private struct Folder {
        let name: String
        let path: String
        /// Pictures in it, and how often it is scanned in a row, so that starting the program does not count.
        let count: Int
        let times: Int
    }

    private let program: String
    private let work: String
    private var folders: [Folder] = []

    /// - Parameter given: a folder of readable pictures to scan instead of drawn ones.
    init(given: String?) {
        var template = Array("/tmp/assay-bench-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { fatalError("no folder can be made in /tmp") }
        work = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        program = ScanBench.builtProgram
        if let given {
            folders.append(Folder(name: "the given pictures", path: given, count: fileCount(given), times: 1))
            return
        }
        draw("256×256 JPEG", 256, 256, count: 100, times: 10) { encodeJPEG($0, quality: 90, subsampling: .s420) }
        draw("1024×1024 JPEG", 1024, 1024, count: 10, times: 20) { encodeJPEG($0, quality: 90, subsampling: .s420) }
        draw("1024×1024 PNG", 1024, 1024, count: 4, times: 12, encode: encodePNG)
        draw("4000×3000 JPEG", 4000, 3000, count: 2, times: 10) { encodeJPEG($0, quality: 90, subsampling: .s420) }
    }

    /// The `assay` beside this program.
    static var builtProgram: String {
        var own = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let length = unsafe readlink("/proc/self/exe", &own, own.count - 1)
        let path = String(decoding: own.prefix(max(length, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/assay"
    }

    deinit { ChildProcess(["/bin/rm", "-r", work]).finish() }

    /// Copies of one picture: what a scan does with each does not depend on the others.
    private func draw(
        _ name: String, _ width: Int, _ height: Int, count: Int, times: Int, encode: (Pixels) -> [UInt8]
    ) {
        let (bytes, path) = (encode(picture(width, height)), "\(work)/\(folders.count)")
        unsafe mkdir(path, 0o700)
        for index in 0..<count {
            let descriptor = unsafe open("\(path)/\(index)", O_WRONLY | O_CREAT | O_EXCL, 0o600)
            guard unsafe write(descriptor, bytes, bytes.count) == bytes.count else { fatalError("\(path) is full") }
            close(descriptor)
        }
        folders.append(Folder(name: name, path: path, count: count, times: times))
    }

    private func command(_ folder: Folder, jobs: Int) -> [String] {
        [program, "scan", "--quiet", "--progress", "never", "--exit-zero", "--jobs", "\(jobs)"]
            + Array(repeating: folder.path, count: folder.times)
    }

    func cases() -> [Case] {
        let scans = folders.flatMap { folder in
            [("one job", 1), ("all CPUs", onlineProcessors)].map { name, jobs in
                Case("scan \(folder.name), \(name)", amount: Double(folder.count * folder.times)) {
                    ChildProcess(self.command(folder, jobs: jobs)).finish()
                }
            }
        }
        let small = [program, "scan", "--quiet", "--exit-zero", folders[0].path + "/0"]
        guard unsafe access(small[4], R_OK) == 0 else { return scans }
        return scans + [
            Case("scan one small file, start to exit", amount: 1, unit: "runs") {
                withExtendedLifetime(self) { ChildProcess(small).finish() }
            }
        ]
    }

    /// What of the memory of a scan of the largest pictures on all CPUs is in use at once.
    func memory() -> Result {
        let folder = folders[folders.count - 1]
        let peak = ChildProcess(command(folder, jobs: onlineProcessors)).peakMemory()
        return Result("scan \(folder.name), all CPUs, peak memory", megabytes: Double(peak) / 1e6)
    }
}
