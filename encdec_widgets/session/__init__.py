"""One editing session without a screen: what is wanted, what is shown, undo, and the newest edit wins."""
