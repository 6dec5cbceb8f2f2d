"""Duties that recur without a request: replaying erasures after a restore, expiring what is due."""
