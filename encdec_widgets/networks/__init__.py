"""A Keras model: built, rebuilt where it changed, filled with weights, and read into graphs."""
