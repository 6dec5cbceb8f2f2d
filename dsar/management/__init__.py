"""Management commands of dsar."""
