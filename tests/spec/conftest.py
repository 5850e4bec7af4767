import pytest
import zoo as animals

from dl4py.registry import KINDS
from dl4py.spec import sections


@pytest.fixture
def zoo(monkeypatch):
    """The section `zoo` and its animals, for one test."""
    monkeypatch.setitem(KINDS, "zoo", animals.ANIMALS)
    monkeypatch.setitem(sections._sections, "zoo", sections.Section("zoo", animals.Zoo, 50))
    return animals
