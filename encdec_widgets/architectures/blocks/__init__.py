"""The blocks that encoders and decoders are made of, one kind a file."""
