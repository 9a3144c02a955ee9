// What a model says of a collection, in numbers: evaluation counts it of labelled pictures, reports of everybody's.

/// How often each verdict was given.
package struct VerdictCounts: Sendable, Equatable, Decodable {
    package var fake = 0
    package var uncertain = 0
    package var real = 0

    package init(fake: Int = 0, uncertain: Int = 0, real: Int = 0) {
        (self.fake, self.uncertain, self.real) = (fake, uncertain, real)
    }

    package var total: Int { fake + uncertain + real }

    package subscript(_ verdict: Verdict) -> Int {
        get {
            switch verdict {
            case .fake: fake
            case .uncertain: uncertain
            case .real: real
            }
        }
        set {
            switch verdict {
            case .fake: fake = newValue
            case .uncertain: uncertain = newValue
            case .real: real = newValue
            }
        }
    }

    /// In the order in which reports list them.
    package var listed: [Int] { [fake, uncertain, real] }
}
