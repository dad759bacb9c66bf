"""`make test-device`: a second device that calculates on the CPU, and is as strict as a GPU.

Its tensors refuse to meet tensors of the CPU, NumPy, and a generator of the CPU, as CUDA's do. PyTorch calls
such a device a private-use backend; here every operation goes to the CPU's kernel. What it cannot show is a
GPU's rounding: that is what `make test-gpu` is for, where there is a GPU.
"""

from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.utils import _pytree as tree
from torch.utils import backend_registration

NAME = "second"
OPS = torch.ops.aten
# May read the one device and write the other; indices, by PyTorch's rule, may lie on the CPU.
CROSSING = {"aten::_copy_from", "aten::_copy_from_and_resize", "aten::_to_copy", "aten::copy_"}
INDEXING = {"aten::index", "aten::index_put_", "aten::_index_put_impl_"}
_LAYOUT_ONLY = torch._C.DispatchKeySet(torch._C.DispatchKey.Meta)
_storages: dict[int, torch.UntypedStorage] = {}  # of a storage there: the memory that it stands for


def _is_here(value: Any) -> bool:
    return isinstance(value, Tensor) and value.device.type == "cpu"


def _is_away(value: Any) -> bool:
    return isinstance(value, Tensor) and value.device.type == NAME


def _laid_out(away: Tensor, *shape: Any) -> Tensor:
    view: Tensor = OPS.as_strided.default.redispatch(_LAYOUT_ONLY, away, *shape)
    return view


def fetched(away: Tensor) -> Tensor:
    """Return the tensor of the CPU that shares the memory of one on the second device."""
    memory = _storages[away.untyped_storage()._cdata]
    empty = torch.empty(0, dtype=away.dtype)
    return empty.set_(memory, away.storage_offset(), away.size(), away.stride())


