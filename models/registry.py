"""Models and priors by name, as config.yaml chooses them. A new one is one class and one row here."""

from models.attention import AttentionVAE
from models.picture_prior import PicturePrior
from models.point_vae import PointVAE
from models.prior import MixturePrior, NormalPrior, Prior
from models.vanilla import VanillaVAE

MODELS: dict[str, type[PointVAE]] = {"vanilla": VanillaVAE, "attention": AttentionVAE}
PRIORS: dict[str, type[Prior]] = {"picture": PicturePrior, "mixture": MixturePrior, "normal": NormalPrior}
