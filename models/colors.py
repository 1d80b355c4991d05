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
# The width that constant channels begin with.
CONSTANT_STD = 0.15
# Levels per unit of constant channels' shifts. Adam moves every parameter by about the same amount per step: in units
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
    """The density of colors from a hidden vector `h (n, width)`: `n_free` components of any color, `n_gray` of grays.

    The g and b of a gray follow r,

        m_g = m_r + e,    m_b = m_r + f,    a = c = 1,    d = 0,

    with e, f, s_g and s_b learned but the same for all points. A network's outputs are never exact enough for r = g = b
    to the level; constants are. Where the data have no grays, these components lose their weight.

    If colors are Y, Cb, Cr (`ycbcr`), constants are

        m_cb = 128 + e,    m_cr = 128 + f,    a = c = d = 0,

    and four of the free components have one of both, for JPEG rounds a small Cb, or Cr, to none.
    """

    output: Tensor
    scale: Tensor
    offset: Tensor
    is_constant: Tensor

    def __init__(self, width: int, ycbcr: bool, n_free: int = 12, n_gray: int = 4) -> None:
        super().__init__()
        # Free: weight, 3 means, 3 widths, 3 slopes. Gray: weight, mean and width of red.
        self.linear = nn.Linear(width, 10 * n_free + 3 * n_gray)
        for name, table in _arrangement(ycbcr, n_free, n_gray).items():
            self.register_buffer(name, table, persistent=False)
        # Of g and b, where they are constants.
        self.shift = nn.Parameter(torch.zeros(2, n_free + n_gray))
        self.log_std = nn.Parameter(torch.full((2, n_free + n_gray), math.log(CONSTANT_STD)))
        with torch.no_grad():
            # Begin with free components around the middle, and gray ones from dark to light. Tuned.
            self.linear.weight.mul_(0.1)
            self.linear.bias.zero_()
            free, gray = self.linear.bias.split([10 * n_free, 3 * n_gray])
            free.view(10, -1)[1:4].uniform_(0.35, 0.65)
            free.view(10, -1)[4:7].fill_(math.log(16))
            gray.view(3, -1)[1].copy_(torch.linspace(0.05, 0.95, n_gray))
            gray.view(3, -1)[2].fill_(math.log(16))

    def forward(self, h: Tensor) -> ColorMixture:
        """One density for each row of `h (n, width)`."""
        # Arranged and scaled as rows of the layer, which is less work than as outputs for all of `h`.
        weight, bias = (
            F.pad(part, (0, 0, 0, 1)).index_select(0, self.output.flatten()) * self.scale.view(-1, 1)
            for part in (self.linear.weight, self.linear.bias.unsqueeze(1))
        )
        shift, log_std = SHIFT_UNIT * self.is_constant * self.shift, self.is_constant * self.log_std
        offset = self.offset + F.pad(torch.cat([shift, F.pad(log_std, (0, 0, 1, 0))]), (0, 0, 2, 3))
        parameters = F.linear(h, weight, bias.squeeze(1) + offset.flatten()).unflatten(-1, offset.shape)
        logits, mean, log_std, slope = parameters.split([1, 3, 3, 3], -2)
        return ColorMixture(logits.squeeze(-2), mean, log_std.clamp(math.log(NARROWEST), math.log(WIDEST)), slope)


def _arrangement(ycbcr: bool, n_free: int, n_gray: int) -> dict[str, Tensor]:
    """How weight, means, widths and slopes of all components follow from the outputs of a head's linear layer.

    Tables `(10, n_free + n_gray)` of a weight, three means, three widths and three slopes: which `output` it is, or one
    more than there are, for none; the `scale` it is multiplied by; the `offset` that is added. `is_constant (2, n_free
    + n_gray)` says where g and b are constants.
    """
    none = 10 * n_free + 3 * n_gray
    free, gray = torch.arange(none).split([10 * n_free, 3 * n_gray])
    output = torch.full((10, n_free + n_gray), none)
    output[:, :n_free] = free.view(10, -1)
    output[[0, 1, 4], n_free:] = gray.view(3, -1)
    scale, offset = torch.ones(output.shape), torch.zeros(output.shape)
    scale[1:4] = N_LEVELS - 1
    is_constant = torch.zeros(2, n_free + n_gray, dtype=torch.bool)
    is_constant[:, n_free:] = True
    if ycbcr:
        # The middle stays where it is.
        scale[2:4] *= CHROMA_UNIT
        offset[2:4] = (N_LEVELS - 1) * (1 - CHROMA_UNIT) / 2
        offset[5:7] = math.log(CHROMA_UNIT)
        is_constant[0, n_free - 4 : n_free - 2] = True
        is_constant[1, n_free - 2 : n_free] = True
        for channel, slopes in enumerate(([7, 9], [8, 9])):
            constant = is_constant[channel]
            for row in (2 + channel, 5 + channel, *slopes):
                output[row, constant] = none
            offset[2 + channel, constant], offset[5 + channel, constant] = NEUTRAL, 0
    else:
        output[2:4, n_free:] = output[1, n_free:]
        offset[7:9, n_free:] = 1
    return {"output": output, "scale": scale, "offset": offset, "is_constant": is_constant}


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
