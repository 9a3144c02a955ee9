// Colours for numbers: equal steps of a number look like equal steps.

internal import Glibc

/// 256 colours from the lowest number to the highest.
package struct ColourMap: Sendable {
    package typealias Colour = (red: UInt8, green: UInt8, blue: UInt8)

    private let bytes: [UInt8]

    /// The colour of a number that was scaled to [0, 1]; what lies outside has the colour of the end.
    package func colour(_ value: Float) -> Colour {
        let index = 3 * Int((min(max(value.isNaN ? 0 : value, 0), 1) * 255).rounded())
        return (bytes[index], bytes[index + 1], bytes[index + 2])
    }

    /// Viridis (Stéfan van der Walt and Nathaniel Smith, 2015, in the public domain by CC0), made to be perceptually uniform in CAM02-UCS, also
    /// for the colour-blind and in grey.
    package static let viridis = ColourMap(
        bytes: Spectra.bytes(
            """
            44015444025645045745055946075a46085c460a5d460b5e470d60470e6147106347116447136548146748166848176948186a481a6c481b\
            6d481c6e481d6f481f70482071482173482374482475482576482677482878482979472a7a472c7a472d7b472e7c472f7d46307e46327e46\
            337f463480453581453781453882443983443a83443b84433d84433e85423f854240864241864142874144874045884046883f47883f4889\
            3e49893e4a893e4c8a3d4d8a3d4e8a3c4f8a3c508b3b518b3b528b3a538b3a548c39558c39568c38588c38598c375a8c375b8d365c8d365d\
            8d355e8d355f8d34608d34618d33628d33638d32648e32658e31668e31678e31688e30698e306a8e2f6b8e2f6c8e2e6d8e2e6e8e2e6f8e2d\
            708e2d718e2c718e2c728e2c738e2b748e2b758e2a768e2a778e2a788e29798e297a8e297b8e287c8e287d8e277e8e277f8e27808e26818e\
            26828e26828e25838e25848e25858e24868e24878e23888e23898e238a8d228b8d228c8d228d8d218e8d218f8d21908d21918c20928c2092\
            8c20938c1f948c1f958b1f968b1f978b1f988b1f998a1f9a8a1e9b8a1e9c891e9d891f9e891f9f881fa0881fa1881fa1871fa28720a38620\
            a48621a58521a68522a78522a88423a98324aa8325ab8225ac8226ad8127ad8128ae8029af7f2ab07f2cb17e2db27d2eb37c2fb47c31b57b\
            32b67a34b67935b77937b87838b9773aba763bbb753dbc743fbc7340bd7242be7144bf7046c06f48c16e4ac16d4cc26c4ec36b50c46a52c5\
            6954c56856c66758c7655ac8645cc8635ec96260ca6063cb5f65cb5e67cc5c69cd5b6ccd5a6ece5870cf5773d05675d05477d1537ad1517c\
            d2507fd34e81d34d84d44b86d54989d5488bd6468ed64590d74393d74195d84098d83e9bd93c9dd93ba0da39a2da37a5db36a8db34aadc32\
            addc30b0dd2fb2dd2db5de2bb8de29bade28bddf26c0df25c2df23c5e021c8e020cae11fcde11dd0e11cd2e21bd5e21ad8e219dae319dde3\
            18dfe318e2e418e5e419e7e419eae51aece51befe51cf1e51df4e61ef6e620f8e621fbe723fde725\

            """))

    /// Blue over near-white to orange, for numbers with a sign: lightness in CIELAB falls evenly from 96 in the middle to 36 at both ends, chroma
    /// rises evenly to 50, so that equal distances from zero look alike on both sides.
    package static let diverging = ColourMap(
        bytes: (0..<256).flatMap { index -> [UInt8] in
            let signed = (Double(index) - 127.5) / 127.5
            let hue = (signed < 0 ? 285.0 : 55.0) * Double.pi / 180
            let chroma = 50 * abs(signed)
            return standardRGB(lightness: 96 - 60 * abs(signed), a: chroma * cos(hue), b: chroma * sin(hue))
        })
}

/// CIELAB under D65 to sRGB (IEC 61966-2-1), each channel cut to what can be shown.
private func standardRGB(lightness: Double, a: Double, b: Double) -> [UInt8] {
    let fy = (lightness + 16) / 116
    func linear(_ f: Double) -> Double { f > 6.0 / 29 ? f * f * f : 3 * 36.0 / 841 * (f - 4.0 / 29) }
    let (x, y, z) = (0.95047 * linear(fy + a / 500), linear(fy), 1.08883 * linear(fy - b / 200))
    let channels = [
        3.2404542 * x - 1.5371385 * y - 0.4985314 * z, -0.9692660 * x + 1.8760108 * y + 0.0415560 * z,
        0.0556434 * x - 0.2040259 * y + 1.0572252 * z,
    ]
    return channels.map { value in
        let shown = value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055
        return UInt8((min(max(shown, 0), 1) * 255).rounded())
    }
}
