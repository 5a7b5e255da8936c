"""The ways out of the house: each takes a letter to where it belongs, within a time of its own, or says why not."""

from dispatch.carriers.carry import carry
from dispatch.carriers.letters import Carried, Failed, Letter

__all__ = ["Carried", "Failed", "Letter", "carry"]
