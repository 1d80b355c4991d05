"""The points: reading, checking, scaling, splitting and batching them; drawing and painting data sets.

PyTorch takes seconds to load. Where people make mistakes, it is imported only once their input has been checked.
"""

import utils  # noqa: F401 - says which packages are missing before the first of them is imported
