"""The density of colors: a mixture of discretized normals over all three channels at once."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from data.color_space import NEUTRAL
from data.coordinates import N_LEVELS
from models.choice import choose

# Widths lie between these, in levels: below a tenth, a normal holds a single integer.
NARROWEST, WIDEST = 0.1, 200.0
# Each shade of gray has an exact and a loose component, so that exact ones stay exact where most colors are only nearly
# gray. These widths are their start. Tuned, as is the number of components (docs/experiments.md).
GRAY_STDS = (0.15, 2.0)
# Levels per unit of the gray components' shifts. Adam moves every parameter by about the same amount per step: in units
# of 255 levels, like the means, shifts would move by a level, and an exact gray would soon not be one.
SHIFT_UNIT = 10.0
# Cb and Cr vary less than Y, so their means and widths are in units this much smaller (docs/experiments.md).
CHROMA_UNIT = 0.5


class ColorMixture:
    """p(r, g, b) of integer colors: sum_k w_k p_k(r) p_k(g | r) p_k(b | r, g), w = softmax(logits). So for Y, Cb, Cr.

    Each factor is a normal distribution whose integral over the cell of an integer is its probability; 0 and 255 take
    the tails:

        r ~ N(m_r, s_r^2),    g ~ N(m_g + a (r - m_r), s_g^2),    b ~ N(m_b + c (r - m_r) + d (g - m_g), s_b^2).

    `logits (n, k)`; `mean`, `log_std` and `slope (n, 3, k)`, slope = (a, c, d); means and widths in levels. Salimans et
    al. 2017, "PixelCNN++" (arXiv 1701.05517), section 2.2, with normals in place of logistics.
    """

    def __init__(self, logits: Tensor, mean: Tensor, log_std: Tensor, slope: Tensor) -> None:
        self.logits, self.mean, self.log_std, self.slope = logits, mean, log_std, slope

    def log_prob(self, color: Tensor) -> Tensor:
        """Log-probability `(n,)` of the integer colors `color (n, 3)` in 0 ... 255."""
        color = color.unsqueeze(-1).to(self.mean.dtype)
        red, green, blue = (color - self.mean).unbind(1)
        a, c, d = self.slope.unbind(1)
        away = torch.stack([red, green - a * red, blue - c * red - d * green], 1)
        log_cells = _log_cell(color, away, self.log_std).sum(1)
        return (self.logits.log_softmax(-1) + log_cells).logsumexp(-1)

    def sample(self, rng: torch.Generator) -> Tensor:
        """One integer color `(n, 3)` for each, as floats."""
        component = choose(self.logits.softmax(-1), rng)
        chosen = component.view(-1, 1, 1).expand(-1, 3, -1)
        mean, log_std, slope = (part.gather(2, chosen).squeeze(2) for part in (self.mean, self.log_std, self.slope))
        noise = torch.randn(mean.shape, generator=rng, device=mean.device) * log_std.exp()
        red = (mean[:, 0] + noise[:, 0]).round().clamp(0, N_LEVELS - 1)
        from_red = red - mean[:, 0]
        green = (mean[:, 1] + slope[:, 0] * from_red + noise[:, 1]).round().clamp(0, N_LEVELS - 1)
        blue = mean[:, 2] + slope[:, 1] * from_red + slope[:, 2] * (green - mean[:, 1]) + noise[:, 2]
        return torch.stack([red, green, blue.round().clamp(0, N_LEVELS - 1)], -1)


class ColorHead(nn.Module):
    """The density of colors from a hidden vector `h (n, width)`.

    `n_free` components depend on `h` in everything. Two others for each of `n_shades` are tied to gray: their g and b
    follow r,

        m_g = m_r + e,    m_b = m_r + f,    a = c = 1,    d = 0,

    with e, f, s_g and s_b learned but the same for all points. A network's outputs are never exact enough for r = g = b
    to the level; constants are. Both components of a shade have the same m_r and s_r, so wherever a gray is, an exact
    one is too. Where the data have no grays, these components lose their weight.

    If colors are Y, Cb, Cr (`ycbcr`), a gray's last two are 128 whatever the first is:

        m_cb = 128 + e,    m_cr = 128 + f,    a = c = d = 0.
    """

    output: Tensor
    scale: Tensor
    offset: Tensor

    def __init__(self, width: int, ycbcr: bool, n_free: int = 8, n_shades: int = 4) -> None:
        super().__init__()
        self.n_free = n_free
        # Free: weight, 3 means, 3 widths, 3 slopes. Shade: 2 weights, mean and width of red.
        self.linear = nn.Linear(width, 10 * n_free + 4 * n_shades)
        self.gray_shift = nn.Parameter(torch.zeros(2, 2 * n_shades))
        self.gray_log_std = nn.Parameter(torch.tensor(GRAY_STDS).log().repeat_interleave(n_shades).repeat(2, 1))
        output, scale, offset = _arrangement(ycbcr, n_free, n_shades)
        self.register_buffer("output", output.flatten(), persistent=False)
        self.register_buffer("scale", scale.view(-1, 1), persistent=False)
        self.register_buffer("offset", offset, persistent=False)
        with torch.no_grad():
            # Begin with free components around the middle, and gray ones from dark to light. Tuned.
            self.linear.weight.mul_(0.1)
            self.linear.bias.zero_()
            free, gray = self.linear.bias.split([10 * n_free, 4 * n_shades])
            free.view(10, -1)[1:4].uniform_(0.35, 0.65)
            free.view(10, -1)[4:7].fill_(math.log(16))
            gray.view(4, -1)[2].copy_(torch.linspace(0.05, 0.95, n_shades))
            gray.view(4, -1)[3].fill_(math.log(16))

    def forward(self, h: Tensor) -> ColorMixture:
        """One density for each row of `h (n, width)`."""
        # Arranged and scaled as rows of the layer, which is less work than as outputs for all of `h`.
        weight, bias = (
            F.pad(part, (0, 0, 0, 1)).index_select(0, self.output) * self.scale
            for part in (self.linear.weight, self.linear.bias.unsqueeze(1))
        )
        # Rows 2, 3 and 5, 6 of `offset`: means and widths of g and b.
        constants = torch.cat([SHIFT_UNIT * self.gray_shift, F.pad(self.gray_log_std, (0, 0, 1, 0))])
        offset = self.offset + F.pad(constants, (self.n_free, 0, 2, 3))
        parameters = F.linear(h, weight, bias.squeeze(1) + offset.flatten()).unflatten(-1, offset.shape)
        logits, mean, log_std, slope = parameters.split([1, 3, 3, 3], -2)
        return ColorMixture(logits.squeeze(-2), mean, log_std.clamp(math.log(NARROWEST), math.log(WIDEST)), slope)


def _arrangement(ycbcr: bool, n_free: int, n_shades: int) -> tuple[Tensor, Tensor, Tensor]:
    """How weights, means, widths and slopes of all components follow from the outputs of a head's linear layer.

    Three tables `(10, n_free + 2 n_shades)`: which output it is, or one more than there are, for none; what that is
    multiplied by; and what is added.
    """
    n_outputs = 10 * n_free + 4 * n_shades
    free, shades = torch.arange(n_outputs).split([10 * n_free, 4 * n_shades])
    exact, loose, mean, width = shades.view(4, -1)
    gray = torch.full((10, 2 * n_shades), n_outputs)
    gray[0], gray[1], gray[4] = torch.cat([exact, loose]), mean.repeat(2), width.repeat(2)
    if not ycbcr:
        gray[2:4] = gray[1]
    output = torch.cat([free.view(10, -1), gray], 1)
    scale, offset = torch.ones(output.shape), torch.zeros(output.shape)
    scale[1:4] = N_LEVELS - 1
    if ycbcr:
        offset[2:4, n_free:] = NEUTRAL
        # The middle stays where it is.
        scale[2:4, :n_free] *= CHROMA_UNIT
        offset[2:4, :n_free] = (N_LEVELS - 1) * (1 - CHROMA_UNIT) / 2
        offset[5:7, :n_free] = math.log(CHROMA_UNIT)
    else:
        offset[7:9, n_free:] = 1
    return output, scale, offset


def _log_cell(color: Tensor, away: Tensor, log_std: Tensor) -> Tensor:
    """Log-probability of the integers `color` under a normal whose mean they are `away` from; 0 and 255 take the tails.

    The normal's distribution function is sigmoid(1.5976 t + 0.07056 t^3), true to 1.5e-4, and

        log(sigmoid(u) - sigmoid(l)) = log sigmoid(u) + log sigmoid(-l) + log(1 - exp(l - u)),

    which stays exact where both sigmoids are 0 or 1.
    """
    # Both sides of the cell at once: seen from the other side, the lower one is an upper one.
    t = (torch.stack([away, -away]) + 0.5) * torch.exp(-log_std)
    sides = t * (1.5976 + 0.07056 * t.square())
    has_side = torch.stack([color < N_LEVELS - 1, color > 0])
    log_inside = torch.log(-torch.expm1(-sides.sum(0).clamp(min=1e-7)))
    return (F.logsigmoid(sides) * has_side).sum(0) + log_inside * has_side.all(0)
