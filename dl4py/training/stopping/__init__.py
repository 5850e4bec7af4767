"""Conditions that end a training early."""

from dl4py.training.stopping.base import StoppingCondition

__all__ = ["StoppingCondition"]
