"""Real PostgreSQL and Valkey for machines that have neither: found, started, shared, stopped.

What comes in here knows nothing of Django: it runs before settings are read.
"""

from __future__ import annotations
