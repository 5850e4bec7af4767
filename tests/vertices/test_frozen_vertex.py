import numpy as np
from contract import check_face, check_json, check_vertex, generator, output_mask

from dl4py.shapes import Convolutional, Recurrent
from dl4py.vertices.frozen_vertex import FrozenVertex
from dl4py.vertices.last_time_step_vertex import LastTimeStepVertex
from dl4py.vertices.merge import Merge
from dl4py.vertices.scale import Scale


def test_contract():
    check_vertex({"type": "frozen_vertex", "underlying": {"type": "scale", "scale_factor": 2.0}}, [3], lambda x: 2 * x)


def test_masks_and_inputs_of_the_network_reach_the_vertex_inside():
    vertex = FrozenVertex(underlying=LastTimeStepVertex(mask_array_input_name="in"))
    mask = np.array([[1.0, 1.0], [1.0, 0.0]])
    x = generator().normal(size=(2, 3, 2))
    check_face(vertex, [Recurrent(3, 2)], [x], lambda x: x[[0, 1], :, [1, 0]], mask=mask)
    assert output_mask(vertex, [Recurrent(3, 2)], mask) is None


def test_the_vertex_inside_knows_its_inputs():
    images = [Convolutional(1, 2, 3, "NHWC")] * 2
    assert FrozenVertex(underlying=Merge()).given(images).underlying.merge_axis == 3


def test_json():
    inside = '{"@class":"org.deeplearning4j.nn.conf.graph.ScaleVertex","scaleFactor":2.0}'
    check_json(FrozenVertex(underlying=Scale(scale_factor=2.0)), "FrozenVertex", f'{{"underlying":{inside}}}')
