"""YOLO version 2: boxes of objects, out of a grid of predictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from typing import Annotated, Any, ClassVar, Self

import numpy as np

from dl4py import kernels as k
from dl4py.activations.base import ACTIVATIONS
from dl4py.errors import ShapeError
from dl4py.kernels import elementary as el
from dl4py.kernels.jit import helper, kernel
from dl4py.layers.base import Layer, ScoredPart, layer, scored
from dl4py.layers.columns import as_rows
from dl4py.layers.images import ImageFormat, checked, formatted, place_mask
from dl4py.losses import Loss
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.preprocessors import Preprocessor
from dl4py.preprocessors.automatic import before_images
from dl4py.shapes import Convolutional, Shape, said
from dl4py.spec import AsTuple, Positive, key

exp, sigmoid = el.exp, el.sigmoid
Box = Annotated[tuple[Positive, Positive], AsTuple]


@layer("yolo2_output", java="org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer")
class Yolo2Output(Layer, ScoredPart):
    """``x, y = sigmoid(t0), sigmoid(t1)``, ``w, h = prior exp(t2), prior exp(t3)``, ``confidence = sigmoid(t4)``, and a
    softmax over the classes, for each of `bounding_boxes` in each cell of a grid.

    ``score = lambda_coord (|xy - xy*|^2 + |sqrt wh - sqrt wh*|^2) + (confidence - IOU)^2 + |classes - classes*|^2``
    summed over cells with an object, for the box that overlaps it most, ``+ lambda_no_obj confidence^2`` of all other
    boxes.

    Input and output ``[batch, boxes (5 + classes), height, width]``, labels ``[batch, 4 + classes, height, width]``:
    left, top, right, bottom in units of cells, and the class, 0 everywhere where a cell has no object's centre.
    Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2016, https://arxiv.org/abs/1612.08242.
    """

    summary_name: ClassVar[str] = "Yolo2OutputLayer"
    json_constants: ClassVar[dict[str, Any]] = {
        "gradientNormalization": "None",
        "gradientNormalizationThreshold": 1.0,
    }

    bounding_boxes: Annotated[tuple[Box, ...], AsTuple] = key("Width and height of each prior, in cells.", min_length=1)
    lambda_coord: Positive = key("Weight of the place and size of boxes.", default=5.0)
    lambda_no_obj: Positive = key("Weight of confidence where no object is.", default=0.5)
    loss_position_scale: Loss = key("Penalty on places and on roots of sizes.", default="l2")
    loss_class_predictions: Loss = key("Penalty on classes, behind a softmax.", default="l2")
    format: ImageFormat = key("Order of the axes, the input's.", default="nchw", spelling="upper")

    @classmethod
    def from_dl4j(cls, values: dict[str, Any]) -> dict[str, Any]:
        flat = values["bounding_boxes"]
        return {**values, "bounding_boxes": tuple(zip(flat[::2], flat[1::2], strict=True))}

    def json_more(self) -> dict[str, Any]:
        flat = [side for box in self.bounding_boxes for side in box]
        return {"boundingBoxes": {"dataType": "FLOAT", "shape": [len(self.bounding_boxes), 2], "data": flat}}

    def given(self, shape: Shape) -> Self:
        found = checked(self, shape, Convolutional)
        assert isinstance(found, Convolutional)
        boxes = len(self.bounding_boxes)
        if found.channels % boxes or found.channels // boxes < 6:
            raise ShapeError(
                f"layer `{self.name}` ({self.type}) takes {boxes} x (5 + classes) channels, its input is {said(shape)}",
                at=self.mark("bounding_boxes"),
                note=f"{found.channels} / {boxes} - 5 = {found.channels / boxes - 5:.2f} classes",
                hint=f"let the layer before have {boxes} x (5 + classes) channels, for example "
                f"{boxes} x (5 + 1) = {boxes * 6}",
            )
        return self.but(**formatted(self, found, "format"))

    def wanted(self, given: Shape) -> Preprocessor | None:
        return before_images(given)

    def output_shape(self, given: Shape) -> Shape:
        return given

    def labels_shape(self, output: Shape) -> Shape:
        assert isinstance(output, Convolutional)
        return replace(output, channels=output.channels // len(self.bounding_boxes) - 1)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        y = e.like(x, "y")
        priors = e.constant(np.array(self.bounding_boxes))
        e(predict, self._boxes(x), priors, self._boxes(y))

        def backward(dy: Array) -> Array | None:
            e(predict_backward, self._boxes(y), self._boxes(dy))
            return dy

        return y, backward

    def emit_scored(
        self, e: Emitter, x: Array, p: Params, labels: Array, mask: Array | None
    ) -> tuple[Array, Callable[[Array | None], Array | None]]:
        y, y_backward = self.emit(e, x, p)
        dx = self._score(e, x, y, labels, self._cover(e, x, mask))

        def backward(dy: Array | None) -> Array | None:
            if dy is not None:
                also = y_backward(dy)
                assert also is not None
                e(k.rows.add, dx.flat, also.flat)
            return dx

        return y, backward

    def _boxes(self, x: Array) -> Array:
        """`[cells, boxes, 5 + classes]`."""
        cells, boxes = x.size // x.shape[-1], len(self.bounding_boxes)
        return x.reshape(cells, boxes, x.shape[-1] // boxes)

    def _cover(self, e: Emitter, x: Array, mask: Array | None) -> Array:
        """Which cells count, `[cells, 1]`."""
        if mask is None:
            found = None if e.mask is None or e.quirk(17) else place_mask(e, x)
            return found or e.constant(np.ones((x.size // x.shape[-1], 1)))
        if mask.shape[-1] > 1:
            raise ShapeError(
                f"layer `{self.name}` ({self.type}) looks at whole cells, so its label mask has one channel, found "
                f"{mask.shape[-1]}",
                at=self.mark(),
            )
        return as_rows(mask)

    def _score(self, e: Emitter, x: Array, y: Array, labels: Array, cover: Array) -> Array:
        """Adds the score and returns the gradient of the input."""
        t, boxes, cells = self._boxes(x), self._boxes(y), as_rows(labels)
        n, b, width = boxes.shape
        near, wanted = e.array(n, b, 4, name="near"), e.array(n, b, 4, name="wanted")
        facts = e.array(n, b, 6, name="facts")
        e(match, boxes, cells, cover, near, wanted, facts, labels.shape[1], labels.shape[2])
        responsible = facts.reshape(n * b, 6).part(0, 1, 1)

        coordinates = e.array(1, precision="float64", name="score")
        e(k.rows.fill, coordinates, 0.0)
        steps = []
        for start in (0, 2):  # places, then roots of sizes
            ours, theirs = (a.reshape(n * b, 4).part(start, start + 2, 1) for a in (near, wanted))
            steps.append(self.loss_position_scale.emit(e, ours, theirs, responsible, coordinates))
        e(add_scaled, coordinates, e.score, self.lambda_coord)

        z, classes = e.array(n, b, width - 5, name="z"), e.array(n, b, width - 5, name="classes")
        e(k.move.copy_any, t.part(5, width, 2), z)
        e(k.move.copy_any, cells.part(4, width - 1, 1).reshape(n, 1, width - 5), classes)
        z, classes = z.reshape(n * b, width - 5), classes.reshape(n * b, width - 5)
        _, to_z = scored(e, z, ACTIVATIONS.make("softmax"), self.loss_class_predictions, classes, responsible)
        dz = to_z(None)

        dx, scores = e.like(x, "dx"), e.array(n, b, name="scores")
        dplace, droot = (step.reshape(n, b, 2) for step in steps)
        weights = self.lambda_coord, self.lambda_no_obj
        dclasses = dz.reshape(n, b, width - 5)
        e(collect, boxes, facts, cover, dplace, droot, dclasses, self._boxes(dx), scores, *weights)
        e(k.rows.total, scores.flat, e.score)
        return dx


@kernel("r b k, b two -> r b k", split=True)
def predict(t, priors, y):
    """Sigmoid of place and confidence, prior times exp of size, softmax of classes."""
    for r in range(t.shape[0]):
        for b in range(t.shape[1]):
            for i in range(2):
                y[r, b, i] = sigmoid(t[r, b, i])
                y[r, b, 2 + i] = priors[b, i] * exp(t[r, b, 2 + i])
            y[r, b, 4] = sigmoid(t[r, b, 4])
            top = t[r, b, 5]
            for c in range(5, t.shape[2]):
                top = max(top, t[r, b, c])
            total = 0.0
            for c in range(5, t.shape[2]):
                y[r, b, c] = exp(t[r, b, c] - top)
                total += y[r, b, c]
            for c in range(5, t.shape[2]):
                y[r, b, c] /= total


@kernel("r b k, r b k*", split=True)
def predict_backward(y, dy):
    """Turns the gradient of predictions into that of the input."""
    for r in range(y.shape[0]):
        for b in range(y.shape[1]):
            for i in (0, 1, 4):
                dy[r, b, i] *= y[r, b, i] * (1.0 - y[r, b, i])
            for i in (2, 3):
                dy[r, b, i] *= y[r, b, i]
            dot = 0.0
            for c in range(5, y.shape[2]):
                dot += dy[r, b, c] * y[r, b, c]
            for c in range(5, y.shape[2]):
                dy[r, b, c] = y[r, b, c] * (dy[r, b, c] - dot)


@helper
def overlap(middle, size, low, high):
    """Length that a span has in common with another, and its slopes in middle and size."""
    left, right = middle - 0.5 * size, middle + 0.5 * size
    common = min(right, high) - max(left, low)
    if common <= 0.0:
        return common * 0.0, common * 0.0, common * 0.0
    at_high = common * 0.0 + (1.0 if right < high else 0.0)
    at_low = common * 0.0 + (1.0 if left > low else 0.0)
    return common, at_high - at_low, 0.5 * (at_high + at_low)


@kernel("r b k, r l, r one -> r b four, r b four, r b six")
def match(y, labels, cover, near, wanted, facts, height: int, width: int):
    """Places and roots of sizes, as they are and as they should be, and the facts of each box.

    The facts: how much the box is responsible (the cover of the cell, or 0), its IOU with the true box of the cell,
    and the slopes of the IOU in x, y, w, h.
    """
    for r in range(y.shape[0]):
        column, row = r % width, (r // width) % height
        present = False
        for c in range(4, labels.shape[1]):
            present = present or (labels[r, c] != 0.0 and cover[r, 0] != 0.0)
        true_w, true_h = labels[r, 2] - labels[r, 0], labels[r, 3] - labels[r, 1]
        middle_x, middle_y = 0.5 * (labels[r, 0] + labels[r, 2]), 0.5 * (labels[r, 1] + labels[r, 3])
        best = 0
        for b in range(y.shape[1]):
            w, h = y[r, b, 2], y[r, b, 3]
            near[r, b, 0], near[r, b, 1] = y[r, b, 0], y[r, b, 1]
            near[r, b, 2], near[r, b, 3] = sqrt(w), sqrt(h)
            for i in range(6):
                facts[r, b, i] = 0.0
            for i in range(4):
                wanted[r, b, i] = 0.0
            if not present:
                continue
            wanted[r, b, 0], wanted[r, b, 1] = middle_x - np.floor(middle_x), middle_y - np.floor(middle_y)
            wanted[r, b, 2], wanted[r, b, 3] = sqrt(true_w), sqrt(true_h)
            lx, dlx, dlw = overlap(y[r, b, 0] + column, w, labels[r, 0], labels[r, 2])
            ly, dly, dlh = overlap(y[r, b, 1] + row, h, labels[r, 1], labels[r, 3])
            common = lx * ly
            union = w * h + true_w * true_h - common
            both = w * h + true_w * true_h
            facts[r, b, 1] = common / union
            facts[r, b, 2] = dlx * ly * both / (union * union)
            facts[r, b, 3] = dly * lx * both / (union * union)
            facts[r, b, 4] = (dlw * ly * both - common * h) / (union * union)
            facts[r, b, 5] = (dlh * lx * both - common * w) / (union * union)
            if facts[r, b, 1] > facts[r, best, 1]:
                best = b
        if present:
            facts[r, best, 0] = cover[r, 0]


@kernel("r b k, r b six, r one, r b two, r b two, r b n -> r b k, r b", split=True)
def collect(y, facts, cover, dplace, droot, dclasses, dx, scores, coordinates: float, nothing: float):
    """The gradient of the input out of that of its parts, and the score of the confidence.

    The IOU depends on place and size, so the error of the confidence reaches them too.
    """
    for r in range(y.shape[0]):
        for b in range(y.shape[1]):
            mine = facts[r, b, 0]
            other = cover[r, 0] - mine
            confidence = y[r, b, 4]
            wrong = confidence - facts[r, b, 1]
            scores[r, b] = mine * wrong * wrong + nothing * other * confidence * confidence
            for i in range(2):
                place, size = y[r, b, i], y[r, b, 2 + i]
                slope = coordinates * dplace[r, b, i] - 2.0 * mine * wrong * facts[r, b, 2 + i]
                dx[r, b, i] = slope * place * (1.0 - place)
                slope = coordinates * droot[r, b, i] * 0.5 / sqrt(size) - 2.0 * mine * wrong * facts[r, b, 4 + i]
                dx[r, b, 2 + i] = slope * size
            slope = 2.0 * (mine * wrong + nothing * other * confidence)
            dx[r, b, 4] = slope * confidence * (1.0 - confidence)
            for c in range(dclasses.shape[2]):
                dx[r, b, 5 + c] = dclasses[r, b, c]


@kernel("one, one*")
def add_scaled(part, score, factor: float):
    """``score += factor part``."""
    score[0] += factor * part[0]
