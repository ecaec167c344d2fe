"""A trained model, whatever the learner, and how one is opened."""

from omnivec.model.checks import check_shapes, known_config
from omnivec.model.model import Model
from omnivec.model.opening import is_ours, load

__all__ = ["Model", "check_shapes", "is_ours", "known_config", "load"]
