"""Data-subject requests: from a person's request to an answer with evidence."""
