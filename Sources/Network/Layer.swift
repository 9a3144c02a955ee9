// What every building block of a network can do. Forward and backward stand side by side in each layer's file.

/// A function of a batch with parameters. It owns its output and keeps what its gradient needs until the next forward pass.
package protocol Layer: AnyObject {
    /// Learned and recorded tensors, in a fixed order.
    var parameters: [Parameter] { get }

    /// Draws initial weights.
    func initialise(from generator: inout some RandomNumberGenerator)

    /// The output for `input`, valid until the next call.
    func forward(_ input: Tensor, _ context: Context) -> Tensor

    /// Given the loss's gradient with respect to the output of the last forward pass, adds the gradients of the parameters
    /// and returns the gradient with respect to the input, valid until the next call.
    func backward(_ gradient: Tensor, _ context: Context) -> Tensor
}

extension Layer {
    package var parameters: [Parameter] { [] }
    package func initialise(from generator: inout some RandomNumberGenerator) {}
}
