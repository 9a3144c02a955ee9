// Proves the fixed transforms against their definitions, written out the slow way.

import CKernels
import Detection
import Foundation
import TestSupport
import Testing

@Suite struct TransformTests {
    /// Orthonormal DCT-II of n samples.
    private func cosineTransform(_ samples: [Double]) -> [Double] {
        let n = Double(samples.count)
        return samples.indices.map { u in
            let sum = samples.enumerated().reduce(0) {
                $0 + $1.element * cos(Double.pi * Double(2 * $1.offset + 1) * Double(u) / (2 * n))
            }
            return sum * (u == 0 ? 1 / n : 2 / n).squareRoot()
        }
    }

    /// Both axes of a plane, row by row.
    private func cosineTransform(_ plane: [Double], width: Int) -> [Double] {
        let height = plane.count / width
        let rows = (0..<height).flatMap { cosineTransform(Array(plane[($0 * width)..<(($0 + 1) * width)])) }
        var result = rows
        for column in 0..<width {
            let whole = cosineTransform((0..<height).map { rows[$0 * width + column] })
            for row in 0..<height { result[row * width + column] = whole[row] }
        }
        return result
    }

    /// i reflected into 0..<n without repeating the edge.
    private func reflected(_ i: Int, _ n: Int) -> Int {
        if n == 1 { return 0 }
        let folded = abs(i) % (2 * n - 2)
        return folded < n ? folded : 2 * n - 2 - folded
    }

    @Test(arguments: [1, 2, 3, 4, 6, 7, 10, 12, 14, 28, 32, 40, 56])
    func `the whole-plane DCT follows its definition`(_ size: Int) {
        let plane = counterTensor("plane", count: size * size)
        let expected = cosineTransform(plane.map(Double.init), width: size)
        let transform = CosineTransform(size: size)
        for _ in 0..<2 {
            let own = transform.coefficients(plane)
            #expect(zip(own, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
        }
    }

    @Test(arguments: [8, 16], [2, 4, 8])
    func `the local DCT follows its definition, with reflection at the border`(_ size: Int, _ stride: Int) {
        let (height, width) = (24, 40)
        let plane = counterTensor("plane", count: height * width)
        let (rows, columns, margin) = (height / stride, width / stride, (size - stride) / 2)
        var own = [Float](repeating: 0, count: size * size * rows * columns)
        assay_block_spectra(plane, height, width, size, stride, 1, 0.5, &own)
        var worst = 0.0
        for row in 0..<rows {
            for column in 0..<columns {
                let block = (0..<size * size).map { index in
                    let y = reflected(row * stride - margin + index / size, height)
                    let x = reflected(column * stride - margin + index % size, width)
                    return Double(plane[y * width + x])
                }
                for (index, expected) in cosineTransform(block, width: size).enumerated() {
                    let found = Double(own[(index * rows + row) * columns + column])
                    worst = max(worst, abs(found - log(abs(expected) + 1) - 0.5))
                }
            }
        }
        #expect(worst < 1e-5)
    }

    @Test func `Haar details and the folded mean keep the energy of the picture`() {
        let (height, width) = (6, 8)
        let plane = counterTensor("plane", count: height * width)
        var details = [Float](repeating: 0, count: 3 * height * width / 4)
        assay_haar_details(plane, 1, height, width, 1, &details)
        var cells = [Float](repeating: 0, count: height * width)
        assay_space_to_depth(plane, 1, height, width, &cells)
        let quarter = height * width / 4
        let means = (0..<quarter).map { i in (0..<4).reduce(0) { $0 + cells[$1 * quarter + i] } / 2 }
        func energy(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) * Double($1) } }
        #expect(abs(energy(details) + energy(means) - energy(plane)) < 1e-5)
    }

    @Test func `the three Haar bands answer to edges of their own direction only`() {
        func energies(_ value: (Int, Int) -> Float) -> [Bool] {
            let plane = (0..<64).map { value($0 / 8, $0 % 8) }
            var details = [Float](repeating: 0, count: 48)
            assay_haar_details(plane, 1, 8, 8, 1, &details)
            return (0..<3).map { band in details[(band * 16)..<(band * 16 + 16)].contains { $0 != 0 } }
        }
        #expect(energies { _, x in Float(x % 2) } == [true, false, false])
        #expect(energies { y, _ in Float(y % 2) } == [false, true, false])
        #expect(energies { y, x in Float((x + y) % 2) } == [false, false, true])
        #expect(energies { _, _ in 0.5 } == [false, false, false])
    }

    @Test func `a median residual is the pixel minus its neighbourhood's median`() {
        // Wider than a vector; with ties.
        for (height, width) in [(5, 7), (1, 1), (9, 45)] {
            let plane = counterTensor("plane", count: 2 * height * width).map { ($0 * 8).rounded() / 8 }
            var own = [Float](repeating: 0, count: plane.count)
            assay_median_residual(plane, 2, height, width, 3, &own)
            for index in plane.indices {
                let (first, y, x) = (index / (height * width) * height * width, index / width % height, index % width)
                let around = (-1...1).flatMap { dy in
                    (-1...1).map { dx in
                        plane[first + min(max(y + dy, 0), height - 1) * width + min(max(x + dx, 0), width - 1)]
                    }
                }
                #expect(own[index] == 3 * (plane[index] - around.sorted()[4]))
            }
        }
    }

    @Test func `a residual is the pixel minus its neighbourhood's mean`() {
        let (height, width) = (5, 7)
        let plane = counterTensor("plane", count: height * width)
        var own = [Float](repeating: 0, count: plane.count)
        assay_local_residual(plane, 1, height, width, 3, &own)
        for y in 0..<height {
            for x in 0..<width {
                var sum: Float = 0
                for dy in -1...1 {
                    for dx in -1...1 {
                        sum += plane[min(max(y + dy, 0), height - 1) * width + min(max(x + dx, 0), width - 1)]
                    }
                }
                #expect(abs(own[y * width + x] - 3 * (plane[y * width + x] - sum / 9)) < 1e-5)
            }
        }
    }
}
