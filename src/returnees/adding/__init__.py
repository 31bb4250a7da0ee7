"""Adding a figure or a reading: the fields asked for, the id proposed, the rows checked before they are written."""
