"""Designs and networks carried out and in."""
