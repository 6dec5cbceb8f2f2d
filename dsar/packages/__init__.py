"""Packages: the archive a person receives, sealed under its own key, served once verified, shredded at expiry."""
