// Sections of `assay-train(1)` that say more than help has room for.

import Detection

enum TrainManual {
    static let sections: [(title: String, paragraphs: [String])] = [
        (
            "What is shown",
            [
                "With --equalize half of an epoch is real. Fakes are drawn by the square root of the number of pictures of each "
                    + "generator in a source, none more than 5 % of the fakes (or twice an equal share, where there are few); "
                    + "photographs by that of each source, where fakes do not bring them. --emphasis multiplies what a source gets by that, beyond these 5 % too. A fake with a photograph of the same pair brings it along: both lie "
                    + "in one batch and are changed by the same random numbers. Photographs that have a pair come in no other way.",
                "With crossdomain, half of the crops are only turned by quarters, recompressed where --equalize says so, and a few recoloured; the rest is "
                    + "rescaled, or straightened (turned by any angle and rescaled, as portraits are turned level), blurred, made noisy, partly covered, "
                    + "compressed once or twice. --show-recipe prints each "
                    + "step with its probability. With --consistency every picture is shown twice, clean and degraded, whatever the table's share, and half "
                    + "the symmetric Kullback-Leibler divergence between both probabilities, times the weight, joins the loss; a "
                    + "batch then holds twice as many crops as pictures.",
                "--dev-split names a split that training does not touch. After each epoch the middles of its pictures are ranked: "
                    + "the area under the ROC curve, the generator that is told worst from all photographs, and the source with "
                    + "the most photographs among the 5 % that look most like fakes. Its pictures choose the thresholds along "
                    + "with the validation's.",
            ]
        ),
        (
            "Output",
            [
                "The model replaces --output as a whole when the training is done; where that is a link, what it leads to. "
                    + "Neither it nor the checkpoint beside it, with .checkpoint at its end, replaces anything but a model, nor "
                    + "--log adds to anything but a log. If the log can't be written, the training goes on and ends with status 2."
            ]
        ),
        (
            "Thresholds",
            [
                "Calibration uses each validation picture as it is and reduced to 768 pixels with JPEG 60. Of both, apart: the "
                    + "threshold for fake lets through 1 % of the validation's photographs, 1 % of those of --leave-out and "
                    + "--dev-split (a conformal quantile), and 3 % of any one source, as nearly as its size can show; the stricter "
                    + "of all counts. The one for suspect lets through 5 %. Below the one for real lie at most 2 % of the fakes "
                    + "of either part, so that of others no more than 5 % need be expected. By few pictures less can be told: where n photographs, or "
                    + "fakes, choose, the model promises one in n + 1 false alarms, or misses, if that is more. With --epochs 0 all pictures choose; give "
                    + "it a hundred photographs at least, and none that the weights were fitted to.",
                "The thresholds for fake and suspect grow with a picture's detail, the mean distance of a pixel's luminance from that of its "
                    + "neighbourhood, by so much log-odds a level as lets most of the validation's fakes be called fake while all of the above "
                    + "is kept; they are stated at the median detail of the photographs.",
                "The model's envelope excludes pictures whose shorter side is below the crop's, and such that more than 85 % of the "
                    + "neighbouring pixels looked at are equal, as in drawings and screenshots: they get a score, and the verdict "
                    + "uncertain.",
            ]
        ),
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
                    + "the crops' logits. branchDropout, and dropout in each head, are rates. columns (1) is how many networks of "
                    + "this form each branch has side by side: they read the same inputs, and the heads read the features of "
                    + "all of them. name begins the model's identity; picture is cropped, at native resolution, or resized; batch is how many "
                    + "pictures are judged together. Models that become columns by --init need as much room in fusion.hidden as they have together.",
                "spatial and frequency are branches. Each of a branch's inputs has maps of equal extent, blocks of its own, and "
                    + "normalised, true for a normalisation of the raw maps; the inputs end with equal extents and are joined "
                    + "before the branch's blocks. features is mean, maximum, meanAndMaximum or flat; head.hidden lists the "
                    + "widths of dense layers before the last, as fusion.hidden does for both branches together.",
                "stages lists the parts of a training one after the other: name, heads, those that have a loss (spatial, frequency, fused), "
                    + "trainsTrunks, false to keep the branches as they are, rate and length, the part's share of --learning-rate and of "
                    + "--epochs. losses has the loss of each head: crossEntropy or squaredError.",
                "Maps at the crop's extent: rgb, residual-mean, residual-median. At half of it: rgb-halved, haar, "
                    + "residual-mean-folded, residual-median-folded. At its extent divided by the stride: dct8-stride2, and so on "
                    + "with 8 or 16 and 2, 4 or 8, of the luminance; of its residual with -residual-mean or -residual-median "
                    + "after the name. rgb-plain and spectrum are those of seed.",
                "A block has outputs, its channels, and where they differ from what is usual: size, the kernel's side (3); "
                    + "residual, true to add the input, which needs as many channels; pooling, average2, maximum2 or maximum4 "
                    + "(none); repeats (1), with the pooling after the last; kind, rectified or inception as in seed "
                    + "(convolution), and paths, the channels of an inception's four.",
            ]
        ),
    ]
}
