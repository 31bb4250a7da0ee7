"""Writing that is interrupted: at each step, at any moment, on a full disk."""
