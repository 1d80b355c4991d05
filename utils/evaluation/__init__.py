"""How well a model and its points fit the data."""
