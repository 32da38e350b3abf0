"""The bottom of the designer: the table and the checks, closed at first, and what the network runs on."""
