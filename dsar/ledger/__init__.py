"""The ledger: what happened, in entries that nobody can change; it knows no case, only references."""
