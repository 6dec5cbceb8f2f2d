"""Rows of the company's apps for tests, one factory a model."""
