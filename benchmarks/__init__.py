"""What measures: speed, fidelity, power of the tests, batch sizes. Each is a command, as in `python -m benchmarks.fidelity`."""
