"""The start: environment, servers, processes."""
