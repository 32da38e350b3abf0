"""How many parameters keep their weights after an edit, in words."""

from encdec_widgets.formatting import count_text


def kept_text(kept: int | None, total: int, let_go: int = 0) -> str:
    """How many parameters keep their weights, in words.

    >>> kept_text(1_200_000, 1_900_000)
    '1.20 M of 1.90 M parameters keep their weights'
    >>> kept_text(None, 1_900_000)
    ''

    Args:
        kept: Parameters that keep the weights that they had; None where no weights were filled before.
        total: All parameters of the network.
        let_go: Parameters that undo cannot give back any more, as there was no room to keep their weights.
    """
    if kept is None:
        return ""
    if kept == total:
        words = "all parameters keep their weights"
    else:
        words = f"{count_text(kept) if kept else 'none'} of {count_text(total)} parameters keep their weights"
    if let_go:
        words += f", and there is no room to bring back {count_text(let_go)} of earlier edits"
    return words
