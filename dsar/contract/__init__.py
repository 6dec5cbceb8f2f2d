"""The contract: how an app says what it holds about people, and the SQL that follows from it.

Only values, the registry and the compiler live here; nothing in this room reads a person's data.
"""
