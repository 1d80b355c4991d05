"""The settings are meant for batches of 200 points; this is what they become for batches of another size.

What should stay the same is what a *point* does to the weights, on average and in its noise. With k = batch_size / 200,
as many points take 1 / k as many steps, so per step

- Adam's betas and the average's decay are taken to the power k: half-lives stay the same in points. Malladi et al.
  2022, "On the SDEs and scaling rules for adaptive gradient algorithms" (arXiv 2205.10287); Busbridge et al. 2023, "How
  to scale your EMA" (arXiv 2307.13813); Marek et al. 2025, "Small batch size training for language models" (arXiv
  2507.07101), for batches down to one.
- The learning rate is multiplied by sqrt(k): Adam's steps have the same length whatever the batch, and in steps that
  are mostly noise, lengths add up as squares (Malladi et al.).
- The weight decay is multiplied by sqrt(k). AdamW multiplies it by the learning rate, so that k is left of both: an
  epoch decays weights by as much. Wang & Aitchison 2024, "How to set AdamW's weight decay as you scale model and
  dataset size" (arXiv 2405.13698).
- The longest gradient is divided by sqrt(k), as noise is, and lengths are means over the last 200 points or so (see
  `AdamW.update`).
- Warm-up and the average's start are counted in points.

Adam's epsilon stays: it only has to be far below a gradient's size, and small batches have larger gradients.
"""

import math
from typing import NamedTuple

from utils.settings.config import Config

# All defaults were tuned for batches of this size, as were Adam's betas and the warm-up (docs/batch_sizes.md).
USUAL_BATCH = 200
BETAS = (0.9, 0.99)
WARMUP_POINTS = 10_000


class StepSettings(NamedTuple):
    """What one training step goes by. The warm-up is in steps, and need not be whole; `scale` is the k of the rule."""

    scale: float
    learning_rate: float
    betas: tuple[float, float]
    weight_decay: float
    clip_norm: float
    length_decay: float
    warmup: float

    @classmethod
    def of(cls, config: Config) -> "StepSettings":
        """The settings of `config` for batches of its size; those of batches of 200 are as they are."""
        k = config.batch_size / USUAL_BATCH
        return cls(
            scale=k,
            learning_rate=config.learning_rate * math.sqrt(k),
            betas=(BETAS[0] ** k, BETAS[1] ** k),
            weight_decay=config.weight_decay * math.sqrt(k),
            clip_norm=config.clip_norm / math.sqrt(k),
            length_decay=max(0.0, 1 - k),
            warmup=WARMUP_POINTS / config.batch_size,
        )
