// Sections of `assay-train(1)` that say more than help has room for.

import Detection

enum TrainManual {
    static let sections: [(title: String, paragraphs: [String])] = [
        (
            "Blueprints",
            [
                "A blueprint is a JSON object that says what a network looks at, what it is made of and how it is trained. "
                    + "'assay model blueprint' prints the one of a model, to start from. A file need only hold what differs from "
                    + "--architecture: objects are joined key by key, lists are replaced as a whole. An unknown key is refused, "
                    + "and so is what can't be built or would need more than \(Blueprint.limits.weights) weights or "
                    + "\(Blueprint.limits.multiplyAdds) multiply-adds a crop. The model keeps its blueprint.",
                "side is the crop's side in pixels, a multiple of 8. crops is middleAndQuarters, byArea (1 crop up to 0.07 "
                    + "megapixels, 5 up to 2, 9 above) or grid1 to grid8 (n by n). aggregation is mean or meanAndTopQuarter, of "
                    + "the crops' logits. branchDropout, and dropout in each head, are rates.",
                "spatial and frequency are branches. Each of a branch's inputs has maps of equal extent, blocks of its own, and "
                    + "normalised, true for a normalisation of the raw maps; the inputs end with equal extents and are joined "
                    + "before the branch's blocks. features is mean, maximum, meanAndMaximum or flat; head.hidden lists the "
                    + "widths of dense layers before the last, as fusion.hidden does for both branches together.",
                "Maps at the crop's extent: rgb, residual-mean, residual-median. At half of it: rgb-halved, haar, "
                    + "residual-mean-folded, residual-median-folded. At its extent divided by the stride: dct8-stride2, and so on "
                    + "with 8 or 16 and 2, 4 or 8, of the luminance; of its residual with -residual-mean or -residual-median "
                    + "after the name. rgb-plain and spectrum are those of seed.",
                "A block has outputs, its channels, and where they differ from what is usual: size, the kernel's side (3); "
                    + "residual, true to add the input, which needs as many channels; pooling, average2, maximum2 or maximum4 "
                    + "(none); repeats (1), with the pooling after the last; kind, rectified or inception as in seed "
                    + "(convolution), and paths, the channels of an inception's four.",
            ]
        )
    ]
}
