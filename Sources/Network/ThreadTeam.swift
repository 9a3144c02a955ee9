// A few threads that share one loop, so that a layer can work on many images at once and wait for all of them.
import Glibc
import Synchronization

/// Runs the iterations of a loop on a fixed number of threads, the caller's among them. With one thread it is a plain loop.
///
/// Which thread runs which iteration is left to chance; results must depend on the iteration only.
@safe package final class ThreadTeam {
    package let threads: Int
    private let state: State
    private var handles: [pthread_t] = []

    package init(threads: Int) {
        self.threads = max(1, threads)
        state = State()
        for index in 1..<max(2, self.threads) where index < self.threads {
            let start = unsafe Unmanaged.passRetained(Start(state: state, index: index)).toOpaque()
            var handle = pthread_t()
            let failure = unsafe pthread_create(
                &handle, nil,
                { argument in
                    let start = unsafe Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                    start.state.work(thread: start.index)
                    return nil
                }, start)
            precondition(failure == 0, "no thread could be started")
            handles.append(handle)
        }
    }

    deinit {
        state.stop()
        for handle in handles { pthread_join(handle, nil) }
    }

    /// Calls `body(iteration, thread)` for every iteration in 0..<count and returns when all are done.
    package func forEach(_ count: Int, _ body: (_ iteration: Int, _ thread: Int) -> Void) {
        if handles.isEmpty || count < 2 {
            for iteration in 0..<count { body(iteration, 0) }
            return
        }
        withoutActuallyEscaping(body) { body in state.run(count, helpers: handles.count, body) }
    }

    private final class Start {
        let state: State
        let index: Int
        init(state: State, index: Int) {
            self.state = state
            self.index = index
        }
    }

    /// What the threads share. The loop's body is only touched between `run`'s two meetings under the lock.
    @safe private final class State: @unchecked Sendable {
        private let lock: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
        private let changed: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
        private let next = Atomic<Int>(0)
        private var body: ((Int, Int) -> Void)?
        private var count = 0
        private var generation = 0
        private var busy = 0
        private var stopped = false

        init() {
            unsafe pthread_mutex_init(lock, nil)
            unsafe pthread_cond_init(changed, nil)
        }

        deinit {
            unsafe pthread_cond_destroy(changed)
            unsafe pthread_mutex_destroy(lock)
            unsafe changed.deallocate()
            unsafe lock.deallocate()
        }

        func stop() {
            unsafe pthread_mutex_lock(lock)
            stopped = true
            unsafe pthread_cond_broadcast(changed)
            unsafe pthread_mutex_unlock(lock)
        }

        func run(_ count: Int, helpers: Int, _ body: @escaping (Int, Int) -> Void) {
            unsafe pthread_mutex_lock(lock)
            self.body = body
            self.count = count
            next.store(0, ordering: .relaxed)
            busy = helpers
            generation += 1
            unsafe pthread_cond_broadcast(changed)
            unsafe pthread_mutex_unlock(lock)
            drain(count, body, thread: 0)
            unsafe pthread_mutex_lock(lock)
            while busy > 0 { unsafe pthread_cond_wait(changed, lock) }
            self.body = nil
            unsafe pthread_mutex_unlock(lock)
        }

        func work(thread: Int) {
            var seen = 0
            unsafe pthread_mutex_lock(lock)
            while true {
                while generation == seen && !stopped { unsafe pthread_cond_wait(changed, lock) }
                if stopped { break }
                seen = generation
                let (body, count) = (body!, count)
                unsafe pthread_mutex_unlock(lock)
                drain(count, body, thread: thread)
                unsafe pthread_mutex_lock(lock)
                busy -= 1
                if busy == 0 { unsafe pthread_cond_broadcast(changed) }
            }
            unsafe pthread_mutex_unlock(lock)
        }

        private func drain(_ count: Int, _ body: (Int, Int) -> Void, thread: Int) {
            while true {
                let iteration = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if iteration >= count { return }
                body(iteration, thread)
            }
        }
    }
}
