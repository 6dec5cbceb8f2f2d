"""Registers: purposes and recipients, and what a person said about them: consent, objection, restriction, holds."""
