"""A number for each axis; a bare number stands for all of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from dl4py.spec.thing import Count, Size


def _each(axes: int) -> BeforeValidator:
    def spread(value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return (value,) * axes
        return tuple(value) if isinstance(value, list) else value

    return BeforeValidator(spread)


def _schema(axes: int, **bound: int) -> WithJsonSchema:
    one: dict[str, Any] = {"type": "integer", **bound}
    return WithJsonSchema(
        {"anyOf": [one, {"type": "array", "prefixItems": [one] * axes, "minItems": axes, "maxItems": axes}]}
    )


Pair = Annotated[tuple[Size, Size], _each(2), _schema(2, exclusiveMinimum=0)]
Triple = Annotated[tuple[Size, Size, Size], _each(3), _schema(3, exclusiveMinimum=0)]
CountPair = Annotated[tuple[Count, Count], _each(2), _schema(2, minimum=0)]
CountTriple = Annotated[tuple[Count, Count, Count], _each(3), _schema(3, minimum=0)]
