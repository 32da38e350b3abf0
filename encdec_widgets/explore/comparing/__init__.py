"""What a comparison of designs is made of: what is given, the fields that differ, and its words and HTML."""
