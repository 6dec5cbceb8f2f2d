"""What is kept no longer than its retention: the schedule, what is due, and the nightly run that carries it out."""
