"""Engines: the same checks on tables that one machine's memory does not hold.

An engine keeps the tables; what is checked is said once, in Narwhals expressions, and comes back as an *extract*: those
rows on which every check finds what it finds on all of them.
"""
