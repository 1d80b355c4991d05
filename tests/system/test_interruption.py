"""Signals one by one; whole runs that receive them are in tests/test_interruption.py."""

import contextlib
import os
import signal
from collections.abc import Iterator

import pytest

from utils.system.program import SIGNALS, Interrupted, deferred, handled, stop

ALL = SIGNALS


@pytest.fixture(autouse=True)
def _handlers_stay_as_they_were() -> Iterator[None]:
    before = [signal.getsignal(number) for number in ALL]
    yield
    assert [signal.getsignal(number) for number in ALL] == before


@pytest.mark.parametrize("number", ALL, ids=lambda number: signal.Signals(number).name)
def test_a_signal_is_deferred_and_else_stops_even_code_that_goes_on_after_any_error(number: int):
    stopped = pytest.raises((KeyboardInterrupt, Interrupted))

    with handled(stop):
        with deferred() as received:
            os.kill(os.getpid(), number)
            assert received == [number]
        with stopped, contextlib.suppress(Exception):
            os.kill(os.getpid(), number)


def test_of_two_signals_the_second_acts_at_once_unless_a_terminal_that_closes_sends_both():
    with deferred() as received:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGHUP)
        with pytest.raises(Interrupted):
            os.kill(os.getpid(), signal.SIGTERM)

    assert received == [signal.SIGHUP] * 2
