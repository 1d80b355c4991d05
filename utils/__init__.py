"""What a run needs around the model: settings, annealing, training, evaluation, plotting."""
