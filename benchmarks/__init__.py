"""What measures. Each module is a command, as in `python -m benchmarks.fidelity`."""
