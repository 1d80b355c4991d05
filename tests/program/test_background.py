import threading
from collections.abc import Callable

import pytest

from utils.program.background import Background, n_cores


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("utils.program.background.n_cores", lambda: 2)


@pytest.mark.usefixtures("two_cores")
def test_a_job_is_done_beside_its_caller_and_the_next_begins_when_it_is_done():
    background, may_end, done = Background(), threading.Event(), []

    def first() -> None:
        assert may_end.wait(60)
        done.append("first")

    background.do(first)
    done.append("caller")
    may_end.set()
    background.do(lambda: done.append("second"))
    background.wait()

    assert done == ["caller", "first", "second"]


def test_on_a_single_core_a_job_is_done_at_once_by_its_caller(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("utils.program.background.n_cores", lambda: 1)
    threads: list[threading.Thread] = []

    Background().do(lambda: threads.append(threading.current_thread()))

    assert threads == [threading.current_thread()]


@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize("notice", [lambda b: b.wait(), lambda b: b.do(lambda: pytest.fail("nothing may follow"))])
def test_what_a_job_raises_is_raised_once_and_the_next_is_not_begun(notice: Callable[[Background], None]):
    background = Background()
    background.do(lambda: [][0])

    with pytest.raises(IndexError):
        notice(background)

    background.wait()


@pytest.mark.usefixtures("two_cores")
def test_no_thread_is_left_of_a_job_that_is_done():
    background = Background()
    ran: list[threading.Thread] = []

    background.do(lambda: ran.append(threading.current_thread()))
    background.wait()
    ran[0].join(60)

    assert ran[0] is not threading.main_thread()
    assert not ran[0].is_alive()


def test_there_is_a_core():
    assert n_cores() >= 1
