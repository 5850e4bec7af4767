"""Several distributions, each for some columns of the data."""

from typing import Annotated, Any

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.reconstructions.base import Reconstruction, reconstruction
from dl4py.spec import AsTuple, Sizes, key


@reconstruction("composite", java="org.deeplearning4j.nn.conf.layers.variational.CompositeReconstructionDistribution")
class Composite(Reconstruction):
    """``-log p(x | z) = sum of -log p_i(x_i | z)`` over neighbouring parts ``x_i`` of the columns."""

    distribution_sizes: Sizes = key("Columns of each part.", min_length=1)
    reconstruction_distributions: Annotated[tuple[Reconstruction, ...], AsTuple] = key(
        "The distribution of each part.", min_length=1
    )

    def json_beside(self) -> dict[str, Any]:
        return {"totalSize": sum(self.distribution_sizes)}

    def width(self, size: int) -> int:
        sizes, parts = self.distribution_sizes, self.reconstruction_distributions
        if len(sizes) != len(parts):
            raise ShapeError(
                f"`composite` has {len(parts)} distributions for {len(sizes)} sizes",
                at=self.mark("distribution_sizes"),
                hint="give each distribution its size",
            )
        if sum(sizes) != size:
            raise ShapeError(
                f"`composite` is for {sum(sizes)} columns, the data has {size}",
                at=self.mark("distribution_sizes"),
                note=f"{' + '.join(map(str, sizes))} = {sum(sizes)}",
                hint="let the sizes add up to the width of the data",
            )
        return sum(part.width(n) for part, n in zip(parts, sizes, strict=True))

    def emit(self, e: Emitter, z: Array, x: Array) -> Array:
        dz = e.like(z, "dz")
        seen = given = 0
        for part, size in zip(self.reconstruction_distributions, self.distribution_sizes, strict=True):
            width = part.width(size)
            own_z, own_x = e.array(z.rows, width, name="z"), e.array(x.rows, size, name="x")
            e(k.move.copy, z.part(given, given + width, axis=1), own_z)
            e(k.move.copy, x.part(seen, seen + size, axis=1), own_x)
            e(k.move.copy, part.emit(e, own_z, own_x), dz.part(given, given + width, axis=1))
            seen, given = seen + size, given + width
        return dz
