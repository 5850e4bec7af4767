import numpy as np
from sparknets import network

from dl4py.network import Network
from dl4py.spark.slicing import cut, taken

TEXT = """{seed: 7, input: 3, defaults: {updater: adam}, layers: [{type: dense, n_out: 5}, {type: dense, n_out: 2},
{type: output, n_out: 4}]}"""


def test_every_value_of_a_cut_layer_is_with_one_worker_and_state_with_its_parameter():
    net = network(TEXT)
    layers = cut(net.graph, 2, 4)
    assert layers.layers == ("layer0", "layer2")
    whole = np.arange(float(net.params.size))
    state = np.concatenate([1000 + whole, 2000 + whole])  # Adam's m and v of one block
    seen = []
    for worker, columns in enumerate((slice(0, 2), slice(2, 5))):
        params, places = layers.parts(worker)
        own, own_state = taken(whole, params), taken(state, places)
        np.testing.assert_array_equal(own_state, np.concatenate([1000 + own, 2000 + own]))
        mine = Network(layers.config(worker))
        assert (mine.params.size, mine.updater_state.size) == (own.size, own_state.size)
        mine.params[:] = own
        net.params[:] = whole
        for slot, full in zip(mine.parameters.slots[:2], net.parameters.slots[:2], strict=True):
            np.testing.assert_array_equal(mine.parameter(slot), net.parameter(full)[..., columns])
        seen.append(own)
    assert set(np.concatenate(seen)) == set(whole)
    assert len(np.concatenate(seen)) == whole.size + 2 * 5 + 2  # the narrow layer is with both
