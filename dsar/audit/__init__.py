"""What an auditor takes away: the history as rows, and all that is needed to check it without us."""
