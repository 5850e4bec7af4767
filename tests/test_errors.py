"""The family of errors: how one is printed, how many are reported, how they travel."""

import pickle

import pytest

from dl4py import errors
from dl4py.errors import DL4PyError, Interrupted, InvalidValue, ShapeError, SpecError, UnknownKey
from dl4py.spec import Mark, Source

TEXT = Source("net.yaml", "network:\n  seed: x\n")


def test_a_bare_message_is_the_message():
    assert DL4PyError("it broke").render() == "it broke"


def test_place_arithmetic_and_way_out_follow_the_message():
    error = ShapeError("no fit", at=Mark(TEXT, 1, 8, 1), note="3 is not 4", hint="write 4")
    assert error.render() == (
        "net.yaml:2:9: no fit\n"
        "  |\n"
        "2 |   seed: x\n"
        "  |         ^\n"
        "   = 3 is not 4\n"
        "   = hint: write 4"
    )  # fmt: skip


def test_one_mistake_is_itself():
    one = UnknownKey("`a` has no key `b`")
    assert SpecError.all([one]) is one


def test_several_mistakes_are_one_report():
    report = SpecError.all([UnknownKey("first", hint="way"), InvalidValue("second", at=Mark(TEXT, 0, 0, 7))])
    assert str(report) == "2 mistakes"
    assert report.render() == (
        "first\n   = hint: way\n\nnet.yaml:1:1: second\n  |\n1 | network:\n  | ^^^^^^^\n\n2 mistakes found"
    )


def test_a_report_travels_with_its_mistakes():
    report = SpecError.all([UnknownKey("first"), InvalidValue("second", at=Mark(TEXT, 1, 2, 4), hint="way")])
    again = pickle.loads(pickle.dumps(report))
    assert [type(m) for m in again.mistakes] == [UnknownKey, InvalidValue]
    assert again.render() == report.render()


@pytest.mark.parametrize(("signal", "status"), [(2, 130), (15, 143)])
def test_an_interruption_leaves_with_its_signal(signal, status):
    assert Interrupted("stopped", signal=signal).status == status


@pytest.mark.parametrize("signal", [2, 15])
def test_an_interruption_travels_with_its_signal(signal):
    again = pickle.loads(pickle.dumps(Interrupted("stopped", signal=signal, hint="resume")))
    assert (again.signal, again.status, str(again), again.hint) == (signal, 128 + signal, "stopped", "resume")


STATUS = {
    "spec-error": 3, "yaml-syntax": 3, "unknown-type": 3, "unknown-key": 3, "missing-key": 3, "invalid-value": 3,
    "shape-error": 3, "model-file": 4, "unsupported-feature": 4, "data-error": 5, "training-error": 6,
    "cluster-error": 7, "quality-gate": 8, "plugin-error": 1, "error": 1, "interrupted": 1,
}  # fmt: skip


def test_each_error_has_the_status_that_the_house_promises():
    family = {c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, DL4PyError)}
    assert {c.code: c.status for c in family} == STATUS
