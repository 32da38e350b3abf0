"""What can keep the designer from being served."""


class ServingError(Exception):
    """Something that the user can put right; the message says in one line what and how."""
