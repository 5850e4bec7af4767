"""How numbers travel between driver and workers."""
