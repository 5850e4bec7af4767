"""Labels to classes: whole numbers from 0, or words; one column of the labels' array for each class."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

import numpy as np

from dl4py.data.table import DROP, absent
from dl4py.errors import DataError

Classes = int | tuple[str, ...] | None
COUNT_FROM_0 = "labels count from 0; `classes` gives their number"
SHOWN = 5  # labels that a message lists
LIMIT = 2.0**62  # numbers beyond it are beyond every class, and still fit 64 bits


def one_hot(numbers: np.ndarray, count: int) -> np.ndarray:
    """``y[i, c] = 1`` where example i is of class c, else 0; `[n, count]`."""
    y = np.zeros((len(numbers), count), np.float32)
    y[np.arange(len(numbers)), numbers] = 1.0
    return y


def from_numbers(
    numbers: np.ndarray, given: Classes, place: Callable[[int], str], examples: int = 0
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels that are numbers already, checked, and the names of the classes; `examples` where there are more."""
    largest = int(numbers.max(initial=0))
    count = len(given) if isinstance(given, tuple) else given or largest + 1
    wrong = np.flatnonzero((numbers < 0) | (numbers >= count))
    if len(wrong):
        i = int(wrong[0])
        raise DataError(f"{place(i)}: the label is {numbers[i]}, expected 0 to {count - 1}", hint=COUNT_FROM_0)
    examples = max(examples, len(numbers))
    if given is None and largest >= max(1000, examples):
        i = int(numbers.argmax())
        raise DataError(
            f"{place(i)}: the label {largest} would make {count} classes of {examples} examples",
            hint="give `classes`, or write `regression: true`",
        )
    return numbers, given if isinstance(given, tuple) else tuple(map(str, range(count)))


def from_words(
    words: list[str], given: Classes, place: Callable[[int], str], examples: int = 0
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels as they are written: numbers of the classes, and the names of the classes.

    `examples` is their number where `words` are only the different ones. Words are sorted where `classes` does not list
    them, as DL4J sorts the names of folders.
    """
    found = set(words)
    if isinstance(given, tuple) and found & set(given):
        return _numbered(words, given, place), given
    lost = sorted(filter(absent, found))
    if lost:
        i = words.index(lost[0])
        raise DataError(
            f"{place(i)}: the label is missing, found `{lost[0]}`",
            hint=DROP,
        )
    values = {word: _number(word) for word in found}
    if all(value is not None and value.is_integer() for value in values.values()):
        number = {word: int(max(-LIMIT, min(LIMIT, value or 0.0))) for word, value in values.items()}
        return from_numbers(np.array([number[word] for word in words]), given, place, examples)
    _refuse_mixture(words, values, place)
    if isinstance(given, tuple):
        return _numbered(words, given, place), given
    names = tuple(sorted(found))
    if given is not None and len(names) != given:
        listed = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
        raise DataError(
            f"{place(0).rpartition(':')[0]} has {len(names)} different labels ({listed}), `classes` says {given}",
            hint="list the names of all classes",
        )
    return _numbered(words, names, place), names


def _numbered(words: list[str], names: tuple[str, ...], place: Callable[[int], str]) -> np.ndarray:
    number = {name: i for i, name in enumerate(names)}
    try:
        return np.array([number[word] for word in words])
    except KeyError as error:
        word = str(error.args[0])
    near = get_close_matches(word, names, n=1)
    raise DataError(
        f"{place(words.index(word))}: the label `{word}` is none of the classes",
        hint=f"did you mean `{near[0]}`?" if near else f"classes: {', '.join(names)}",
    )


def _refuse_mixture(words: list[str], values: dict[str, float | None], place: Callable[[int], str]) -> None:
    """Numbers with a fraction are no classes, and neither are numbers among words."""
    numbers = [word for word, value in values.items() if value is not None]
    if not numbers:
        return
    if len(numbers) == len(values):
        i = next(i for i, word in enumerate(words) if not (values[word] or 0.0).is_integer())
        raise DataError(
            f"{place(i)}: the label `{words[i]}` is a number, but no class",
            hint="write `regression: true`",
        )
    i = next(i for i, word in enumerate(words) if (values[word] is None) != (values[words[0]] is None))
    raise DataError(
        f"{place(i)}: the label is `{words[i]}`, the first was `{words[0]}`: one is a number, the other a word",
        hint="list the names of all classes with `classes`",
    )


def _number(word: str) -> float | None:
    try:
        return None if "_" in word else float(word)
    except ValueError:
        return None
