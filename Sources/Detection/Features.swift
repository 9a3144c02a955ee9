// From pixels to the network's inputs: the one place where that is done, for scanning, evaluation and training alike.
import CKernels
package import Imaging
import Network

/// Makes the inputs of one crop; keeps scratch memory, so each thread has its own.
package final class Features {
    private let blueprint: Blueprint
    private let size: Int
    /// RGB in [0, 1].
    private let planes: Tensor
    private lazy var residual = Tensor(Shape(1, 3, size, size))
    private lazy var luminance = Tensor(Shape(1, 1, size, size))
    private lazy var luminanceResidual = Tensor(Shape(1, 1, size, size))
    private lazy var transform = CosineTransform(size: size)

    package init(_ blueprint: Blueprint) {
        self.blueprint = blueprint
        size = blueprint.side
        planes = Tensor(Shape(1, 3, size, size))
    }

    /// Fills image `index` of `inputs` from the crop of `pixels` whose top left corner is at (`x`, `y`). A network that sees the
    /// whole picture ignores the place.
    package func fill(_ inputs: Inputs, _ index: Int, from pixels: Pixels, x: Int, y: Int) {
        switch blueprint.picture {
        case .resized: unsafe bilinearPlanes(pixels, width: size, height: size, into: planes.base)
        case .cropped:
            if x >= 0, y >= 0, x + size <= pixels.width, y + size <= pixels.height {
                readPlanes(pixels, x, y)
            } else {
                readPlanes(pixels.cropped(x: x, y: y, width: size, height: size), 0, 0)
            }
        }
        writeMaps(inputs, index)
    }

    /// Fills image `index` of `inputs` from a crop that is there as RGB in [0, 1], [3][side][side]: one that no 8-bit picture could hold.
    package func fill(_ inputs: Inputs, _ index: Int, fromPlanes crop: [Float]) {
        precondition(crop.count == 3 * size * size)
        unsafe planes.base.update(from: crop, count: crop.count)
        writeMaps(inputs, index)
    }

    private func writeMaps(_ inputs: Inputs, _ index: Int) {
        for (plans, tensors) in [
            (blueprint.spatial.inputs, inputs.spatial), (blueprint.frequency.inputs, inputs.frequency),
        ] {
            for (plan, tensor) in zip(plans, tensors) {
                var place = unsafe tensor.image(index)
                for map in plan.maps {
                    unsafe write(map, place)
                    unsafe place += map.channels * map.extent(size) * map.extent(size)
                }
            }
        }
    }

    private func readPlanes(_ pixels: Pixels, _ x: Int, _ y: Int) {
        unsafe pixels.bytes.withUnsafeBufferPointer { bytes in
            unsafe assay_rgb_planes(
                bytes.baseAddress! + 3 * (y * pixels.width + x), 3 * pixels.width, size, size, planes.base)
        }
    }

    /// Makes one map of the planes.
    private func write(_ map: InputMap, _ out: UnsafeMutablePointer<Float>) {
        let area = size * size
        let rgb = unsafe planes.base
        switch map {
        case .plainRGB: unsafe out.update(from: rgb, count: 3 * area)
        case .spectrum:
            for channel in 0..<3 { unsafe transform.logMagnitude(rgb + channel * area, out + channel * area) }
        case .halvedRGB:
            unsafe assay_average_pool(rgb, 3, size, size, 2, out)
            unsafe assay_scale_offset(out, 3 * area / 4, 2, -0.9, out)
        case .rgb: unsafe assay_scale_offset(rgb, 3 * area, 2, -0.9, out)
        // Traces are in coefficients of a few grey levels, edges in those of a hundred; asinh brings both to unit scale.
        case .residual(let around, let folded):
            let fine = unsafe folded ? residual.base : out
            unsafe subtract(around, rgb, channels: 3, gain: 255, fine)
            unsafe assay_asinh(fine, 3 * area, 0.6, fine)
            if folded { unsafe assay_space_to_depth(fine, 3, size, size, out) }
        case .haar:
            unsafe assay_haar_details(rgb, 3, size, size, 255, out)
            unsafe assay_asinh(out, 9 * area / 4, 0.5, out)
        case .blockSpectra(let block, let stride, let around):
            // BT.601 weights as in JPEG. One grey level is 1/255; the offset brings typical values near zero.
            unsafe assay_luminance(rgb, area, luminance.base)
            var plane = unsafe luminance.base
            if let around {
                unsafe subtract(around, plane, channels: 1, gain: 1, luminanceResidual.base)
                unsafe plane = luminanceResidual.base
            }
            unsafe assay_block_spectra(plane, size, size, block, stride, 0.004, 3.5, out)
        }
    }

    /// Planes less what the neighbourhood of each pixel has, times `gain`.
    private func subtract(
        _ around: InputMap.Neighbourhood, _ planes: UnsafePointer<Float>, channels: Int, gain: Float,
        _ out: UnsafeMutablePointer<Float>
    ) {
        switch around {
        case .mean: unsafe assay_local_residual(planes, channels, size, size, gain, out)
        case .median: unsafe assay_median_residual(planes, channels, size, size, gain, out)
        }
    }
}
