// Threads of their own for what blocks, and for what should run beside everything else.

internal import Glibc

/// A running thread.
package struct Thread: @unchecked Sendable {
    private let handle: pthread_t

    private final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    package init(_ body: @escaping @Sendable () -> Void) {
        let start = unsafe Unmanaged.passRetained(Start(body)).toOpaque()
        var handle = pthread_t()
        let failure = unsafe pthread_create(
            &handle, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, start)
        precondition(failure == 0, "no thread could be started")
        self.handle = handle
    }

    package func join() { pthread_join(handle, nil) }
}

/// Something that runs on a thread of its own and has a result.
package final class BackgroundTask<Result: Sendable>: Sendable {
    private let outcome = Monitor<Result?>(nil)

    package init(_ body: @escaping @Sendable () -> Result) {
        _ = Thread { [outcome] in
            let result = body()
            outcome.with { $0 = result }
        }
    }

    /// Waits for the result.
    package func result() -> Result { outcome.wait { $0 } }
}
