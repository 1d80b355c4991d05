import contextlib
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from utils.system.interruption import Interrupted, deferred, raise_on_terminate, saying_how_to_continue


@pytest.fixture(autouse=True)
def _handlers_as_usual() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    # A shell starts what runs in its background with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_deferred_and_all_others_stop_even_code_that_goes_on_after_any_error(number: int):
    raise_on_terminate()
    stopped = pytest.raises((KeyboardInterrupt, Interrupted))

    with deferred() as received:
        assert received == []
        os.kill(os.getpid(), number)
        assert received == [number]
        with stopped, contextlib.suppress(Exception):
            os.kill(os.getpid(), number)
    with deferred():
        pass
    with stopped:
        os.kill(os.getpid(), number)


def test_a_thread_that_can_receive_no_signals_runs_all_the_same():
    received: list[list[int]] = []

    def work() -> None:
        raise_on_terminate()
        with deferred() as signals:
            received.append(signals)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert received == [[]]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Interrupted(signal.SIGTERM, "stopped")])
def test_a_stop_says_how_to_continue(error: BaseException):
    with pytest.raises(Interrupted, match="stopped; now do this") as stopped, saying_how_to_continue("now do this"):
        raise error

    assert stopped.value.number == (signal.SIGINT if isinstance(error, KeyboardInterrupt) else signal.SIGTERM)
