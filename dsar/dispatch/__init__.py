"""Dispatch: waking a task by its name so that neither a lost broker nor a lost worker loses it; posting outside."""
