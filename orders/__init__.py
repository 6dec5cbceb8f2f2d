"""Commerce: products, orders, quota use, delivered reports, disclosures made to fulfil an order."""
