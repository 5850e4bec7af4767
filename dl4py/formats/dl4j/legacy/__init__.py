"""Zips of DL4J 0.5.0 to 1.0.0-beta7: their JSON, updater state and rules, told in the words of 1.0.0-M2.1."""

from dl4py.formats.dl4j.legacy.era import Era, LegacyWarning, era_of
from dl4py.formats.dl4j.legacy.translate import translate
from dl4py.formats.dl4j.legacy.vectors import modern_params, modern_state, stored_size

__all__ = ["Era", "LegacyWarning", "era_of", "modern_params", "modern_state", "stored_size", "translate"]
