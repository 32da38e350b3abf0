"""What the advisor is made of: its space of designs, its search, and what it says."""
