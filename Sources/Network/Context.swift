// What a pass through the network carries along: whether it trains, the threads it may use, and their scratch memory.

/// The circumstances of one forward or backward pass.
package final class Context {
    package let team: ThreadTeam
    /// Dropout is active and batch statistics are used and recorded.
    package var isTraining = false
    /// Names the dropout masks of this step; the same number gives the same masks.
    package var step: UInt64 = 0
    private let scratch: [[Tensor]]

    package init(team: ThreadTeam = ThreadTeam(threads: 1)) {
        self.team = team
        scratch = (0..<team.threads).map { _ in (0..<2).map { _ in Tensor(Shape(1, 1)) } }
    }

    /// Scratch memory of a thread, at least `count` floats, of undefined content; `slot` is 0 or 1.
    package func scratch(_ slot: Int, thread: Int, count: Int) -> UnsafeMutablePointer<Float> {
        let tensor = scratch[thread][slot]
        if tensor.shape.count < count { tensor.reshape(Shape(1, count)) }
        return unsafe tensor.base
    }

    /// Work on a batch is cut into this many parts whose partial sums are added in order, so that no result depends on the
    /// number of threads.
    package static func parts(_ images: Int) -> Int { min(images, 16) }

    /// The images of part `index`.
    package static func part(_ index: Int, of images: Int) -> Range<Int> {
        let parts = parts(images)
        return (index * images / parts)..<((index + 1) * images / parts)
    }
}
