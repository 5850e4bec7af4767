"""The same plan on many machines."""
