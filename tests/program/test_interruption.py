import contextlib
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from utils.program.interruption import Interrupted, deferred, raise_on_terminate, saying_how_to_continue


@pytest.fixture(autouse=True)
def _handlers_as_usual() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    # A shell starts what runs in its background with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_deferred_and_the_second_acts_at_once(number: int):
    raise_on_terminate()

    with deferred() as received:
        assert received == []
        os.kill(os.getpid(), number)
        assert received == [number]
        with pytest.raises((KeyboardInterrupt, Interrupted)):
            os.kill(os.getpid(), number)


def test_afterwards_signals_act_as_before():
    with deferred():
        pass

    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_code_that_goes_on_after_any_error_is_stopped_too(number: int):
    raise_on_terminate()

    with pytest.raises((KeyboardInterrupt, Interrupted)), contextlib.suppress(Exception):
        os.kill(os.getpid(), number)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Interrupted(signal.SIGTERM, "stopped")])
def test_a_stop_says_how_to_continue(error: BaseException):
    with (
        pytest.raises(Interrupted, match="stopped; the model is saved; now do this") as stopped,
        saying_how_to_continue("the model is saved; now do this"),
    ):
        raise error

    assert stopped.value.exit_status == (130 if isinstance(error, KeyboardInterrupt) else 143)
