// From pixels to the network's inputs: the one place where that is done, for scanning, evaluation and training alike.
import CKernels
package import Imaging
import Network

/// Makes the inputs of one crop; keeps scratch memory, so each thread has its own.
package final class Features {
    private let architecture: Architecture
    private let planes: Tensor
    private let residual: Tensor
    private let luminance: Tensor
    private let transform: CosineTransform?

    package init(_ architecture: Architecture) {
        self.architecture = architecture
        let size = architecture.inputSize
        switch architecture {
        case .seed:
            planes = Tensor(Shape(1, 3, 1, 1))
            residual = Tensor(Shape(1, 1))
            luminance = Tensor(Shape(1, 1))
            transform = CosineTransform(size: size)
        case .crossdomain:
            planes = Tensor(Shape(1, 3, size, size))
            residual = Tensor(Shape(1, 3, size, size))
            luminance = Tensor(Shape(1, 1, size, size))
            transform = nil
        }
    }

    /// Fills image `index` of `inputs` from the crop of `pixels` whose top left corner is at (`x`, `y`). The seed network sees
    /// the whole picture and ignores the place.
    package func fill(_ inputs: Inputs, _ index: Int, from pixels: Pixels, x: Int, y: Int) {
        switch architecture {
        case .seed: fillResized(inputs, index, pixels)
        case .crossdomain:
            let size = architecture.inputSize
            if x >= 0, y >= 0, x + size <= pixels.width, y + size <= pixels.height {
                fillCrop(inputs, index, pixels, x, y)
            } else {
                fillCrop(inputs, index, pixels.cropped(x: x, y: y, width: size, height: size), 0, 0)
            }
        }
    }

    private func fillResized(_ inputs: Inputs, _ index: Int, _ pixels: Pixels) {
        let size = architecture.inputSize
        let (rgb, spectrum) = unsafe (inputs.spatial[0].image(index), inputs.frequency[0].image(index))
        unsafe bilinearPlanes(pixels, width: size, height: size, into: rgb)
        for channel in 0..<3 {
            unsafe transform!.logMagnitude(rgb + channel * size * size, spectrum + channel * size * size)
        }
    }

    private func fillCrop(_ inputs: Inputs, _ index: Int, _ pixels: Pixels, _ x: Int, _ y: Int) {
        let size = architecture.inputSize
        let area = size * size
        let (rgb, fine) = unsafe (planes.base, residual.base)
        unsafe pixels.bytes.withUnsafeBufferPointer { bytes in
            unsafe assay_rgb_planes(
                bytes.baseAddress! + 3 * (y * pixels.width + x), 3 * pixels.width, size, size, rgb)
        }
        // Traces are in coefficients of a few grey levels, edges in those of a hundred; asinh brings both to unit scale.
        // Spatial: the halved picture, centred, and the whole residual.
        let spatial = unsafe inputs.spatial[0].image(index)
        unsafe assay_average_pool(rgb, 3, size, size, 2, spatial)
        unsafe assay_scale_offset(spatial, 3 * area / 4, 2, -0.9, spatial)
        unsafe assay_local_residual(rgb, 3, size, size, 255, fine)
        unsafe assay_asinh(fine, 3 * area, 0.6, fine)
        unsafe assay_space_to_depth(fine, 3, size, size, spatial + 3 * area / 4)
        // Frequency: Haar details, and log-magnitudes of the luminance's local DCTs (BT.601 weights as in JPEG).
        let details = unsafe inputs.frequency[0].image(index)
        unsafe assay_haar_details(rgb, 3, size, size, 255, details)
        unsafe assay_asinh(details, inputs.frequency[0].shape.imageCount, 0.5, details)
        unsafe assay_luminance(rgb, area, luminance.base)
        let blocks = unsafe inputs.frequency[1].image(index)
        // One grey level is 1/255; the offset brings typical values near zero.
        unsafe assay_block_spectra(luminance.base, size, size, 4, 0.004, 3.5, blocks)
    }
}
