import multiprocessing
import os
import re
import signal
import time

import pytest
import torch

from data.batches import Batches
from data.points import ColoredPoints
from utils.system.program import run_program


@pytest.mark.parametrize("batch_size", [1, 40, 300, 1000])
def test_an_epoch_has_every_point_once_in_a_new_order_in_whole_batches_and_a_rest(
    points: ColoredPoints, batch_size: int
):
    orders = []
    for seed in (0, 1):
        batches = Batches(points, batch_size, num_workers=0, seed=seed)
        for epoch in (list(batches.from_step(n * len(batches))) for n in range(2)):
            assert len(epoch) == len(batches)
            assert all(len(batch) == batch_size for batch in epoch[:-1])
            orders.append(points.scaling.to_points(torch.cat(epoch)).tolist())
            assert sorted(orders[-1]) == sorted(points.points.tolist())

    assert len({str(order) for order in orders}) == 4


def test_worker_processes_give_the_same_batches_leave_ctrl_c_and_end(points: ColoredPoints):
    points = points.with_points(points.points.repeat(30, 1))
    alone, with_workers = (Batches(points, 500, num_workers, seed=0) for num_workers in (0, 2))
    before = {*multiprocessing.active_children()}
    for step in (0, len(alone)):
        pairs = zip(with_workers.from_step(step), alone.from_step(step), strict=True)
        assert all(torch.equal(*pair) for pair in pairs)
        workers = {*multiprocessing.active_children()} - before
        for worker in workers:
            os.kill(worker.pid, signal.SIGINT)
    assert len(workers) == 2

    with_workers.close()
    assert workers.isdisjoint(multiprocessing.active_children())


def test_a_worker_process_that_is_killed_costs_one_line(points: ColoredPoints, capfd: pytest.CaptureFixture[str]):
    before = {*multiprocessing.active_children()}

    def kill_the_worker(arguments: list[str]) -> None:
        for _ in Batches(points, 50, num_workers=1, seed=0).from_step(0):
            for worker in {*multiprocessing.active_children()} - before:
                os.kill(worker.pid, signal.SIGTERM)
            time.sleep(1)

    with pytest.raises(SystemExit):
        run_program(kill_the_worker, [])
    assert re.fullmatch("error: .* was killed .*--resume num_workers=0\n", capfd.readouterr().err)
