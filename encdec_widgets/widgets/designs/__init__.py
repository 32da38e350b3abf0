"""The designs of a sweep on the screen: what is swept, their picture, and what a person does with one of them."""
