"""Several distributions, each for some columns of the data."""

from typing import Annotated, Any

from dl4py.errors import ShapeError
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
