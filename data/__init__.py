"""The input: reading, checking, scaling and splitting points, and drawing the sample set."""
