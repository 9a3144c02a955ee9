// The two detectors that share one code path.
package import Network

/// Which network a model is for.
package enum Architecture: String, Sendable, CaseIterable, Codable {
    /// The published cross-domain detector: MesoInception-4 and a small network over the log-DCT, on pictures resized to 224².
    case seed
    /// Ours: both branches on crops at native resolution.
    case crossdomain

    /// Names how pixels become inputs. Changes whenever that does.
    package var preprocessing: String {
        switch self {
        case .seed: "bilinear224-logdct-1"
        case .crossdomain: "crop128-residual-haar-blockdct-1"
        }
    }

    /// Side of the square that the network looks at, in pixels.
    package var inputSize: Int {
        switch self {
        case .seed: 224
        case .crossdomain: 128
        }
    }

    /// How many pictures are best judged together: the 26 MB of weights that the seed network's fusion has are then read from
    /// memory once for all of them.
    package var batch: Int {
        switch self {
        case .seed: 16
        case .crossdomain: 1
        }
    }

    /// A network with weights still to be drawn or loaded.
    package func makeNetwork() -> DetectorNetwork {
        switch self {
        case .seed: DetectorNetwork.seed()
        case .crossdomain: DetectorNetwork.crossdomain()
        }
    }

    /// Input tensors for `count` crops.
    package func makeInputs(_ count: Int) -> Inputs {
        switch self {
        case .seed:
            Inputs(spatial: [Tensor(Shape(count, 3, 224, 224))], frequency: [Tensor(Shape(count, 3, 224, 224))])
        case .crossdomain:
            Inputs(
                spatial: [Tensor(Shape(count, 15, 64, 64))],
                frequency: [Tensor(Shape(count, 9, 64, 64)), Tensor(Shape(count, 64, 32, 32))])
        }
    }
}

/// What the two branches are fed with: a batch of maps each, or several where a branch looks at two scales.
package struct Inputs {
    package let spatial: [Tensor]
    package let frequency: [Tensor]

    /// Changes the number of crops in all tensors.
    package func resize(_ count: Int) {
        for tensor in spatial + frequency {
            var shape = tensor.shape
            shape.images = count
            tensor.reshape(shape)
        }
    }
}
