"""What a person has allowed a timing that would take long, or much memory."""

import attrs


@attrs.frozen(kw_only=True)
class Allowed:
    """What a person has allowed a timing.

    Attributes:
        at_most_s: As in a :class:`Measurement`.
        beyond_memory: The same.
    """

    at_most_s: float | None
    beyond_memory: bool = False
