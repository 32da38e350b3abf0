"""What a network is, costs and sees, read from its graphs."""