def sent(here: Tensor, known: dict[int, Tensor]) -> Tensor:
    """Return a tensor there over the same memory: a view, where that memory is known already."""
    memory = here.untyped_storage()
    if memory._cdata not in known:
        size = (memory.nbytes() // here.element_size(),)
        known[memory._cdata] = torch._C._acc.create_empty_tensor(size, here.dtype)
        _storages[known[memory._cdata].untyped_storage()._cdata] = memory
    return _laid_out(known[memory._cdata], here.size(), here.stride(), here.storage_offset())


def _refuse(name: str, values: list[Any], stays: bool) -> None:
    """Raise what CUDA raises."""
    if any(isinstance(value, torch.Generator) for value in values) and stays:
        raise RuntimeError(f"Expected a '{NAME}' device type for generator but found 'cpu'")
    mixed = any(map(_is_away, values)) and any(_is_here(value) and value.dim() for value in values)
    if mixed and name not in CROSSING | INDEXING:
        both = f"{NAME}:0 and cpu! ({name})"
        raise RuntimeError(
            f"Expected all tensors to be on the same device, but found at least two devices, {both}"
        )


def _kernel(op: Any, name: str, args: Any, options: Any) -> Any:
    """Run the CPU's kernel; three operations have another name there."""
    if name == "aten::_copy_from":
        return args[1].copy_(args[0])
    if name == "aten::convolution_overrideable":
        return OPS.convolution.default(*args, **options)
    if name == "aten::convolution_backward_overrideable":
        return OPS.convolution_backward.default(*args[:3], [args[2].shape[0]], *args[3:], **options)
    return op(*args, **options)


def fallback(op: Any, *args: Any, **options: Any) -> Any:
    """Run any operation: fetch, calculate on the CPU, send."""
    name = op._schema.name
    values, form = tree.tree_flatten((args, options))
    target = options.get("device")
    stays = target is None or torch.device(target).type == NAME
    _refuse(name, values, stays)
    fetched_of = {id(value): fetched(value) for value in values if _is_away(value)}
    here = [torch.device("cpu") if isinstance(v, torch.device) else fetched_of.get(id(v), v) for v in values]
    result = _kernel(op, name, *tree.tree_unflatten(here, form))
    known = {fetched_of[id(v)].untyped_storage()._cdata: v for v in values if _is_away(v)}
    given = {id(fetched_of[id(v)]): v for v in values if _is_away(v)}

    def send(part: Any) -> Any:
        if not isinstance(part, Tensor) or not stays:
            return part
        if id(part) not in given:
            return sent(part, known)
        own = given[id(part)]  # written in place
        if own.size() != part.size() or own.stride() != part.stride():
            own.data = sent(part, {})  # and made larger
        return own

    return tree.tree_map(send, result)


def deepcopied(away: Tensor, memo: dict[int, Any], general: Any = Tensor.__deepcopy__) -> Tensor:
    """Copy as ``copy.deepcopy`` does, which would copy the memory here: there is none."""
    if away.device.type != NAME:
        return general(away, memo)  # type: ignore[no-any-return]
    copied = away.detach().clone().requires_grad_(away.requires_grad)
    memo[id(away)] = copied
    return copied


def reduced(away: Tensor, protocol: int, general: Any = Tensor.__reduce_ex__) -> Any:
    """Save as ``torch.save`` does where it cannot read a device's memory: as a tensor of the CPU."""
    if away.device.type != NAME:
        return general(away, protocol)
    parts = away.detach().cpu(), away.dtype, str(away.device), away.requires_grad
    return torch._utils._rebuild_device_tensor_from_cpu_tensor, parts


OTHERWISE = {  # operations whose general kernel is no use to a new device
    *("convolution_overrideable", "convolution_backward_overrideable", "mse_loss", "smooth_l1_loss"),
    "remainder.Scalar",
}
# Of the lessons, what autocast calculates in its type, and what in 32 bits; all else in what it is given.
FEWER_BITS = {"linear", "matmul", "mm", "addmm", "bmm", "scaled_dot_product_attention"}
FLOAT32 = {"cross_entropy_loss", "mse_loss"}
_libraries: list[torch.library.Library] = []  # what they register ends with their last reference


def autocast(name: str, *args: Any, **options: Any) -> Any:
    """Run an operation under autocast."""
    to = torch.float32 if name in FLOAT32 else torch.get_autocast_dtype(NAME)
    args, options = tree.tree_map_only(
        Tensor,
        lambda v: v.to(to) if v.is_floating_point() and v.dtype != torch.float64 else v,
        (args, options),
    )
    with torch.autocast(NAME, enabled=False):
        return getattr(OPS, name).default(*args, **options)


def lstm(*args: Any) -> Any:
    """Run an LSTM here, and its gradient too: there it would be one operation that the CPU does not have."""
    results = OPS.lstm.input(*tree.tree_map_only(Tensor, Tensor.cpu, args))
    return tree.tree_map_only(Tensor, lambda value: value.to(NAME), results)


def device() -> torch.device:
    """Make the device known to PyTorch, once; return it."""
    if not _libraries:
        backend_registration._setup_privateuseone_for_python_backend(NAME)
        every, some = torch.library.Library("_", "IMPL"), torch.library.Library("aten", "IMPL")
        every.fallback(fallback, "PrivateUse1")
        every.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")
        for name in FEWER_BITS | FLOAT32:
            some.impl(name, partial(autocast, name), "AutocastPrivateUse1")
        some.impl("lstm.input", lstm, "AutogradPrivateUse1")
        some.impl("as_strided", _laid_out, "PrivateUse1")
        for name in OTHERWISE:
            operation, _, overload = name.partition(".")
            own = getattr(getattr(OPS, operation), overload or "default")
            some.impl(name, partial(fallback, own), "PrivateUse1")
        _libraries.extend((every, some))
        Tensor.__deepcopy__ = deepcopied  # type: ignore[method-assign]
        Tensor.__reduce_ex__ = reduced  # type: ignore[method-assign]
        # Recomputation (torch.utils.checkpoint) asks the accelerator for its 16-bit types.
        torch.get_device_module(NAME).get_amp_supported_dtype = lambda: [torch.float16, torch.bfloat16]
    return torch.device(NAME, 0)


def main() -> None:
    """Start a kernel in which the course's device is this one."""
    from ipykernel.kernelapp import IPKernelApp

    from lessons_pkg import runtime

    runtime.device = device
    IPKernelApp.launch_instance()


if __name__ == "__main__":
    main()
