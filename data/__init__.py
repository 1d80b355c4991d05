"""The points: reading, checking, scaling, splitting and batching them; drawing data sets."""

import utils  # noqa: F401 - says which packages are missing before the first of them is imported
