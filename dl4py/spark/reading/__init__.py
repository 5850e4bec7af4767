"""Readers whose files executors read."""
