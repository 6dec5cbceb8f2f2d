"""The law as data and pure rules: periods, calendars, refusal grounds. Nothing here knows Django or a database."""
