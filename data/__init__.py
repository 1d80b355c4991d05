"""The points: reading, checking, scaling, splitting and batching them; drawing data sets."""
