"""Designs and networks carried out of this package, and designs read in."""
