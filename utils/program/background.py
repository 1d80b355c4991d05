"""Work beside the main thread, on a second core where there is one."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class Background:
    """Does jobs one at a time, in the order in which they are given: beside its caller, or at once on a single core.

    A thread is enough: what takes time in a job, PyTorch, NumPy, Pillow and the disk, lets other threads run meanwhile.
    It shares the caller's memory, so a job must be given copies of what the caller goes on to change.
    """

    def __init__(self) -> None:
        self._job: Future[None] | None = None

    def do(self, job: Callable[[], None]) -> None:
        """Begin `job` once the one before is done. Raises what that one raised, and then does not begin this one."""
        self.wait()
        if n_cores() == 1:
            return job()
        # Its thread ends with the job, so that none is there when processes are forked, or the program ends.
        with_one_thread = ThreadPoolExecutor(1)
        self._job = with_one_thread.submit(job)
        with_one_thread.shutdown(wait=False)

    def wait(self) -> None:
        """Wait for the job that was begun last, if it is not done. Raises what it raised."""
        job, self._job = self._job, None
        if job:
            job.result()


def n_cores() -> int:
    """How many of the machine's cores this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
