"""Small packages in memory for the tests of the engine, and what is true of them by brute force."""
