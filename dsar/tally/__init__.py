"""Tally: how often what should be rare has happened, counted by every process and read as one figure."""
