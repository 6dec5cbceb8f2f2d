"""The demonstration: fictional people file every right over REST and see it through to its answer."""
