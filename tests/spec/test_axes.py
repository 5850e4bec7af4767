"""Numbers for each axis: short forms, and what is wrong with others."""

import pytest
from pydantic import ValidationError

from dl4py.spec import CountPair, Pair, Thing, Triple, key


class Sized(Thing):
    size: Pair = key("Size.", default=5)
    space: Triple = key("Space.", default=(1, 2, 3))
    padding: CountPair = key("Padding.", default=0)


def test_a_number_stands_for_all_axes():
    sized = Sized.model_validate({"size": 3, "space": [4, 5, 6]})
    assert (sized.size, sized.space, sized.padding) == ((3, 3), (4, 5, 6), (0, 0))
    assert Sized().size == (5, 5)
    assert Sized(size=(3, 3)) == Sized(size=3)


@pytest.mark.parametrize("size", [[3], [3, 3, 3], 0, [1, 0], True, 2.0, "3", [2, 1.5]])
def test_other_values_are_refused(size):
    with pytest.raises(ValidationError):
        Sized.model_validate({"size": size})


def test_the_schema_allows_both_forms():
    one = {"type": "integer", "exclusiveMinimum": 0}
    pair = {"type": "array", "prefixItems": [one, one], "minItems": 2, "maxItems": 2}
    assert Sized.model_json_schema()["properties"]["size"]["anyOf"] == [one, pair]
