"""The memory that a network's weights take, in inference and in training: the one formula for it."""


def copy_bytes(parameters: int, precision: str) -> int:
    """Bytes of the copy of all weights in half precision; 0 but in mixed precision.

    Backends make it for each layer as it is called, and keep it for the backward pass.

    >>> copy_bytes(1000, "mixed_float16"), copy_bytes(1000, "float32")
    (2000, 0)

    Args:
        parameters: How many weights there are.
        precision: A Keras dtype policy.
    """
    return 2 * parameters if precision.startswith("mixed_") else 0


def weight_memory(weight_bytes: int, *, copies: int = 0, trained_bytes: int = 0) -> int:
    """Bytes that a network holds for its weights, whatever the size and the number of its images.

    These are the weights and their copies in half precision; and in training, of those weights that are trained, the
    gradients and the two averages that Adam keeps, of the gradient and of its square (Kingma and Ba, 2015,
    https://arxiv.org/abs/1412.6980).

    >>> weight_memory(1000), weight_memory(1000, trained_bytes=1000), weight_memory(1000, trained_bytes=200)
    (1000, 4000, 1600)

    Args:
        weight_bytes: Bytes of all weights, as they are stored.
        copies: Bytes of their copies in half precision, as :func:`copy_bytes` gives them.
        trained_bytes: Bytes of the weights that are trained, as they are stored; 0 for inference.
    """
    return weight_bytes + copies + 3 * trained_bytes
