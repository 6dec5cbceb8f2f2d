"""The seven rights: what each plans and how each is carried out."""
