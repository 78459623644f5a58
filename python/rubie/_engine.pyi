from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any

import numpy as np

__version__: str

Entry = tuple[str, float | None, str | None]

class Model:
    def __init__(self, text: str, name: str = ...) -> None: ...
    @property
    def text(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def warnings(self) -> str: ...
    @property
    def states(self) -> list[Entry]: ...
    @property
    def parameters(self) -> list[Entry]: ...
    @property
    def observables(self) -> list[Entry]: ...

def write(path: str | PathLike[str], arrays: dict[str, Any], long: bool = ...) -> None: ...

class Drivers:
    def __init__(
        self,
        times: np.ndarray,
        names: Sequence[str],
        samples: Sequence[np.ndarray],
        runs: int | None = ...,
        order: int = ...,
        boundary: str | None = ...,
        outside: str = ...,
    ) -> None: ...
    def values(self, times: np.ndarray, run: int = ...) -> np.ndarray: ...

class Solver:
    def __init__(self, model: Model, given: dict[str, Any]) -> None: ...
    def solve(
        self,
        names: Sequence[str],
        columns: Sequence[np.ndarray],
        product: bool,
        progress: Callable[[int, int], object] | None = ...,
    ) -> dict[str, Any]: ...
    def solve_into(
        self,
        path: str | PathLike[str],
        names: Sequence[str],
        columns: Sequence[np.ndarray],
        product: bool,
        long: bool = ...,
        earlier: str = ...,
        progress: Callable[[int, int], object] | None = ...,
    ) -> dict[str, Any]: ...
    @property
    def backend(self) -> str | None: ...

def methods() -> list[tuple[str, list[str], int, bool]]: ...
def status_flags() -> list[tuple[int, str, str, str]]: ...
