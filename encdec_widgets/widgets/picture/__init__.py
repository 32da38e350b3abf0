"""The picture, the table of the same facts, and what is said of blocks."""
