"""Hostile input by the thousand: sound packages broken at random, and what must never happen when they are read."""
