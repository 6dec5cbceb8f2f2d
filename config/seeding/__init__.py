"""Sample data for the company's apps: fictional, nasty, the same for the same numbers, written by COPY."""
