"""English as it is read outside the United States: the day first, the month in letters, the hour of 24."""
