"""The training loop."""

import contextlib
import copy
import sys
import time
from collections.abc import Callable, Sized
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from tqdm import tqdm

from data import N_COORDINATES
from data.batches import Batches
from data.points import ColoredPoints
from models.vae import VAE
from utils.evaluation.likelihood import evaluate_loss
from utils.settings.config import Config
from utils.settings.schedules import StepSettings, beta_schedule, cosine_decay
from utils.system.errors import InputError
from utils.training.step import AdamW, compiled


class Epoch(NamedTuple):
    """The figures of one epoch: a row of history.csv.

    Losses are in nats per point; what is minimized is train_reconstruction + beta train_kl + parameter_kl. These are
    means over the epoch's steps, with weights and uncertain parameters as they were drawn then; losses of held-out
    points are of the weights at its end. `beta` and `learning_rate` are of the epoch's last step.
    """

    epoch: int
    beta: float
    learning_rate: float
    train_reconstruction: float
    train_kl: float
    parameter_kl: float
    heldout_reconstruction: float
    heldout_kl: float
    seconds: float


class Training:
    """Training of `model` on `train`, to minimize reconstruction + beta KL + the KL of uncertain parameters.

    `average` is the model with the moving average of the weights, which draws the samples. A training that is stopped
    after any step, and goes on from its `state_dict`, arrives at the same bytes.
    """

    def __init__(self, model: VAE, train: ColoredPoints, held_out: ColoredPoints, config: Config) -> None:
        self.train, self.held_out, self.config = train, held_out, config
        self.device = next(model.parameters()).device
        model.start_from(train.scaling.to_model(train.points).to(self.device))
        self.model, self.average = model.train(), copy.deepcopy(model).eval()
        self.settings = StepSettings(config)
        self.optimizer = AdamW(model, self.average, self.settings)
        self.modules = nn.ModuleList([self.model, self.average, self.optimizer])
        self.batches = Batches(train, config.batch_size, config.num_workers, config.seed)
        self.step, self.n_steps = 0, config.epochs * len(self.batches)  # steps done, and all that there will be
        self.beta_at = beta_schedule(config, self.n_steps)
        # Of the current epoch so far: the sums of the three terms of the loss over its points, and its seconds.
        self.loss_sums, self.seconds = torch.zeros(3, device=self.device), 0.0

    def run(self, on_epoch: Callable[[Epoch], None], signals: Sized = ()) -> None:
        """Train to the end, or until there are `signals`. Raises InputError if the loss is no longer finite."""
        with contextlib.ExitStack() as afterwards, Progress(self.n_steps, self.step) as progress:
            afterwards.callback(self.batches.close)
            # Adam's means of gradients that stay 0 decay into denormal numbers, which take far longer to compute with.
            afterwards.callback(torch.set_flush_denormal, False)
            torch.set_flush_denormal(True)
            while self.step < self.n_steps and not signals:
                start = time.perf_counter() - self.seconds
                for x in self.batches.from_step(self.step):
                    beta = self.beta_at(self.step)
                    rate = self.settings.learning_rate * cosine_decay(self.step, self.n_steps, self.settings.warmup)
                    gradient, losses = self.gradient(x.to(self.device), torch.tensor(beta, device=self.device))
                    self.step += 1
                    self.optimizer.move(gradient, rate, self.step)
                    self.loss_sums += losses
                    progress.update()
                    if signals:
                        break
                self.seconds = time.perf_counter() - start
                self._check()
                if self.step % len(self.batches) == 0:
                    epoch = self._end_epoch(beta, rate)
                    text = f"reconstruction {epoch.train_reconstruction:.2f}, KL {epoch.train_kl:.2f}"
                    progress.set_postfix_str(f"epoch {epoch.epoch}: β {beta:.2f}, {text}", refresh=False)
                    on_epoch(epoch)

    def gradient(self, x: Tensor, beta: Tensor) -> tuple[Tensor, Tensor]:
        """The gradient of the loss of `x (n, 5)` for all weights in one vector; the sums of its three terms `(3,)`."""
        loss = self.model.loss(x, len(self.train))
        total = loss.reconstruction.mean() + beta * loss.kl.mean() + loss.parameter_kl
        # As total.backward() would compute it.
        gradients = torch.autograd.grad(total, [*self.model.parameters()], materialize_grads=True)
        sums = [loss.reconstruction.sum(), loss.kl.sum(), x.new_zeros(()) + len(x) * loss.parameter_kl]
        return torch.cat([gradient.flatten() for gradient in gradients]), torch.stack(sums).detach()

    def compile_if_worthwhile(self) -> None:
        """Compile the steps of a long training, if this machine can."""
        # Compilation takes about half a minute the first time on a machine; each step then saves some 5 ms.
        if self.config.compile == "always" or (self.config.compile == "auto" and self.n_steps >= 6000):
            print("compiling the training step, which takes a minute the first time on a machine")
            try:
                self.compile()
            except RuntimeError as error:
                print(f"not compiled, so training is slower ({error}); is a C++ compiler installed?")

    def compile(self) -> None:
        """Compile all further steps. Raises RuntimeError if this machine cannot."""
        self.optimizer.compile()
        size, eager = self.config.batch_size, self.gradient
        code = compiled(eager, torch.zeros(size, N_COORDINATES, device=self.device), torch.ones((), device=self.device))
        # The last batch of an epoch may be smaller than what the compiled code expects.
        self.gradient = lambda x, beta: (code if len(x) == size else eager)(x, beta)  # type: ignore[method-assign]

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on."""
        own = {"step": self.step, "loss_sums": self.loss_sums, "seconds": self.seconds}
        return own | {"modules": self.modules.state_dict(), "random": random_numbers(self.device).get_state()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from where `state_dict` was taken."""
        self.modules.load_state_dict(state["modules"])
        self.step, self.loss_sums, self.seconds = state["step"], state["loss_sums"].to(self.device), state["seconds"]
        random_numbers(self.device).set_state(state["random"].cpu())

    def _end_epoch(self, beta: float, rate: float) -> Epoch:
        """The figures of the epoch that has just ended."""
        held_out = evaluate_loss(self.model.eval(), self.held_out, self.config.seed)
        self.model.train()
        figures = [*(self.loss_sums / len(self.train)).tolist(), *held_out, self.seconds]
        epoch = Epoch(self.step // len(self.batches), beta, rate, *figures)
        self.loss_sums, self.seconds = torch.zeros_like(self.loss_sums), 0.0
        return epoch

    def _check(self) -> None:
        """Raise InputError unless all losses and weights are finite. What is not finite once remains so."""
        if not torch.isfinite(self.loss_sums.sum() + self.optimizer.weights.sum()):
            remedy = f"what was saved before is kept; try a learning_rate below {self.config.learning_rate:g}"
            raise InputError(f"training: the loss is not finite by step {self.step} of {self.n_steps}; {remedy}")


def random_numbers(device: torch.device) -> torch.Generator:
    """PyTorch's own generator of random numbers on `device`."""
    if device.type == "cuda":
        return torch.cuda.default_generators[device.index or 0]
    return torch.mps._get_default_mps_generator() if device.type == "mps" else torch.default_generator


class Progress(tqdm):
    """A bar of `n_steps`, of which some are `done`; in a file or a pipe, a line every 15 seconds and one at the end."""

    monitor_interval = 0  # no thread looks after the bar: worker processes begin as copies of this one

    def __init__(self, n_steps: int, done: int) -> None:
        line = "{n:,} of {total:,} steps ({percentage:.0f}%), {remaining} left{postfix}"
        log: dict[str, Any] = {} if sys.stderr.isatty() else {"mininterval": 15, "bar_format": line}
        super().__init__(total=n_steps, initial=done, unit="step", miniters=1, smoothing=0, **log)

    @staticmethod
    def status_printer(file: Any) -> Callable[[str], None]:
        """What shows a text in `file`: over the text before on a terminal, below it elsewhere."""
        return tqdm.status_printer(file) if file.isatty() else lambda text: print(text, file=file, flush=True)
