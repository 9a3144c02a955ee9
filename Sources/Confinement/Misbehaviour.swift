// What confined processes may do when hostile bytes have taken them over, on demand, so that tests can see what becomes of it.
#if DEBUG

    internal import CProcess
    internal import Glibc
    internal import Inspection

    /// Debug builds only: a file that ends in `assay-test:` and a word makes the process do what the word says.
    enum Misbehaviour {
        /// Crashes, hangs, leaves without ending, eats memory, lies, or attempts what it must not.
        static func show(_ bytes: UnsafeRawBufferPointer, socket: Int32) {
            func ends(_ word: String) -> Bool {
                unsafe bytes.suffix(11 + word.utf8.count).elementsEqual("assay-test:\(word)".utf8)
            }
            if ends("crash") { raise(SIGSEGV) }
            if ends("hang") { hang() }
            if ends("leave") {
                shutdown(socket, Int32(SHUT_RDWR))
                hang()
            }
            if ends("memory") {
                var hoard: [[UInt8]] = []
                while true { hoard.append([UInt8](repeating: 1, count: 64 << 20)) }
            }
            // Well-formed, but scored pictures have facts.
            if ends("lie") { _ = InspectionService.answer(AnswerMessage.encode(Finding(Facts()))) }
            if ends("rule") {
                var finding = Finding(Refusal(.error, code: "corrupt", message: ""))
                // Half a megabyte: in as many messages as it takes.
                finding.rules.matched = (0..<1000).map { "no_such_rule_\($0)" + String(repeating: "x", count: 480) }
                _ = InspectionService.answer(AnswerMessage.encode(finding))
            }
            if ends("word") {
                let invented = Finding(Refusal(.error, code: "invented", message: ""))
                _ = InspectionService.answer(AnswerMessage.encode(invented))
            }
            // As libraries do; the C library then asks how much memory there is, once.
            if ends("sort") {
                var numbers = [UInt8](repeating: 1, count: 4096)
                unsafe qsort(&numbers, numbers.count, 1) { _, _ in 0 }
            }
            if ends("babble") { _ = InspectionService.answer([UInt8](repeating: 0xAA, count: 100)) }
            // The beginning of an answer that never ends.
            if ends("endless") {
                _ = InspectionService.answer([0, 0, 1, 0, 0, 0, 0, 0, 0])
                hang()
            }
            var index: Int32 = 0
            while let name = unsafe process_attempt_name(index) {
                if unsafe ends("attempt:" + String(cString: name)) { _ = unsafe process_attempt(name) }
                index += 1
            }
        }

        /// A lock that is taken twice waits for ever, with the calls that a confined process has.
        private static func hang() -> Never {
            let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
            unsafe lock.initialize(to: pthread_mutex_t())
            unsafe pthread_mutex_init(lock, nil)
            while true { unsafe pthread_mutex_lock(lock) }
        }
    }

#endif
