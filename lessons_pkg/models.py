"""The articles' networks."""

from torch import Tensor, nn


class LinearRegression(nn.Module):
    r"""A line: :math:`\hat y = x w^\top + b`.

    ``(N, in_features)`` to ``(N, out_features)``. A named wrapper around ``torch.nn.Linear``, whose default
    initialisation draws every parameter from :math:`U(-1/\sqrt{d}, 1/\sqrt{d})`, ``d = in_features``.
    Chapter 1; article 000. Raises ValueError if a size is below 1.
    """

    def __init__(self, in_features: int = 1, out_features: int = 1) -> None:
        super().__init__()
        if in_features < 1 or out_features < 1:
            raise ValueError(f"LinearRegression: sizes must be >= 1, got {in_features} and {out_features}")
        self.linear = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        """Predict one row of outputs per row of ``x``; raise ValueError for another width or a flat ``x``."""
        if x.ndim != 2 or x.shape[1] != self.linear.in_features:
            wanted = f"(N, {self.linear.in_features})"
            raise ValueError(f"LinearRegression: x must be {wanted}, got {tuple(x.shape)}")
        prediction: Tensor = self.linear(x)
        return prediction
