"""The density of colors: a mixture of discretized normals over all three channels at once."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from data import N_LEVELS
from models.vae import log_cell


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

    A network's outputs are never exact enough for r = g = b to the level; constants are. The g and b of a gray follow
    r: m_g = m_r + e, m_b = m_r + f, a = c = 1, d = 0, with e, f, s_g and s_b learned, but the same for all points. If
    colors are Y, Cb, Cr (`ycbcr`), m_cb = 128 + e, m_cr = 128 + f, and a = c = d = 0.
    """

    def __init__(self, width: int, ycbcr: bool, n_free: int = 12, n_gray: int = 4) -> None:
        super().__init__()
        self.ycbcr = ycbcr
        self.free, self.gray = nn.Linear(width, 10 * n_free), nn.Linear(width, 3 * n_gray)
        # The logarithms of s_g and s_b, which start at 0.15 levels; e and f in units of 10 levels. Adam moves all
        # parameters by about as much: in units of all levels, as other means are, an exact gray would soon not be one.
        self.tint = nn.Parameter(torch.tensor([[0.0], [0.0], [math.log(0.15)], [math.log(0.15)]]).repeat(1, n_gray))
        # Cb and Cr vary less than Y, so their means and widths are in units half as large (docs/design.md).
        chroma, levels = 0.5 if ycbcr else 1.0, N_LEVELS - 1
        middle, log_y, log_c = (1 - chroma) * levels / 2, math.log(16), math.log(16 * chroma)
        # Of each free component: its weight, three means, three widths, which start at 16 levels, and three slopes.
        scale = torch.tensor([1, levels, chroma * levels, chroma * levels, 1, 1, 1, 1, 1, 1.0])
        offset = torch.tensor([0, 0, middle, middle, log_y, log_c, log_c, 0, 0, 0])
        self.scale = nn.Buffer(scale.repeat_interleave(n_free), persistent=False)
        self.offset = nn.Buffer(offset.repeat_interleave(n_free), persistent=False)
        with torch.no_grad():
            # Begin with free components around the middle, and gray ones from dark to light. Tuned.
            for layer in (self.free, self.gray):
                layer.weight.mul_(0.1)
                layer.bias.zero_()
            self.free.bias.view(10, n_free)[1:4].uniform_(0.35, 0.65)
            self.gray.bias.view(3, n_gray)[1] = torch.linspace(0.05, 0.95, n_gray)

    @torch.no_grad()
    def start_from(self, colors: Tensor) -> None:
        """Begin with some of the free components around typical `colors (m, 3)`, so that a rare color is found."""
        # Tuned: with all of them there, smooth colors are learned less well.
        means, scale, offset = (part.view(10, -1)[1:4, :5] for part in (self.free.bias, self.scale, self.offset))
        means.copy_((typical_colors(colors, 5).T - offset) / scale)

    def forward(self, h: Tensor) -> ColorMixture:
        """One density for each row of `h (n, width)`."""
        # Scaled as rows of the layer, which is less work than as outputs for all of `h`.
        free = F.linear(h, self.free.weight * self.scale.unsqueeze(1), self.free.bias * self.scale + self.offset)
        weight, first, width = self.gray(h).unflatten(-1, (3, -1)).unbind(-2)
        first, width, zero = (N_LEVELS - 1) * first, width + math.log(16), torch.zeros_like(first)
        followed, slope = (zero + N_LEVELS // 2, zero) if self.ycbcr else (first, zero + 1)
        e, f, log_s, log_t = self.tint.unsqueeze(1).expand(4, *zero.shape)
        gray = [weight, first, followed + 10 * e, followed + 10 * f, width, log_s, log_t, slope, slope, zero]
        components = torch.cat([free.unflatten(-1, (10, -1)), torch.stack(gray, 1)], 2)
        logits, mean, log_std, slopes = components.split([1, 3, 3, 3], 1)
        # Below a tenth of a level, a normal holds a single integer.
        return ColorMixture(logits.squeeze(1), mean, log_std.clamp(math.log(0.1), math.log(200)), slopes)


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
