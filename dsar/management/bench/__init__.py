"""The bench: our whole path and the physical limit, alternately, on the same rows of a database of its own."""
