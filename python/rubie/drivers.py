"""Drivers: parameters that follow samples over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rubie import _engine
from rubie.grid import by_name, numbers


class DriverSamples:
    """Samples of drivers, all at the same times.

    Parameters
    ----------
    samples : dict or table
        For each driver an array of shape (time,), or (time, run) where each run has samples of its own.
    time : array, optional
        When samples were taken, increasing; they need not be even.
    driver_sample_period, t0 : float, optional
        Instead of `time`: the interval between samples, and the time of the first.

    Raises
    ------
    ValueError
        Neither or both of `time` and `driver_sample_period`, arrays of different lengths, times that do not increase.

    Examples
    --------
    >>> pump = DriverSamples({"u": [0.0, 2.0, 0.0]}, time=[0.0, 1.0, 4.0])
    >>> pump.get_interpolated([0.5, 2.5], order=1).ravel().tolist()
    [1.0, 1.0]
    """

    def __init__(
        self,
        samples: Any,
        time: Any = None,
        driver_sample_period: float | None = None,
        t0: float | None = None,
    ):
        named = by_name(samples)
        if not named:
            raise ValueError("no driver is given: name at least one, with its samples")
        self.samples = {name: np.array(numbers(values, f"the driver {name!r}")) for name, values in named.items()}
        if time is not None and (driver_sample_period is not None or t0 is not None):
            raise ValueError("give the times of samples, or their period and the first time, not both")
        if time is None and driver_sample_period is None:
            raise ValueError("the times of samples are needed: `time`, or `driver_sample_period`")
        if time is None:
            time = (t0 or 0.0) + float(driver_sample_period or 0.0) * np.arange(len(np.atleast_1d(next(iter(self.samples.values())))))
        self.time = np.array(numbers(time, "the times of samples"))
        for name, array in self.samples.items():
            if array.ndim not in (1, 2) or len(array) != len(self.time):
                raise ValueError(f"driver {name!r} has an array of shape {array.shape} for {len(self.time)} times: give (time,) or (time, run)")
        columns = {1 if array.ndim == 1 else array.shape[1] for array in self.samples.values()}
        if len(columns - {1}) > 1:
            raise ValueError(f"drivers have samples for different numbers of runs: {', '.join(map(str, sorted(columns)))}")
        #: Number of runs, where each has samples of its own.
        self.runs: int | None = max(columns) if any(array.ndim == 2 for array in self.samples.values()) else None
        for array in (self.time, *self.samples.values()):
            array.setflags(write=False)
        self._fitted: dict[tuple[Any, ...], _engine.Drivers] = {}
        # Mistakes in the times are told now.
        self.engine(order=0, outside="hold")

    names = property(lambda self: list(self.samples), doc="Names of the drivers.")

    def engine(
        self, order: int = 3, wrap: bool = True, boundary_condition: str | None = None, outside: str | None = None
    ) -> _engine.Drivers:
        """The samples, fitted; the arguments are options of :class:`rubie.Solver`."""
        if outside is None:
            clamped = boundary_condition in (None, "clamped")
            outside = "wrap" if wrap else "ramp" if clamped else "zero"
        fit = (order, boundary_condition, outside)
        if fit in self._fitted:
            return self._fitted[fit]
        shape = None if self.runs is None else (len(self.time), self.runs)
        columns = [
            array if shape is None else np.broadcast_to(array.reshape(len(self.time), -1), shape).T.ravel()
            for array in self.samples.values()
        ]
        columns = [np.ascontiguousarray(column) for column in columns]
        self._fitted[fit] = _engine.Drivers(self.time, self.names, columns, self.runs, order, boundary_condition, outside)
        return self._fitted[fit]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_fitted": {}}

    def of_runs(self, first: int, last: int) -> DriverSamples:
        """The samples of runs from `first` up to, without, `last`."""
        if self.runs is None:
            return self
        shape = (len(self.time), self.runs)
        wide = {name: np.broadcast_to(array.reshape(len(self.time), -1), shape) for name, array in self.samples.items()}
        return DriverSamples({name: array[:, first:last] for name, array in wide.items()}, time=self.time)

    def get_interpolated(self, times: Any, run: int = 0, **options: Any) -> np.ndarray:
        """Values at times, of shape (time, driver); `options` are those of :meth:`engine`."""
        return self.engine(**options).values(np.asarray(times, dtype=float), run)

    def plot_interpolated(self, times: Any, run: int = 0, axes: Any = None, **options: Any) -> Any:
        """Draws samples and what joins them; needs Matplotlib."""
        from rubie.result import needs

        axes = needs("matplotlib.pyplot", "plot_interpolated").gca() if axes is None else axes
        values = self.get_interpolated(times, run, **options)
        for name, column in zip(self.names, values.T):
            (line,) = axes.plot(times, column, label=name)
            samples = self.samples[name]
            axes.plot(self.time, samples if samples.ndim == 1 else samples[:, run % samples.shape[1]], "o", color=line.get_color())
        axes.set_xlabel("time")
        axes.legend(frameon=False)
        return axes

    def __repr__(self) -> str:
        runs = "" if self.runs is None else f" of {self.runs} runs"
        return f"<DriverSamples {', '.join(self.names)}: {len(self.time)} times{runs}>"


def driver_samples(given: Any) -> DriverSamples:
    """Samples as they may be given: as they are, or a dictionary with the times under `time`."""
    if isinstance(given, DriverSamples):
        return given
    if not isinstance(given, Mapping):
        raise TypeError(f"drivers are DriverSamples, or a dictionary of arrays with `time`: {given!r}")
    samples = dict(given)
    if "time" not in samples:
        raise KeyError("drivers need the times of their samples: DriverSamples(samples, time=...), or the key 'time'")
    return DriverSamples(samples, time=samples.pop("time"))
