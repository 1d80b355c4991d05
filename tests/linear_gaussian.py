import torch
from torch import Tensor, nn
from torch.distributions import Independent, MultivariateNormal, Normal

from models.priors import NormalPrior, Posterior
from models.vae import VAE


class LinearGaussianVAE(VAE):
    """z ~ N(0, I), x = W z + noise, of which log p(x) and the true posterior are known in closed form.

    The columns of W are orthogonal, so that the posterior is diagonal. `shift` moves the encoder's mean away from it.
    """

    STD = 0.5

    def __init__(self, shift: float = 0.0) -> None:
        super().__init__(NormalPrior(2))
        self.W = torch.tensor([[1.0, 0.0], [0.5, 0.0], [0.0, -1.0], [0.0, 2.0], [0.0, 0.3]])
        self.shift = shift
        self.unused = nn.Parameter(torch.zeros(()))  # tells where the model computes

    def encode(self, x: Tensor) -> Posterior:
        precision = 1 + self.W.square().sum(0) / self.STD**2
        mean = x @ self.W / self.STD**2 / precision
        return Posterior(mean + self.shift, (-0.5 * precision.log()).expand_as(mean))

    def decode(self, z: Tensor) -> Independent:
        return Independent(Normal(z @ self.W.T, self.STD), 1)

    def log_evidence(self, x: Tensor) -> Tensor:
        covariance = self.W @ self.W.T + self.STD**2 * torch.eye(5)
        return MultivariateNormal(torch.zeros(5), covariance).log_prob(x)
