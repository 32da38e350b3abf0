"""What a person sees of a lesson: the panel with its steps, beside the designer."""
