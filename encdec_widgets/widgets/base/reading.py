"""Reading aloud: what parts of the screen tell whoever cannot see it, by a function that they are given."""


def unheard(_: str) -> None:
    """Tell nobody."""
