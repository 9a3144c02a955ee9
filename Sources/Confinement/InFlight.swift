// Files between being found and being answered: one queue that knows where each lies, who has it, and who pays when a process fails.

package import Imaging
package import Inspection

/// What is known of one file in the queue, besides what its sender knows.
package struct FileInFlight {
    fileprivate enum State {
        /// No process has it.
        case held
        /// The running process has it.
        case sent
        /// Its answer, or nil if it never needed one.
        case done(Finding?)
    }

    /// Where its bytes lie in the buffer; nil if it needs no process.
    package let place: Range<Int>?
    package let request: Request
    /// By its first bytes.
    package let format: ImageFormat?
    fileprivate var state: State
    /// A process failed that had it together with others: it goes to the next one alone.
    fileprivate var isSuspect = false
    /// How often a process was taken away while it had this file.
    fileprivate var losses = 0

    fileprivate init(_ place: Range<Int>?, _ request: Request, _ format: ImageFormat?, _ state: State) {
        (self.place, self.request, self.format, self.state) = (place, request, format, state)
    }
}

/// Files in the order in which they were taken, with what is known of each besides its bytes (`Evidence`).
///
/// It holds no process and no memory: what happens is told to it, and it says what to do next.  Answers come in the order of the
/// requests, so that no message has to say which file it is about.
package struct InFlight<Evidence> {
    /// One file.
    package struct File {
        package let evidence: Evidence
        private let known: FileInFlight

        fileprivate init(_ evidence: Evidence, _ known: FileInFlight) {
            (self.evidence, self.known) = (evidence, known)
        }

        package var place: Range<Int>? { known.place }
        package var request: Request { known.request }
        package var format: ImageFormat? { known.format }
        /// The answer to a file that is done.
        package var finding: Finding? { if case .done(let finding) = known.state { finding } else { nil } }
    }

    /// What became of a process that had files.
    package enum Failure {
        /// It failed at a file, or said something that can't be true.
        case fault(Refusal)
        /// Something else ended it, so that no file need be at fault: the files get another chance, but not for ever.
        case loss(Refusal)
    }

    /// How many files a process works on together.
    private let batch: Int
    /// Oldest first; evidence apart, so that the questions below, asked several times for each file, copy nothing of unknown size.
    private var files: [FileInFlight] = []
    private var evidence: [Evidence] = []
    private var layout = BufferLayout()

    /// How often a file's process may be lost before that is held against the file.
    package static var mostLosses: Int { 8 }

    /// - Parameter batch: how many files a process may work on together; of more than one it can't be known which made it fail.
    package init(batch: Int) { self.batch = batch }

    package var count: Int { files.count }

    /// Files that are not answered, or whose answer was not taken yet.
    package var inBuffer: Int { layout.files.count }

    /// Whether a process has any.
    package var hasSent: Bool { files.contains { $0.isSent } }

    /// The file whose answer comes next.
    package var current: File? {
        files.firstIndex { $0.isSent }.map { File(evidence[$0], files[$0]) }
    }

    // MARK: taking files

    /// Where there is room for `count` bytes; nil when there will only be after older files have left.
    package func place(for count: Int) -> Int? { layout.place(for: count) }

    /// Takes a file that needs no answer.
    package mutating func add(known evidence: Evidence) {
        files.append(FileInFlight(nil, .judge, nil, .done(nil)))
        self.evidence.append(evidence)
    }

    /// Takes a file whose bytes lie at `place`, where they must stay until it leaves.
    package mutating func add(_ evidence: Evidence, at place: Range<Int>, _ request: Request, _ format: ImageFormat?) {
        layout.append(place)
        files.append(FileInFlight(place, request, format, .held))
        self.evidence.append(evidence)
    }

    /// Changes what is known of the file that was taken last.
    package mutating func amendNewest(_ change: (inout Evidence) -> Void) {
        if let last = evidence.indices.last { change(&evidence[last]) }
    }

    /// Whether the oldest file can leave.
    package var isFirstDone: Bool { files.first?.isDone ?? false }

    /// The oldest file, which leaves, if it is done.
    package mutating func takeFirst() -> File? {
        guard isFirstDone else { return nil }
        let file = File(evidence.removeFirst(), files.removeFirst())
        if file.place != nil { layout.removeFirst() }
        return file
    }

    // MARK: the process

    /// The next file to hand over.
    package var waiting: FileInFlight? { files.first { $0.isHeld } }

    /// The next file to hand over, which then counts as sent; nil if there is none or it must wait: a suspect is alone with its
    /// process.
    package mutating func send() -> File? {
        guard let next = files.firstIndex(where: { $0.isHeld }) else { return nil }
        if files.contains(where: { $0.isSent && ($0.isSuspect || files[next].isSuspect) }) { return nil }
        files[next].state = .sent
        return File(evidence[next], files[next])
    }

    /// The process answered, and goes on.
    package mutating func answer(_ finding: Finding) {
        guard let first = files.firstIndex(where: { $0.isSent }) else { return }
        files[first].state = .done(finding)
    }

    /// The process is not to be trusted with more, or has done its share: the files that it has not answered go to the next one.
    package mutating func recall() {
        for index in files.indices where files[index].isSent { files[index].state = .held }
    }

    /// The process ended, or was ended, before it had answered all that it was sent.
    ///
    /// A process that works on one file at a time failed at the first that it has not answered.  Of a batch each is tried alone.
    package mutating func fail(_ failure: Failure) {
        let sent = files.indices.filter { files[$0].isSent }
        recall()
        guard let first = sent.first else { return }
        guard batch == 1 || sent.count == 1 else {
            for index in sent { files[index].isSuspect = true }
            return
        }
        switch failure {
        case .fault(let refusal): files[first].state = .done(Finding(refusal))
        case .loss(let refusal):
            files[first].losses += 1
            if files[first].losses >= Self.mostLosses { files[first].state = .done(Finding(refusal)) }
        }
    }

    /// There is no process and none can be had: the file that `send` gave last could not be handed over, and pays.
    package mutating func give(up refusal: Refusal) {
        guard let last = files.lastIndex(where: { $0.isSent }) else { return }
        files[last].state = .done(Finding(refusal))
    }
}

extension FileInFlight {
    fileprivate var isHeld: Bool { if case .held = state { true } else { false } }
    fileprivate var isSent: Bool { if case .sent = state { true } else { false } }
    fileprivate var isDone: Bool { if case .done = state { true } else { false } }
}
