"""Cases: a submission and its requests, their states, decisions, letters; the only writer of a request's state."""
