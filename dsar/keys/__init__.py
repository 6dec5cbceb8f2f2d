"""Keys: made for one case or package, kept only wrapped under master keys, destroyed to shred what they seal."""
