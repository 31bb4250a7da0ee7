"""The deeper questions about a system of edits: can all figures be true, which cannot, what follows for the others."""
