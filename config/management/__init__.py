"""Commands that run the project as a whole."""
