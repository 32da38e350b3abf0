"""Lessons with a designer: what a class predicts, tries and takes home."""
