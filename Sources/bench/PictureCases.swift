// Decoding and features, over pictures made here: soft shapes with noise, so that files have a usual size.
import Detection
import Imaging
import Network

/// A picture whose bytes depend on its size alone.
func picture(_ width: Int, _ height: Int) -> Pixels {
    var (bytes, state) = ([UInt8](), UInt64(width * 31 + height))
    bytes.reserveCapacity(3 * width * height)
    for y in 0..<height {
        for x in 0..<width {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let noise = Int(state >> 60) - 8
            let wave = (x * x / 257 + y * 3) % 400
            let shade = (wave < 200 ? wave : 400 - wave) + noise
            for shift in [20, 0, -15] { bytes.append(UInt8(min(max(shade + shift, 0), 255))) }
        }
    }
    return Pixels(width: width, height: height, bytes: bytes)
}

func decodeCases() -> [Case] {
    [(256, 256), (1024, 1024), (4000, 3000)].flatMap { width, height -> [Case] in
        let pixels = picture(width, height)
        let files = [
            ("JPEG", encodeJPEG(pixels, quality: 90, subsampling: .s420)), ("PNG", encodePNG(pixels)),
        ]
        return files.flatMap { format, bytes in
            [
                Case("decode \(format) \(width)×\(height), one thread", amount: 1) {
                    guard (try? decode(bytes)) != nil else { preconditionFailure("a file made here decodes") }
                },
                Case("decode \(format) \(width)×\(height), what a scan looks at", amount: 1) {
                    let image = try? decode(bytes.span, limits: DecodeLimits()) {
                        Blueprint.crossdomain.crops.regions(width: $0, height: $1, size: Blueprint.crossdomain.side)
                    }
                    guard image != nil else { preconditionFailure("a file made here decodes") }
                },
                Case("decode \(format) \(width)×\(height), only a corner", amount: 1) {
                    let image = try? decode(bytes.span, limits: DecodeLimits()) { _, _ in
                        [Region(x: 0, y: 0, width: 16, height: 16)]
                    }
                    guard image != nil else { preconditionFailure("a file made here decodes") }
                },
            ]
        }
    }
}

func featureCases() -> [Case] {
    let transform = CosineTransform(size: 224)
    let (plane, spectrum) = (Tensor(Shape(1, 1, 224, 224)), Tensor(Shape(1, 1, 224, 224)))
    for index in 0..<plane.shape.count { plane[index] = Float(index * 7919 % 256) / 255 }
    let pixels = picture(256, 256)
    return [
        Case("log-DCT of one 224² plane, one thread", amount: 1) {
            unsafe transform.logMagnitude(plane.base, spectrum.base)
        }
    ]
        + Blueprint.presets.map { blueprint in
            let (features, inputs) = (Features(blueprint), blueprint.makeInputs(1))
            return Case("\(blueprint.name) inputs of one crop, one thread", amount: 1) {
                features.fill(inputs, 0, from: pixels, x: 64, y: 64)
            }
        }
}
