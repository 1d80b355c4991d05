"""The training loop, its schedules and what makes its steps fast."""
