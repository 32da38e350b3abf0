"""The parts of a sweep: its grid, who tells of designs, its rows, and the file in which they are kept."""
