"""The command ``encdec-designer``, and what it serves."""
