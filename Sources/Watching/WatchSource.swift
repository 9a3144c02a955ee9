// The watch as a source of a scan, one that ends only when it is told to.

package import Files
internal import Scanning

/// Gives the scanner what the watch hands over.
package struct WatchSource: Source {
    private let exchange: WatchExchange
    private let followsLinks: Bool

    package init(_ exchange: WatchExchange, followsLinks: Bool) {
        self.exchange = exchange
        self.followsLinks = followsLinks
    }

    package var mostFiles: Int? { nil }

    package func forEach(_ report: (Found) -> Bool) {
        while let flight = exchange.next() {
            let found: Found =
                if let failure = flight.failure {
                    .failure(flight.path, failure)
                } else {
                    .file(
                        FoundFile(
                            path: flight.path, directory: nil, name: flight.path, isNamed: false,
                            followsLinks: followsLinks))
                }
            if !report(found) { return }
        }
    }
}
