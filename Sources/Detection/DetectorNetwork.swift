// Two branches and what joins them: the part that all architectures have in common.
import CKernels
package import Network

/// Turns a branch's inputs into one feature vector.
package protocol Trunk: AnyObject {
    var parameters: [Parameter] { get }
    func initialise(from generator: inout some RandomNumberGenerator)
    func forward(_ inputs: [Tensor], _ context: Context) -> Tensor
    /// Adds the parameters' gradients; the inputs are data and get none.
    func backward(_ gradient: Tensor, _ context: Context)
}

/// A trunk and the head that scores its features alone.
package struct Branch {
    package let trunk: any Trunk
    package let head: any Layer

    package var parameters: [Parameter] { trunk.parameters + head.parameters }
}

/// Logits of the three heads for a batch, or their gradients: tensors [n, 1], nil for a head that is left out.
package struct HeadTensors {
    package var fused: Tensor?
    package var spatial: Tensor?
    package var frequency: Tensor?

    package init(fused: Tensor? = nil, spatial: Tensor? = nil, frequency: Tensor? = nil) {
        (self.fused, self.spatial, self.frequency) = (fused, spatial, frequency)
    }

    package subscript(_ head: Head) -> Tensor? {
        get {
            switch head {
            case .fused: fused
            case .spatial: spatial
            case .frequency: frequency
            }
        }
        set {
            switch head {
            case .fused: fused = newValue
            case .spatial: spatial = newValue
            case .frequency: frequency = newValue
            }
        }
    }
}

/// A detector's network: spatial branch, frequency branch, and a fusion of their features.
package final class DetectorNetwork {
    package let spatial: Branch
    package let frequency: Branch
    package let fusion: any Layer
    /// While training, the chance that a crop's features of one branch, either one, are hidden from the fusion.
    private let branchDropout: Double
    /// What the fusion reads: a row for each crop, spatial features first.
    private let features = Tensor(Shape(0, 0))
    private let parts = (spatial: Tensor(Shape(0, 0)), frequency: Tensor(Shape(0, 0)))
    private var hidden: [Head?] = []
    private var widths = [0, 0]

    package init(spatial: Branch, frequency: Branch, fusion: any Layer, branchDropout: Double) {
        (self.spatial, self.frequency, self.fusion) = (spatial, frequency, fusion)
        self.branchDropout = branchDropout
    }

    package var parameters: [Parameter] { spatial.parameters + frequency.parameters + fusion.parameters }

    /// The parameters that belong to one head only: a branch whole, or the fusion.
    package func parameters(of head: Head) -> [Parameter] {
        switch head {
        case .spatial: spatial.parameters
        case .frequency: frequency.parameters
        case .fused: fusion.parameters
        }
    }

    package func initialise(from generator: inout some RandomNumberGenerator) {
        for branch in [spatial, frequency] {
            branch.trunk.initialise(from: &generator)
            branch.head.initialise(from: &generator)
        }
        fusion.initialise(from: &generator)
    }

    /// Logits of the heads asked for. `trainsTrunks` false runs the trunks as for inference even while the heads train.
    package func forward(
        _ inputs: Inputs, heads: Set<Head> = Set(Head.allCases), trainsTrunks: Bool = true, _ context: Context
    ) -> HeadTensors {
        var logits = HeadTensors()
        let isTraining = context.isTraining
        context.isTraining = isTraining && trainsTrunks
        let seen =
            heads.contains(.fused) || heads.contains(.spatial) ? spatial.trunk.forward(inputs.spatial, context) : nil
        let heard =
            heads.contains(.fused) || heads.contains(.frequency)
            ? frequency.trunk.forward(inputs.frequency, context) : nil
        context.isTraining = isTraining
        if heads.contains(.spatial), let seen { logits.spatial = spatial.head.forward(seen, context) }
        if heads.contains(.frequency), let heard { logits.frequency = frequency.head.forward(heard, context) }
        if heads.contains(.fused), let seen, let heard { logits.fused = fuse(seen, heard, context) }
        return logits
    }

    /// The branches' logits for crops whose features are kept until `fuseKept` joins them. Large fusions are read from memory
    /// once for all that is kept, so they had better not be called for each crop.
    package func forwardKeeping(_ inputs: Inputs, _ context: Context) -> HeadTensors {
        let (seen, heard) = (
            spatial.trunk.forward(inputs.spatial, context), frequency.trunk.forward(inputs.frequency, context)
        )
        keep(seen, heard)
        return HeadTensors(
            spatial: spatial.head.forward(seen, context), frequency: frequency.head.forward(heard, context))
    }

    /// The fused logits of all crops kept, in their order; nothing is kept any more.
    package func fuseKept(_ context: Context) -> Tensor {
        defer { features.resize(images: 0) }
        return fusion.forward(features, context)
    }

    /// Adds the rows of a batch to the features.
    private func keep(_ seen: Tensor, _ heard: Tensor) {
        let flat = [seen, heard].map { Shape($0.shape.images, $0.shape.imageCount) }
        widths = flat.map(\.channels)
        let before = features.shape.images
        if before == 0 { features.reshape(Shape(0, widths[0] + widths[1])) }
        features.resize(images: before + flat[0].images)
        for image in 0..<flat[0].images {
            let place = unsafe features.image(before + image)
            unsafe place.update(from: seen.image(image), count: widths[0])
            unsafe (place + widths[0]).update(from: heard.image(image), count: widths[1])
        }
    }

    private func fuse(_ seen: Tensor, _ heard: Tensor, _ context: Context) -> Tensor {
        features.resize(images: 0)
        keep(seen, heard)
        hidden = Array(repeating: nil, count: features.shape.images)
        if context.isTraining, branchDropout > 0 { hideBranches(context) }
        return fusion.forward(features, context)
    }

    private func hideBranches(_ context: Context) {
        for image in hidden.indices {
            let place = unsafe features.image(image)
            let draw = Double(mix(context.step &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(image)) >> 11) * 0x1p-53
            if draw < branchDropout / 2 {
                hidden[image] = .spatial
                unsafe place.update(repeating: 0, count: widths[0])
            } else if draw < branchDropout {
                hidden[image] = .frequency
                unsafe (place + widths[0]).update(repeating: 0, count: widths[1])
            }
        }
    }

    /// Adds the gradients of all parameters that the given heads' losses reach. `trainsTrunks` false stops at the features.
    package func backward(_ gradients: HeadTensors, trainsTrunks: Bool = true, _ context: Context) {
        var fromFusion: Tensor?
        if let gradient = gradients.fused { fromFusion = fusion.backward(gradient, context) }
        var first = gradients.spatial.map { spatial.head.backward($0, context) }
        var second = gradients.frequency.map { frequency.head.backward($0, context) }
        guard trainsTrunks else { return }
        if let whole = fromFusion {
            splitChannels(whole, into: [parts.spatial, parts.frequency], widths, context)
            for (image, branch) in hidden.enumerated() {
                if branch == .spatial { unsafe parts.spatial.image(image).update(repeating: 0, count: widths[0]) }
                if branch == .frequency { unsafe parts.frequency.image(image).update(repeating: 0, count: widths[1]) }
            }
            first = add(first, parts.spatial)
            second = add(second, parts.frequency)
        }
        if let first { spatial.trunk.backward(first, context) }
        if let second { frequency.trunk.backward(second, context) }
    }

    private func add(_ own: Tensor?, _ more: Tensor) -> Tensor {
        guard let own else { return more }
        // A head after flattened maps hands its gradient back in their shape; a fusion hands back plain vectors.
        unsafe assay_add(more.base, more.shape.count, own.base)
        return own
    }
}
