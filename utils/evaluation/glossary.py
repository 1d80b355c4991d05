"""The figures of metrics.json: what each is called, and what it says."""

from typing import NamedTuple


class Entry(NamedTuple):
    """The name of a figure, what it says in one sentence, and whether it is a share of points."""

    name: str
    meaning: str
    is_share: bool = False


# In the order in which tables show them. A figure that is not here is shown under its key.
GLOSSARY = {
    "c2st_auc": Entry(
        "classifier, AUC",
        "How well a classifier tells generated from held-out points (C2ST). 0.5: not at all; 1: every time.",
    ),
    "energy_distance": Entry("energy distance", "How far apart the two sets lie on the whole. 0: not at all."),
    "density_trends": Entry(
        "density: trends",
        "How much the density rises or falls across the picture where that of the data does not. Real points: about 1.",
    ),
    "density_regions": Entry(
        "density: regions", "How far regions of the picture hold too many or too few points. Real points: about 1."
    ),
    "density_details": Entry(
        "density: details", "How far small places hold too many or too few points. Real points: about 1."
    ),
    "off_support": Entry("off the data's support", "The share of points at places where no data are.", is_share=True),
    "off_colors": Entry(
        "colors off their place", "The share of points whose color does not occur near their place.", is_share=True
    ),
    "closer_to_train": Entry(
        "closer to training points",
        "The share that lies closer to training points than to as many held-out ones. More: memorized.",
        is_share=True,
    ),
    "closest_is_training": Entry(
        "closest record is a training point",
        "The share whose closest record was trained on. More than for real points: memorized.",
        is_share=True,
    ),
    "copies": Entry(
        "copies of training points", "The share that equals a training point in all coordinates.", is_share=True
    ),
}


def entry(key: str) -> Entry:
    """The entry of the figure `key` of metrics.json, or one made of its key."""
    return GLOSSARY.get(key, Entry(key.replace("_", " "), ""))
