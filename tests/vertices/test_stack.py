import numpy as np
import pytest
from contract import check_face, check_json, check_vertex, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import Convolutional, FeedForward, Recurrent
from dl4py.vertices.stack import Stack, Unstack


def test_stack():
    check_vertex({"type": "stack"}, [3, 3], lambda a, b: np.concatenate([a, b]))


def test_unstack():
    check_vertex({"type": "unstack", "from": 1, "stack_size": 3}, [4], lambda x: x[2:4])


def test_rows_must_divide():
    vertices = [
        {"name": "v", "type": "unstack", "from": 0, "stack_size": 3, "inputs": "in"},
        {"type": "output", "n_out": 1},
    ]
    with pytest.raises(ShapeError) as error:
        Network(NetworkConfig(inputs={"in": 2}, vertices=vertices)).output(np.ones((4, 2)))
    assert str(error.value) == "vertex `v` cannot cut 4 examples into 3 equal parts"


@pytest.mark.parametrize("given", [Recurrent(2, 5), Recurrent(2, 5, "NWC"), Convolutional(2, 3, 4)])
def test_every_rank(given):
    a, b = (generator(i).normal(size=(n, *given.array)) for i, n in enumerate((2, 3)))
    assert Stack().output_shape([given, given]) == given
    check_face(Stack(), [given, given], [a, b], lambda a, b: np.concatenate([a, b]))
    check_face(Unstack(from_=1, stack_size=2), [given], [np.repeat(a, 3, axis=0)], lambda x: x[3:])


def test_rows_that_are_steps_are_stacked_step_by_step():
    given = FeedForward(2, "NCW", 3)
    a, b = (generator(i).normal(size=(6, 2)) for i in range(2))

    def truth(a, b):
        return np.concatenate([a.reshape(3, 2, 2), b.reshape(3, 2, 2)], axis=1).reshape(12, 2)

    check_face(Stack(), [given, given], [a, b], truth)
    check_face(
        Unstack(from_=0, stack_size=2),
        [given],
        [np.concatenate([a, b])],
        lambda x: x.reshape(3, 4, 2)[:, :2].reshape(6, 2),
    )


def test_shorter_sequences_are_filled_up():
    given = [Recurrent(2, 5), Recurrent(2, 3)]
    a, b = generator(0).normal(size=(2, 2, 5)), generator(1).normal(size=(2, 2, 3))
    assert Stack().output_shape(given) == Recurrent(2, 5)
    check_face(Stack(), given, [a, b], lambda a, b: np.concatenate([a, np.pad(b, ((0, 0), (0, 0), (0, 2)))]))
    made = output_mask(Stack(), given, np.ones((5, 2)), np.ones((3, 2)))
    assert np.array_equal(made, [[1, 1, 1, 1]] * 3 + [[1, 1, 0, 0]] * 2)


def test_masks():
    a, b = np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])
    rows = [FeedForward(3)] * 2
    assert np.array_equal(output_mask(Stack(), rows, a, b), [[1.0], [0.0], [0.0], [1.0]])
    with pytest.raises(ShapeError) as error:
        output_mask(Stack(name="v"), rows, a, None)
    assert str(error.value) == "vertex `v` has masks for 1 of its 2 inputs"
    assert error.value.hint == "give the others masks of ones"
    steps = np.arange(8.0).reshape(2, 4)
    assert np.array_equal(output_mask(Unstack(from_=1, stack_size=2), [Recurrent(3, 2)], steps), steps[:, 2:])
    assert np.array_equal(output_mask(Unstack(from_=1, stack_size=2), rows[:1], a), [[0.0]])


def test_json():
    check_json(Stack(), "StackVertex", "{}")  # case vertex-stack-unstack
    check_json(Unstack(from_=0, stack_size=2), "UnstackVertex", '{"from":0,"stackSize":2}')


def test_shapes_must_agree():
    with pytest.raises(ShapeError) as error:
        Stack(name="v").output_shape([FeedForward(2), FeedForward(3)])
    assert str(error.value) == "vertex `v` stacks inputs of one shape, found rows of 2, rows of 3"
