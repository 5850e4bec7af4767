"""A kind of two animals and a section, to test `dl4py.spec` without the rooms above it."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from dl4py.registry import KINDS, Kind
from dl4py.spec import AsTuple, FilePath, Flag, Fraction, Names, Number, Positive, Size, Sizes, Thing, key

ANIMALS: Kind[Animal] = Kind("animal", package="zoo")
KINDS.pop("zoo")  # known only to tests that ask for it


class Animal(Thing):
    """What lives in the zoo. A bare number is a cat's lives."""

    kind: ClassVar[Kind[Any]] = ANIMALS
    short: ClassVar[str | None] = "cat.lives"

    name: str | None = key("Name on the door.", default=None)


@ANIMALS.register("cat", java="org.zoo.CatBeast")
class Cat(Animal):
    """A cat, which has lives."""

    lives: Size = key("Lives left.", default=9)
    fur: Literal["short", "long"] = key("Length of the fur.", default="short", inherited=True)
    friend: Animal | None = key("Another animal.", default=None)


@ANIMALS.register("dog")
class Dog(Animal):
    """A dog | which has a weight."""

    weight: Positive = key("Weight in kilograms.", inherited=True)
    tricks: Names = key("What it can do.", default=())
    trained: Flag = key("Whether it listens.", default=False)
    joy: Fraction = key("Share of the day it wags.", default=0.5)
    from_: str | None = key("Where it comes from.", default=None, alias="from")
    tail: Number = key("Kept for the old zoo.", default=0.0, hidden=True)
    run: Annotated[tuple[Size, Size], AsTuple] | None = key("Width and length of its run.", default=None)


class Hours(Thing):
    """When the zoo is open."""

    opens: int = key("Hour.", default=9)
    closes: int = key("Hour.")

    @model_validator(mode="after")
    def _in_order(self) -> Hours:
        if self.closes <= self.opens:
            raise PydanticCustomError("order", "it closes before it opens")
        return self


class Shared(Thing):
    """Keys for every animal that does not say otherwise."""

    fur: Literal["short", "long"] = key("Length of the fur.", default="short", inherited=True)
    weight: Positive = key("Weight in kilograms.", default=1.0, inherited=True)


class Zoo(Thing):
    """A zoo."""

    animals: Annotated[tuple[Animal, ...], AsTuple] = key("Who lives here.", default=())
    star: Animal = key("The one on the poster.", default="cat")
    hours: Hours | None = key("When it is open.", default=None)
    days: Annotated[tuple[Hours, ...], AsTuple] = key("Hours of each day.", default=())
    defaults: Shared | None = key("Keys for every animal.", default=None)
    pens: Sizes = key("Sizes of the pens.", default=(1,))
    prices: Annotated[Size | tuple[str, ...] | None, AsTuple] = key("A price, or words.", default=None)
    title: str = key("Words over the gate.", default="Zoo", formerly="sign", max_length=20)
    map: FilePath | None = key("A drawing.", default=None)
