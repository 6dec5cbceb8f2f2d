"""The processing gate: may this person's data be used for this purpose, now?"""
