"""Tables: strict reading of CSV, the standard's types and constraints, keys."""
