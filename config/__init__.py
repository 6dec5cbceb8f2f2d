"""Settings, Celery, URLs, servers: what makes the apps one project."""
