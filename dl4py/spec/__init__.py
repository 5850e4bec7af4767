"""From text to configuration."""

from dl4py.spec.source import Mark, Source
from dl4py.spec.thing import (
    AsSeveral,
    AsTuple,
    Count,
    Flag,
    Fraction,
    MarkedDict,
    MarkedList,
    Names,
    NonNegative,
    Number,
    Numbers,
    Positive,
    Size,
    Sizes,
    Thing,
    facts,
    key,
)

__all__ = [
    "AsSeveral",
    "AsTuple",
    "Count",
    "Flag",
    "Fraction",
    "Mark",
    "MarkedDict",
    "MarkedList",
    "Names",
    "NonNegative",
    "Number",
    "Numbers",
    "Positive",
    "Size",
    "Sizes",
    "Source",
    "Thing",
    "facts",
    "key",
]
