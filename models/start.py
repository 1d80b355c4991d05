"""What data tell before training: the waves that stand out of their colors, and functions that tell colors apart."""

import torch
from torch import Tensor
from torch.nn import functional as F

# Where colors are noise, one data set in a thousand has a wave this strong among its 9,000: a sum of three squares of
# standard normals exceeds it once in 8 million times.
STRENGTH = 35.0


def ridge(basis: Tensor, targets: Tensor) -> Tensor:
    """Coefficients `(functions, k)` of `targets (n, k)` on `basis (functions, n)`: N(0, 1), as is the noise."""
    return torch.linalg.solve(basis @ basis.T + torch.eye(len(basis), device=basis.device), basis @ targets)


def strongest_waves(cosines: Tensor, smooth: Tensor, colors: Tensor, most: int) -> Tensor:
    """Which products of cosines, row j times column k, stand out of `colors (n, 3)`: at most `most`, as `(k, 2)`.

    cosines: cos(pi j x) and cos(pi k y) at n places, `(2, harmonics, n)`. smooth: functions `(functions, n)` whose part
    of the colors does not count.

    Orthogonal matching pursuit (Pati et al. 1993), eight waves at a time: the peaks of the periodogram (Lomb 1976) of
    what the waves so far leave of the colors, in units of its variance if that were noise.
    """
    x, y = cosines
    waves = torch.zeros(0, 2, dtype=torch.long, device=x.device)
    while len(waves) < most:
        basis = torch.cat([smooth, x[waves[:, 0]] * y[waves[:, 1]]])
        left = colors - basis.T @ ridge(basis, colors)
        power = sum(
            ((x * channel) @ y.T).square() / ((x * channel).square() @ y.square().T + 1e-9) for channel in left.T
        )
        power[waves[:, 0], waves[:, 1]] = 0
        peaks = power == F.max_pool2d(power.unsqueeze(0), 3, stride=1, padding=1).squeeze(0)
        strength, index = (power * peaks).flatten().topk(min(8, most - len(waves)))
        index = index[strength > STRENGTH]
        if len(index) == 0:
            break
        waves = torch.cat([waves, torch.stack([index // len(y), index % len(y)], 1)])
    return waves


def color_features(colors: Tensor) -> Tensor:
    """Functions of standardized `colors (n, 3)` that tell them apart, `(n, 9)`: them, their squares and products."""
    first, second = torch.triu_indices(3, 3, device=colors.device)
    features = torch.cat([colors, colors[:, first] * colors[:, second]], 1)
    return features - features.mean(0)


def typical_colors(colors: Tensor, n: int) -> Tensor:
    """Colors `(n, 3)` of which each of the `colors (m, 3)` is close to one: k-means, from colors that lie far apart."""
    centers = colors[:1]
    for _ in range(n - 1):
        farthest = torch.cdist(colors, centers).amin(1).argmax()
        centers = torch.cat([centers, colors[farthest].unsqueeze(0)])
    for _ in range(10):
        members = F.one_hot(torch.cdist(colors, centers).argmin(1), n).to(colors.dtype)
        sizes = members.sum(0).unsqueeze(1)
        centers = torch.where(sizes > 0, members.T @ colors / sizes.clamp(min=1), centers)
    return centers
