"""The pages beside the picture: receptive field, costs and timing."""
