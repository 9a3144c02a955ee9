// Makes the weights of reference networks from their names, so that none are stored.

import Network
import TestSupport

extension Parameter {
    /// Takes the value that the reference network has for this name and shape.
    func fillFromName() {
        let (radius, centre): (Float, Float) =
            if name.hasSuffix("running_var") || (shape.count == 1 && name.hasSuffix(".weight")) {
                (0.5, 1)
            } else if name.hasSuffix("running_mean") {
                (0.5, 0)
            } else if name.hasSuffix(".bias") {
                (0.1, 0)
            } else {
                (Float((6 / Double(shape.dropFirst().reduce(1, *))).squareRoot()), 0)
            }
        value.base.update(from: counterTensor(name, count: count, radius: radius, centre: centre), count: count)
    }
}
