"""Deeplearning4j's model zip."""
