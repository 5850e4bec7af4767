import numpy as np
import pytest

from dl4py.data.characters import Vocabulary, one_hot
from dl4py.errors import DataError


def test_there_and_back():
    known = Vocabulary.of(["banana", "nab ü"])
    assert known.characters == (" ", "a", "b", "n", "ü")
    assert known.numbers("nab", "x").tolist() == [3, 1, 2]
    assert known.text(known.numbers("bananü", "x")) == "bananü"
    assert known.kept("a cab!") == "a ab"
    assert len(known.numbers("", "x")) == 0


def test_a_character_nobody_knows():
    with pytest.raises(DataError) as error:
        Vocabulary("ab\n").numbers("ab\nabc", "t.txt")
    assert str(error.value) == "t.txt:2:3: the character 'c' is not in the vocabulary of 3"
    assert error.value.hint == "`unknown: drop` leaves such characters out"


def test_a_one_for_each_character():
    out = one_hot(np.array([[0, 2, 1]]), np.zeros((1, 3, 3), np.uint8))
    assert out.tolist() == [[[1, 0, 0], [0, 0, 1], [0, 1, 0]]]
