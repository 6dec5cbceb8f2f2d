"""Law: pure rules about dates, grounds and contents; no database, no Django."""
