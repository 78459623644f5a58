"""From values by name to the runs of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

#: How the values of different names are combined.
GRID_TYPES = ("combinatorial", "verbatim")


class Span(NamedTuple):
    """When: integration begins at `t0`, recording `settling_time` later, and it lasts for `duration`."""

    duration: float = 1.0
    settling_time: float = 0.0
    t0: float = 0.0

    def checked(self) -> Span:
        """The same as floats; times that make no sense raise ValueError."""
        span = Span(*map(float, self))
        if not 0.0 < span.duration < np.inf:
            raise ValueError(f"the duration must be positive and finite: {span.duration}")
        if not 0.0 <= span.settling_time < np.inf:
            raise ValueError(f"the settling time must be finite and not negative: {span.settling_time}")
        if not np.isfinite(span.t0):
            raise ValueError(f"t0 must be finite: {span.t0}")
        return span

    @property
    def until(self) -> float:
        """Where integration ends."""
        return self.t0 + self.settling_time + self.duration


@dataclass(frozen=True)
class Batch:
    """The runs of a solve: values of the names that vary, and when.

    With `product` the runs are all combinations of the columns' values, the last name fastest; else they are the rows.
    """

    names: list[str]
    columns: list[np.ndarray]
    product: bool
    span: Span

    def as_rows(self) -> Batch:
        """The same runs, where the product is formed."""
        if not self.product or not self.columns:
            return replace(self, product=False)
        return replace(self, columns=[axis.ravel() for axis in np.meshgrid(*self.columns, indexing="ij")], product=False)

    def part(self, first: int, last: int) -> Batch:
        """The rows from `first` up to, without, `last`."""
        return replace(self, columns=[column[first:last] for column in self.columns])

    @property
    def runs(self) -> int:
        """Number of rows; one where nothing varies."""
        return self.columns[0].size if self.columns else 1


def by_name(values: Any) -> Mapping[str, Any] | None:
    """Values by name from a dictionary or a table of pandas, Polars or Arrow; None for anything else."""
    if isinstance(values, Mapping):
        return values
    names = getattr(values, "column_names", getattr(values, "columns", None))
    return None if names is None else {name: values[name] for name in names}


def numbers(values: Any, of: str) -> np.ndarray:
    """An array of float64; what is none raises with the name that it was given for."""
    if isinstance(values, np.ma.MaskedArray) and values.mask.any():
        raise ValueError(f"the values of {of} have a mask: every run needs a number")
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "biufO":
            raise TypeError(f"they are {array.dtype}")
        return array.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise type(error)(f"the values of {of} are numbers or lists of numbers: {error}") from None


def columns(
    values: Any, names: list[str], what: str, *, rows: list[str] | None = None, derived: Iterable[str] = ()
) -> dict[str, np.ndarray]:
    """Values by name from a dictionary or a table, from one value for each name, or from an array of shape (name, run).

    An array has a row for each of `names`, or for each of `rows`. Names in `derived` follow from others where their row is NaN. Empty
    lists in a dictionary are defaults, as in CuBIE.
    """
    if values is None:
        return {}
    named = by_name(values)
    if named is not None:
        for name in named:
            if name not in names:
                raise KeyError(f"unknown {what} {name!r}; there are {', '.join(names)}")
        arrays = {name: np.atleast_1d(numbers(value, repr(name))) for name, value in named.items()}
        for name, array in arrays.items():
            if array.ndim != 1:
                raise ValueError(f"the values of {name!r} have {array.ndim} dimensions; they are numbers or a list of numbers")
        return {name: array for name, array in arrays.items() if array.size}
    array = numbers(values, f"{what}s")
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim == 2 and array.shape[1] == 0:
        raise ValueError(f"the array of {what}s has no runs: its shape is {array.shape}, (name, run)")
    if rows is not None and array.ndim == 2 and array.shape[0] == len(rows):
        return dict(zip(rows, array))
    if array.ndim != 2 or array.shape[0] != len(names):
        swept = "" if rows is None else f", or {len(rows)} for the swept ones"
        raise ValueError(f"an array of {what}s has the shape ({what}, run) with {len(names)} rows{swept}, not {array.shape}")
    return {name: row for name, row in zip(names, array) if not (name in derived and np.isnan(row).all())}


def batch(groups: list[dict[str, np.ndarray]], grid_type: str, span: Span) -> Batch:
    """The runs of values by name.

    With `combinatorial` every combination of different values, the first name slowest; with `verbatim` a run for each
    row, where single values hold for all rows.
    """
    if grid_type not in GRID_TYPES:
        raise ValueError(f"grid_type is one of {', '.join(GRID_TYPES)}, not {grid_type!r}")
    given = {name: values for group in groups for name, values in group.items()}
    if grid_type == "combinatorial":
        return Batch(list(given), [_different(values) for values in given.values()], True, span)
    lengths = {name: values.size for name, values in given.items() if values.size > 1}
    runs = max(lengths.values(), default=1)
    for name, length in lengths.items():
        if length != runs:
            raise ValueError(f"{name!r} has {length} values where others have {runs}: with grid_type='verbatim' all have as many, or one")
    return Batch(list(given), [np.broadcast_to(values, runs).copy() for values in given.values()], False, span)


def _different(values: np.ndarray) -> np.ndarray:
    """The values without those that were there before, in their order."""
    if (values[1:] > values[:-1]).all():
        return values
    return values[np.sort(np.unique(values, return_index=True)[1])]
