"""How the process treats memory that it no longer needs."""

import ctypes
import sys

# Names of glibc's malloc.h, and the most that it takes for the second.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, MOST_MMAP_THRESHOLD = -1, -3, 2**25


def keep_freed_memory() -> None:
    """Keep up to 1 GB of freed memory for what is allocated next.

    Linux's glibc would hand back what a training step frees, and the next step would get it page by page: up to a tenth
    of its time. Does nothing on other systems.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(M_TRIM_THRESHOLD, 2**30)
        mallopt(M_MMAP_THRESHOLD, MOST_MMAP_THRESHOLD)
