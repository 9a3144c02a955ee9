// The product of a large matrix with a batch: right, and the same for each image whatever else is in the batch.
import CKernels
import Network
import Testing

@Suite struct DenseKernelTests {
    private func random(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1) } }

    @Test(arguments: [(1, 1), (15, 3), (33, 4), (4095, 5), (4097, 6), (9001, 9)])
    func `every image gets the plain sums, alone and in any batch`(_ inputs: Int, _ outputs: Int) {
        let (weight, x, start) = (random(inputs * outputs), random(inputs * 11), random(outputs))
        func product(_ images: Range<Int>) -> [Float] {
            var y = images.flatMap { _ in start }
            x.withUnsafeBufferPointer { x in
                // In two parts, as threads would.
                let middle = outputs / 2
                for (first, end) in [(0, middle), (middle, outputs)] {
                    assay_multiply(
                        weight, first, end, inputs, x.baseAddress! + images.lowerBound * inputs, images.count, &y,
                        outputs)
                }
            }
            return y
        }
        let alone = (0..<11).map { product($0..<$0 + 1) }
        for image in 0..<11 {
            for o in 0..<outputs {
                let sum = (0..<inputs).reduce(Double(start[o])) {
                    $0 + Double(weight[o * inputs + $1]) * Double(x[image * inputs + $1])
                }
                #expect(abs(Double(alone[image][o]) - sum) < 1e-6 * Double(inputs).squareRoot() + 1e-6)
            }
        }
        for images in [0..<2, 0..<3, 1..<5, 2..<9, 0..<11] {
            #expect(product(images) == images.flatMap { alone[$0] })
        }
    }

    @Test func `a tensor keeps its images when their number changes`() {
        let tensor = Tensor(Shape(2, 3), [1, 2, 3, 4, 5, 6])
        tensor.resize(images: 400)
        #expect(Array(tensor.values.prefix(6)) == [1, 2, 3, 4, 5, 6] && tensor.shape.count == 1200)
        tensor.resize(images: 1)
        #expect(tensor.values == [1, 2, 3])
        tensor.resize(images: 0)
        #expect(tensor.values.isEmpty)
    }
}
