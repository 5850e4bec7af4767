import numpy as np
import pytest
from contract import check_round_trip
from pydantic import ValidationError

from dl4py.data import Batch, Dataset
from dl4py.data.normalizers.min_max import MinMax, Ranged

X = np.array([[1.0, 5.0], [3.0, 5.0], [2.0, 5.0]], "f")
Y = np.array([[10.0], [30.0], [20.0]], "f")


@pytest.mark.parametrize("name", ["rows whole", "masked", "images"])
def test_real_dl4j(recorded, name):
    real = recorded(f"min_max {name}")
    ends = {"min": -1.0, "max": 3.0} if "rows" in name else {}
    real.check(MinMax(fit_labels=name != "images", **ends).fit([real.batch]))


def test_real_dl4j_in_batches(recorded):
    real = recorded("min_max rows batches")
    parts = [real.batch.rows(slice(i, i + 4)) for i in range(0, 9, 4)]
    real.check(MinMax(fit_labels=True, min=-1.0, max=3.0).fit(parts))


def test_columns_fill_the_range():
    check_round_trip(MinMax(min=-1, max=1))
    fitted = MinMax(min=-1, max=1, fit_labels=True).fit(Dataset.from_arrays(X, Y))
    assert np.allclose(fitted.apply(X)[:, 0], [-1, 1, 0])
    assert np.allclose(fitted.apply(X)[:, 1], -1)
    assert np.allclose(fitted.revert(np.array([[-1, -1], [1, -1], [0, -1]], "f")), X, atol=1e-5)
    assert np.allclose(fitted.revert_labels(fitted.apply_labels(Y)), Y, atol=1e-5)


@pytest.mark.parametrize("value", [0.0, 300.0, -1e6, 3e38])
def test_a_constant_column_is_the_lower_end(value):
    x = np.full((3, 1), value, "f")
    assert MinMax().fit(Dataset.from_arrays(x)).apply(x).tolist() == [[0], [0], [0]]


def test_a_range_of_nothing_in_a_zip():
    fitted = Ranged(0.0, 1.0, np.array([300.0], "f"), np.array([300.0], "f"))
    assert fitted.apply(np.array([[300.0]], "f")).tolist() == [[0]]


def test_masked_steps_do_not_count():
    x = np.array([[[1.0, 4.0, 99.0]], [[-99.0, -99.0, -99.0]]])
    batch = Batch((x,), feature_masks=(np.array([[1, 1, 0], [0, 0, 0]]),))
    fitted = MinMax().fit([batch.rows(slice(0, 1)), batch.rows(slice(1, 2))])
    assert (fitted.lower.tolist(), fitted.upper.tolist()) == ([1], [4])
    assert fitted.apply_batch(batch).features[0].tolist() == [[[0, 1, 0]], [[0, 0, 0]]]


def test_the_range_goes_up():
    with pytest.raises(ValidationError) as error:
        MinMax(min=2)
    assert error.value.errors()[0]["msg"] == "`max` must be above `min`"
