// Threads that block: files, sockets and children wait in the kernel, where Swift's cooperative tasks must not.

internal import Glibc

/// A value that threads change under a lock and wait upon (`pthread_mutex`, `pthread_cond`).
@safe package final class Monitor<State>: @unchecked Sendable {
    private var state: State
    private let lock: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
    private let changed: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)

    package init(_ state: sending State) {
        self.state = state
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe changed.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(lock, nil)
        unsafe pthread_cond_init(changed, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(lock)
        unsafe changed.deallocate()
        unsafe lock.deallocate()
    }

    /// Reads or changes the value, then wakes whoever waits for it.
    package func with<Result>(_ body: (inout State) -> Result) -> Result {
        unsafe pthread_mutex_lock(lock)
        defer {
            unsafe pthread_cond_broadcast(changed)
            unsafe pthread_mutex_unlock(lock)
        }
        return body(&state)
    }

    /// Waits until `body` returns something, and returns that.
    package func wait<Result>(_ body: (inout State) -> Result?) -> Result {
        unsafe pthread_mutex_lock(lock)
        while true {
            if let result = body(&state) {
                unsafe pthread_cond_broadcast(changed)
                unsafe pthread_mutex_unlock(lock)
                return result
            }
            unsafe pthread_cond_wait(changed, lock)
        }
    }
}
