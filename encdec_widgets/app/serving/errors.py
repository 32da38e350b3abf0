"""The error of a designer that cannot be served."""


class ServingError(Exception):
    """The designer cannot be served, for a reason that the user can remove; the message says in one line how."""
