"""The gate: what `manage.py check` refuses about the declarations. Each file keeps one promise.

Every check takes an `Inspection` (a registry and the models that count) and yields errors.
"""
