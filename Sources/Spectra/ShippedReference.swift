// The reference that is part of this program: spectra of photographs by many people.

internal import CSpectralReference

extension SpectralReference {
    /// Of the luminance of crops of 128 pixels, of pictures or of their residuals; nil when the program was built without it.
    package static func shipped(ofResidual: Bool) -> SpectralReference? {
        let count = ofResidual ? assay_residual_reference_size() : assay_spectral_reference_size()
        let start = unsafe ofResidual ? assay_residual_reference() : assay_spectral_reference()
        return unsafe NumPyArray(Array(UnsafeBufferPointer(start: start, count: count))).flatMap {
            SpectralReference($0)
        }
    }
}
