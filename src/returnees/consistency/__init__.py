"""Consistency: figures as intervals, rules as linear edits, and the verdict on each."""
