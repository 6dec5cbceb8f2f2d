"""The data subject's pages."""
