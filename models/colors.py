"""The density of colors: a mixture of discretized normals over all three channels at once."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from data.coordinates import N_LEVELS
from models.discretized import log_cell


class ColorMixture:
    """p(r, g, b) of integer colors: sum_k w_k p_k(r) p_k(g | r) p_k(b | r, g), w = softmax(logits). So for Y, Cb, Cr.

    Each factor is a discretized normal:

        r ~ N(m_r, s_r^2),    g ~ N(m_g + a (r - m_r), s_g^2),    b ~ N(m_b + c (r - m_r) + d (g - m_g), s_b^2).

    `logits (n, k)`; `mean`, `log_std` and `slope (n, 3, k)`, slope = (a, c, d); means and widths in levels. Salimans et
    al. 2017, "PixelCNN++" (arXiv 1701.05517), section 2.2, with normals in place of logistics.
    """

    def __init__(self, logits: Tensor, mean: Tensor, log_std: Tensor, slope: Tensor) -> None:
        self.logits, self.mean, self.log_std, self.slope = logits, mean, log_std, slope

    def log_prob(self, color: Tensor) -> Tensor:
        """Log-probability `(n,)` of the integer colors `color (n, 3)` in 0 ... 255."""
        color = color.unsqueeze(-1)
        red, green, blue = (color - self.mean).unbind(1)
        a, c, d = self.slope.unbind(1)
        away = torch.stack([red, green - a * red, blue - c * red - d * green], 1)
        log_cells = log_cell(color, away, self.log_std, N_LEVELS - 1).sum(1)
        return (self.logits.log_softmax(-1) + log_cells).logsumexp(-1)

    def sample(self, rng: torch.Generator) -> Tensor:
        """One integer color `(n, 3)` for each, as floats."""
        component = torch.multinomial(self.logits.softmax(-1), 1, generator=rng)
        chosen = component.unsqueeze(1).expand(-1, 3, -1)
        mean, log_std, slope = (part.gather(2, chosen).squeeze(2) for part in (self.mean, self.log_std, self.slope))
        drawn = mean + torch.randn(mean.shape, generator=rng, device=mean.device) * log_std.exp()
        red = drawn[:, 0].round().clamp(0, N_LEVELS - 1)
        from_red = red - mean[:, 0]
        green = (drawn[:, 1] + slope[:, 0] * from_red).round().clamp(0, N_LEVELS - 1)
        blue = drawn[:, 2] + slope[:, 1] * from_red + slope[:, 2] * (green - mean[:, 1])
        return torch.stack([red, green, blue.round().clamp(0, N_LEVELS - 1)], -1)


class ColorHead(nn.Module):
    """The density of colors from a hidden vector `h (n, width)`: `n_free` components of any color, `n_gray` of grays.

    The g and b of a gray follow r: m_g = m_r + e, m_b = m_r + f, a = c = 1, d = 0, with e, f, s_g and s_b learned but
    the same for all points. A network's outputs are never exact enough for r = g = b to the level; constants are. Where
    the data have no grays, these components lose their weight.

    If colors are Y, Cb, Cr (`ycbcr`), m_cb = 128 + e, m_cr = 128 + f, a = c = d = 0, and four of the free components
    have one of both, because JPEG rounds a small Cb, or Cr, to none.
    """

    weight_scale: Tensor
    bias_scale: Tensor
    offset: Tensor
    follows_red: Tensor

    def __init__(self, width: int, ycbcr: bool, n_free: int = 12, n_gray: int = 4) -> None:
        super().__init__()
        # Cb and Cr vary less than Y, so their means and widths are in units half as large (docs/design.md).
        n, chroma, is_rgb = n_free + n_gray, 0.5 if ycbcr else 1.0, float(not ycbcr)
        self.linear = nn.Linear(width, 10 * n)
        is_constant = torch.zeros(10, n, dtype=torch.bool)
        is_constant[[2, 3, 5, 6, 7, 8, 9], n_free:] = True
        if ycbcr:
            is_constant[[2, 5, 7, 9], n_free - 4 : n_free - 2] = True
            is_constant[[3, 6, 8, 9], n_free - 2 : n_free] = True
        # Of each component: its weight, three means, three widths, which start at 16 levels (constant ones at 0.15),
        # and three slopes. The middle of chroma stays in place.
        y, c, middle = N_LEVELS - 1, chroma * (N_LEVELS - 1), (1 - chroma) * (N_LEVELS - 1) / 2
        log_y, log_c, log_constant = math.log(16), math.log(16 * chroma), math.log(0.15)
        scale = torch.tensor([1, y, c, c, 1, 1, 1, 1, 1, 1.0])
        offset = torch.tensor([0, 0, middle, middle, log_y, log_c, log_c, 0, 0, 0])
        neutral = 0 if is_rgb else N_LEVELS // 2
        constant = torch.tensor([0, 0, neutral, neutral, 0, log_constant, log_constant, is_rgb, is_rgb, 0])
        # Constant means are in units of 10 levels. Adam moves every parameter by about the same amount per step: in
        # units of 255 levels, like other means, they would move by a level, and an exact gray would soon not be one.
        constant_scale = torch.tensor([0, 0, 10, 10, 0, 1, 1, 0, 0, 0])
        tables = {
            "weight_scale": torch.where(is_constant, 0, scale.unsqueeze(1)),
            "bias_scale": torch.where(is_constant, constant_scale.unsqueeze(1), scale.unsqueeze(1)),
            "offset": torch.where(is_constant, constant.unsqueeze(1), offset.unsqueeze(1)),
        }
        for name, table in tables.items():
            self.register_buffer(name, table.flatten(), persistent=False)
        self.register_buffer("follows_red", is_rgb * is_constant[1:4].float(), persistent=False)
        with torch.no_grad():
            # Begin with free components around the middle, and gray ones from dark to light. Tuned.
            self.linear.weight.mul_(0.1)
            self.linear.bias.zero_()
            bias = self.linear.bias.view(10, n)
            bias[1:4].uniform_(0.35, 0.65)
            bias[1, n_free:] = torch.linspace(0.05, 0.95, n_gray)
            bias[is_constant] = 0

    def forward(self, h: Tensor) -> ColorMixture:
        """One density for each row of `h (n, width)`."""
        # Scaled as rows of the layer, which is less work than as outputs for all of `h`.
        weight = self.linear.weight * self.weight_scale.unsqueeze(1)
        outputs = F.linear(h, weight, self.linear.bias * self.bias_scale + self.offset)
        logits, mean, log_std, slope = outputs.unflatten(-1, (10, -1)).split([1, 3, 3, 3], -2)
        mean = mean + self.follows_red * mean[:, :1]
        # Below a tenth of a level, a normal holds a single integer.
        return ColorMixture(logits.squeeze(-2), mean, log_std.clamp(math.log(0.1), math.log(200)), slope)
