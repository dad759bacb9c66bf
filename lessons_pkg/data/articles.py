"""The numbers that the articles themselves use or print."""

import torch
from torch import Tensor

from lessons_pkg.guards import FLOATING_DTYPE, guarded


@guarded(FLOATING_DTYPE)
def line_points(
    *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
) -> tuple[Tensor, Tensor]:
    """Three points on the line y = 2x: columns ``x`` and ``y``, each ``(3, 1)``.

    Chapter 1; article 000.

    Args:
        dtype: of the numbers, floating-point.
        device: where they lie.

    Returns:
        ``x`` and ``y``, each ``(3, 1)``.

    Raises:
        TypeError: ``dtype`` is not floating-point.

    Example:
        >>> from lessons_pkg.data import line_points
        >>> x, y = line_points()
        >>> y.flatten()
        tensor([2., 4., 6.])
    """
    x = torch.tensor([[1.0], [2.0], [3.0]], dtype=dtype, device=device)
    return x, 2 * x


@guarded(FLOATING_DTYPE)
def printed_network(
    *, dtype: torch.dtype = torch.float64, device: torch.device | str = "cpu"
) -> dict[str, Tensor]:
    """Every number that article 004 prints of its network, by name, as printed: four or five digits.

    ``layer1.w`` ``(2, 3)``, ``layer1.b`` ``(3,)``, ``layer2.w`` ``(3, 2)``, ``layer2.b`` ``(2,)``: inputs by
    outputs, unlike ``nn.Linear``. ``x`` ``(4, 2)``; ``label`` ``(4,)``, int64. Its results: ``output``,
    ``softmax`` and ``log`` ``(4, 2)``, ``picked`` ``(4,)``, ``loss`` ``()``. Chapter 4; article 004.

    Args:
        dtype: of the numbers, floating-point.
        device: where they lie.

    Returns:
        Tensors by name.

    Raises:
        TypeError: ``dtype`` is not floating-point.

    Example:
        >>> from lessons_pkg.data import printed_network
        >>> printed_network()["loss"].item()
        0.7034
    """
    label = torch.tensor([0, 1, 1, 0], device=device)
    numbers = {name: torch.tensor(values, dtype=dtype, device=device) for name, values in _PRINTED.items()}
    return {**numbers, "label": label}


_PRINTED = {
    "layer1.w": [[-1.0572, 0.49161, 1.7658], [0.47404, 0.00056086, 0.032858]],
    "layer1.b": [1.4106, -0.2539, 0.1568],
    "layer2.w": [[-0.9253, -0.3660], [1.3147, 1.3661], [0.5274, -0.3836]],
    "layer2.b": [0.0343, -0.4531],
    "x": [[-1.1252, 1.3828], [0.1377, 0.3665], [0.5247, 0.4930], [1.5374, 0.1016]],
    "output": [[0.4073, 0.3920], [0.5498, 0.4110], [0.5978, 0.4182], [0.7167, 0.4668]],
    "softmax": [[0.5038, 0.4962], [0.5347, 0.4653], [0.5448, 0.4552], [0.5622, 0.4378]],
    "log": [[-0.6855, -0.7008], [-0.6261, -0.7650], [-0.6074, -0.7870], [-0.5760, -0.8259]],
    "picked": [-0.6855, -0.7650, -0.7870, -0.5760],
    "loss": 0.7034,
}
