"""An app with every kind of declaration: a lending library of tools, plainly fictional."""
