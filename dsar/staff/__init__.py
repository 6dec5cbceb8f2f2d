"""Privacy staff's admin."""
