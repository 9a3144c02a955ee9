// The memory that layers hand to each other: dense float32 maps whose storage survives from batch to batch.
import Glibc

/// A batch of maps in NCHW order. Storage grows when a larger shape is asked for and is never given back before the end.
///
/// A tensor is owned by the layer that fills it; a reader may keep the reference until that layer runs again.
@safe package final class Tensor {
    package private(set) var shape: Shape
    private var storage: UnsafeMutablePointer<Float>
    private var capacity: Int

    package init(_ shape: Shape) {
        self.shape = shape
        capacity = max(shape.count, 1)
        unsafe storage = Tensor.allocate(capacity)
    }

    package convenience init(_ shape: Shape, _ values: [Float]) {
        precondition(values.count == shape.count)
        self.init(shape)
        unsafe storage.update(from: values, count: values.count)
    }

    deinit { unsafe storage.deallocate() }

    /// Takes on another shape. Contents are undefined afterwards unless the count stays the same.
    package func reshape(_ shape: Shape) {
        if shape.count > capacity {
            unsafe storage.deallocate()
            capacity = shape.count
            unsafe storage = Tensor.allocate(capacity)
        }
        self.shape = shape
    }

    /// Changes the number of images. Those that are there before and after keep their elements.
    package func resize(images: Int) {
        let kept = min(images, shape.images) * shape.imageCount
        shape.images = images
        if shape.count > capacity {
            let old = unsafe storage
            capacity = shape.count
            unsafe storage = Tensor.allocate(capacity)
            unsafe storage.update(from: old, count: kept)
            unsafe old.deallocate()
        }
    }

    /// First element of image `index`; the image's elements follow densely.
    package func image(_ index: Int) -> UnsafeMutablePointer<Float> {
        precondition(index >= 0 && index < shape.images)
        return unsafe storage + index * shape.imageCount
    }

    package var base: UnsafeMutablePointer<Float> { unsafe storage }

    /// A copy of all elements, for tests and small results.
    package var values: [Float] { unsafe Array(UnsafeBufferPointer(start: storage, count: shape.count)) }

    package subscript(_ index: Int) -> Float {
        get {
            precondition(index >= 0 && index < shape.count)
            return unsafe storage[index]
        }
        set {
            precondition(index >= 0 && index < shape.count)
            unsafe storage[index] = newValue
        }
    }

    package func fill(_ value: Float) { unsafe storage.update(repeating: value, count: shape.count) }

    /// Aligned to cache lines, with room for one vector more, since kernels may read, but not use, what lies behind the last row.
    /// Large storage asks for large pages: small ones cost a fault each, and training touches gigabytes.
    private static func allocate(_ elements: Int) -> UnsafeMutablePointer<Float> {
        let count = elements + 16
        let largePage = 2 << 20
        let isLarge = count * 4 >= 2 * largePage
        let raw = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: isLarge ? largePage : 64)
        if isLarge { unsafe madvise(raw, count * 4, MADV_HUGEPAGE) }
        let pointer = unsafe raw.bindMemory(to: Float.self, capacity: count)
        unsafe pointer.initialize(repeating: 0, count: count)
        return unsafe pointer
    }
}
