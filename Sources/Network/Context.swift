// What a pass through the network carries along: whether it trains, the threads it may use, and their scratch memory.

package import Threads

/// The circumstances of one forward or backward pass.
package final class Context {
    package let team: ThreadTeam
    /// Dropout is active and batch statistics are used and recorded.
    package var isTraining = false
    /// Names the dropout masks of this step; the same number gives the same masks.
    package var step: UInt64 = 0
    /// No parameter changes any more, so that layers may keep what they have made of them.
    package let hasFixedWeights: Bool
    private let scratch: [Scratch]

    package init(team: ThreadTeam = ThreadTeam(threads: 1), hasFixedWeights: Bool = false) {
        self.team = team
        self.hasFixedWeights = hasFixedWeights
        scratch = (0..<team.threads).map { _ in Scratch() }
    }

    /// A thread's scratch memory.
    package func scratch(_ thread: Int) -> Scratch { scratch[thread] }

    /// Work on a batch is cut into this many parts whose partial sums are added in order, so that no result depends on the
    /// number of threads.
    package static func parts(_ images: Int) -> Int { min(images, 16) }

    /// The images of part `index`.
    package static func part(_ index: Int, of images: Int) -> Range<Int> {
        let parts = parts(images)
        return (index * images / parts)..<((index + 1) * images / parts)
    }
}
