"""The engine: discover, plan, execute, verify; one statement a model, fenced steps, resumable."""
