// Decoders.
