"""Every old name stands for a class that is known."""

import pytest

from dl4py.formats.dl4j.json import KINDS, known
from dl4py.formats.dl4j.legacy import names

ND4J = "org.nd4j.linalg"
TABLES = {
    f"{names.CONF}.layers.": names.LAYERS,
    f"{ND4J}.activations.impl.Activation": names.ACTIVATIONS | names.ACTIVATION_WORDS | names.HIDDEN_UNITS,
    f"{ND4J}.lossfunctions.impl.Loss": names.LOSSES | names.LOSS_WORDS,
    f"{names.CONF}.distribution.": names.DISTRIBUTIONS,
    f"{names.CONF}.preprocessor.": names.PREPROCESSORS,
    f"{names.CONF}.graph.": {old: new for old, new in names.VERTICES.items() if old != "LayerVertex"},
    f"{names.CONF}.layers.variational.": names.RECONSTRUCTIONS,
    "org.deeplearning4j.nn.weights.WeightInit": names.WEIGHT_INITS,
}
CLASSES = sorted({prefix + name for prefix, table in TABLES.items() for name in table.values()})
VARIATIONAL = [java for java in CLASSES if ".variational." in java]


@pytest.mark.parametrize("java", [java for java in CLASSES if java not in VARIATIONAL])
def test_the_class_is_known(java):
    assert known(java, "test").java == java


def test_the_variational_auto_encoder_and_its_distributions_are_known_together():
    assert {java for java in VARIATIONAL if any(kind.by_java(java) for kind in KINDS)} in (set(), set(VARIATIONAL))
