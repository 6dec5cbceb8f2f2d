"""The gate: what `manage.py check` refuses about the declarations. Each file asks one kind of question.

Every question takes an `Inspection` (a registry and the models that count) and yields errors.
"""
