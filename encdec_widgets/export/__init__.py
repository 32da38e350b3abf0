"""Designs and networks carried out and in: other programs' files, each format in modules of its own."""
