from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, final

import numpy as np
import numpy.typing as npt

__all__ = ["DeviceArray", "Drivers", "Model", "Solver", "__version__", "methods", "metrics", "status_flags", "write"]

__version__: str

_Entry = tuple[str, float | None, str | None]
_Numbers = npt.NDArray[np.float64]

@final
class Model:
    def __new__(cls, text: str, name: str = "model") -> Model: ...
    @property
    def text(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def warnings(self) -> str: ...
    @property
    def states(self) -> list[_Entry]: ...
    @property
    def parameters(self) -> list[_Entry]: ...
    @property
    def observables(self) -> list[_Entry]: ...

def write(path: str | PathLike[str], arrays: dict[str, Any], long: bool = False, status: bool = False) -> None: ...

@final
class Drivers:
    def __new__(
        cls,
        times: _Numbers,
        names: Sequence[str],
        samples: Sequence[_Numbers],
        runs: int | None = None,
        order: int = 3,
        boundary: str | None = None,
        outside: str = "wrap",
    ) -> Drivers: ...
    def values(self, /, times: _Numbers, run: int = 0) -> _Numbers: ...

@final
class DeviceArray:
    @property
    def shape(self) -> tuple[int, int, int]: ...
    @property
    def strides(self) -> tuple[int, int, int]: ...
    @property
    def ndim(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def nbytes(self) -> int: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    @property
    def device(self) -> str: ...
    @property
    def __cuda_array_interface__(self) -> dict[str, Any]: ...
    def to_numpy(self) -> npt.NDArray[Any]: ...
    def __dlpack__(
        self,
        *,
        stream: object | None = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any: ...
    def __dlpack_device__(self) -> tuple[int, int]: ...
    def __len__(self) -> int: ...

@final
class Solver:
    def __new__(cls, model: Model, given: dict[str, Any]) -> Solver: ...
    def solve(
        self,
        /,
        names: Sequence[str],
        columns: Sequence[_Numbers],
        product: bool,
        progress: Callable[[int, int], object] | None = None,
    ) -> dict[str, Any]: ...
    def solve_on_device(
        self,
        /,
        names: Sequence[str],
        columns: Sequence[_Numbers],
        product: bool,
        progress: Callable[[int, int], object] | None = None,
    ) -> dict[str, Any]: ...
    def solve_into(
        self,
        /,
        path: str | PathLike[str],
        names: Sequence[str],
        columns: Sequence[_Numbers],
        product: bool,
        long: bool = False,
        earlier: str = "refuse",
        progress: Callable[[int, int], object] | None = None,
    ) -> dict[str, Any]: ...
    def prepare(self, /, names: Sequence[str]) -> None: ...
    def choose(self, /, names: Sequence[str], columns: Sequence[_Numbers], product: bool) -> tuple[str, str]: ...
    @property
    def backend(self) -> str | None: ...

def methods() -> list[tuple[str, list[str], int, bool]]: ...
def metrics() -> list[tuple[str, str]]: ...
def status_flags() -> list[tuple[int, str, str, str]]: ...
