"""Packages: the archive a person receives, sealed under a key of its own, served once it verified, shredded at expiry."""
