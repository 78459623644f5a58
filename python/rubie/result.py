"""`SolveResult`: the arrays of a batch, with their names."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from rubie import _engine, status
from rubie.recording import COUNTERS, SolveSpec
from rubie.system import OdeSystem


#: What is counted, in the order of the engine.
COUNTED = ("accepted_steps", "rejected_steps", "newton_iterations", "linear_solves")


class SolveResult:
    """What became of a batch.

    Attributes
    ----------
    time : numpy.ndarray
        Times of the samples, the same for all runs.
    time_domain_array : numpy.ndarray
        Samples, of shape (time, variable, run).
    summaries_array : numpy.ndarray
        Summaries, of shape (window, column, run): all metrics of the first variable, then those of the second.
    windows : list of tuple
        Start and end of each window.
    variables, summary_names : list of str
        What the second axes hold.
    sweep : dict
        Values of what was swept, by name, one for each run.
    status_codes : numpy.ndarray
        A status word for each run; 0 is success. `status_messages` has the reasons.
    event_times, event_numbers : numpy.ndarray
        When events happened, and which, of shape (slot, run), where `record_events` says how many slots there are; NaN in slots that are
        left. `event_names` has what the numbers mean.
    fixed_parameter_values : dict
        Values of the parameters that did not vary.
    solve_settings : SolveSpec
        Method, tolerances, times, and what was recorded.
    report : dict
        Times, steps, failures by reason.

    Notes
    -----
    `result["x"]` is the array of a variable, of a summary or of a swept name. Results can be pickled, and used in a `with` statement as
    CuBIE's can; there is nothing to close.
    """

    def __init__(
        self,
        system: OdeSystem,
        arrays: dict[str, Any],
        solve_settings: SolveSpec,
        fixed_parameter_values: dict[str, float],
        nan_error_trajectories: bool = False,
    ):
        self.system = system
        self.solve_settings = solve_settings
        self.fixed_parameter_values = fixed_parameter_values
        self._arrays = arrays
        self.time: np.ndarray = arrays["times"]
        samples: np.ndarray = arrays["samples"]
        # Counters are the last columns; nothing else may have been asked for.
        counted = COUNTERS in solve_settings.output_types
        self._counts = samples[:, -len(COUNTED) :, :] if counted else None
        self.time_domain_array = samples[:, : len(solve_settings.saved_variables), :] if counted else samples
        self.event_times: np.ndarray = arrays["events"][:, 0, :]
        self.event_numbers: np.ndarray = arrays["events"][:, 1, :]
        self.event_names: list[str] = arrays["event_names"]
        self.summaries_array: np.ndarray = arrays["summaries"]
        self.status_codes: np.ndarray = arrays["status"].view(np.int32)
        self.windows: list[tuple[float, float]] = arrays["windows"]
        self.report: dict[str, Any] = arrays["report"]
        self._variables, self._columns, self._swept = arrays["variables"][: self.time_domain_array.shape[1]], arrays["summary_names"], arrays["swept_names"]
        self.variables = [name for name, _ in self._variables]
        self.summary_names = [name for name, _ in self._columns]
        self.sweep: dict[str, np.ndarray] = {name: row for (name, _), row in zip(self._swept, arrays["swept"])}
        self._tell_failures(nan_error_trajectories)

    def _tell_failures(self, nan_error_trajectories: bool) -> None:
        failed = (self.status_codes & ~np.int32(status.STOPPED)) != 0
        if not failed.any():
            return
        if nan_error_trajectories:
            self.time_domain_array[..., failed] = np.nan
            self.summaries_array[..., failed] = np.nan
        counts = Counter(name for word in self.status_codes[failed] for name in status.names(int(word)))
        reasons = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
        kept = "are NaN" if nan_error_trajectories else "are NaN from the failure on"
        first = status.explain(int(self.status_codes[failed][0]))
        settings = self.solve_settings
        used = f"method {settings.algorithm}, rtol {settings.rtol}, atol {settings.atol}"
        warnings.warn(f"{failed.sum()} of {self.num_runs} runs failed and {kept}: {reasons}\n{first}\n({used})", stacklevel=5)

    @property
    def num_runs(self) -> int:
        """Number of runs."""
        return len(self.status_codes)

    def __len__(self) -> int:
        return self.num_runs

    def __getitem__(self, name: str) -> np.ndarray:
        if name in self.variables:
            return self.time_domain_array[:, self.variables.index(name), :]
        if name in self.summary_names:
            return self.summaries_array[:, self.summary_names.index(name), :]
        if name in self.sweep:
            return self.sweep[name]
        raise KeyError(f"{name!r} is none of {', '.join(self.keys())}")

    def keys(self) -> list[str]:
        """Names of all arrays that `result[name]` has: variables, summaries, swept names."""
        return [*self.variables, *self.summary_names, *(name for name in self.sweep if name not in self.variables)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    @property
    def state(self) -> np.ndarray:
        """Samples of the states, of shape (time, state, run)."""
        return self._part(self.system.states)

    @property
    def observables(self) -> np.ndarray:
        """Samples of the observables, of shape (time, observable, run)."""
        return self._part(self.system.observables)

    @property
    def iteration_counters(self) -> np.ndarray | None:
        """Work of each run since the sample before, of shape (time, 4, run); None where `output_types` has no "iteration_counters".

        Newton iterations, linear solves, attempted steps and rejected steps, in CuBIE's order.
        """
        if self._counts is None:
            return None
        accepted, rejected, newton, linear = np.nan_to_num(self._counts).astype(np.int64).transpose(1, 0, 2)
        return np.stack([newton, linear, accepted + rejected, rejected], axis=1)

    @property
    def state_summaries(self) -> np.ndarray:
        """Summaries of the states, of shape (window, column, run)."""
        return self.summaries_array[:, self._summaries_of(self.system.states), :]

    @property
    def observable_summaries(self) -> np.ndarray:
        """Summaries of the observables, of shape (window, column, run)."""
        return self.summaries_array[:, self._summaries_of(self.system.observables), :]

    def _summaries_of(self, names: Any) -> list[int]:
        return [i for i, column in enumerate(self.summary_names) if self._split(column)[0] in names]

    def _split(self, column: str) -> tuple[str, str]:
        """The variable and the metric of a column of the summaries."""
        owners = [*self.system.states, *self.system.observables]
        owner = max((name for name in owners if column.startswith(f"{name}_")), key=len, default="")
        return owner, column[len(owner) + 1 :]

    def _part(self, names: Any) -> np.ndarray:
        places = [i for i, name in enumerate(self.variables) if name in names]
        if places == list(range(len(self.variables))):
            return self.time_domain_array
        return self.time_domain_array[:, places, :]

    @cached_property
    def status_messages(self) -> dict[int, list[str]]:
        """The names of the flags of every run that has any."""
        return {int(run): status.names(int(self.status_codes[run])) for run in np.flatnonzero(self.status_codes)}

    @property
    def time_domain_legend(self) -> dict[int, str]:
        """Name and unit of each variable."""
        return {i: f"{name} [{unit or 'dimensionless'}]" for i, (name, unit) in enumerate(self._variables)}

    @property
    def summaries_legend(self) -> dict[int, str]:
        """Name and unit of each column of the summaries."""
        return {i: f"{name} [{unit or 'dimensionless'}]" for i, (name, unit) in enumerate(self._columns)}

    @property
    def parameter_legend(self) -> dict[int, str]:
        """The swept names."""
        return dict(enumerate(self.sweep))

    @property
    def as_numpy(self) -> dict[str, Any]:
        """Copies of all arrays, with their legends."""
        return {
            "time": self.time.copy(),
            "time_domain_array": self.time_domain_array.copy(),
            "summaries_array": self.summaries_array.copy(),
            "time_domain_legend": self.time_domain_legend,
            "summaries_legend": self.summaries_legend,
            "parameter_legend": self.parameter_legend,
            "fixed_parameter_values": dict(self.fixed_parameter_values),
            "iteration_counters": self.iteration_counters,
        }

    @property
    def per_summary_arrays(self) -> dict[str, np.ndarray]:
        """An array of shape (window, variable, run) for each metric."""
        headings: dict[str, list[int]] = {}
        for i, name in enumerate(self.summary_names):
            headings.setdefault(self._split(name)[1], []).append(i)
        return {metric: self.summaries_array[:, rows, :] for metric, rows in headings.items()}

    @property
    def as_numpy_per_summary(self) -> dict[str, Any]:
        """Copies with an array of shape (window, variable, run) for each metric."""
        arrays: dict[str, Any] = {"time": self.time.copy(), "time_domain_array": self.time_domain_array.copy()}
        metrics = self.per_summary_arrays
        return {**arrays, **metrics, "summary_legend": list(metrics)}

    @property
    def as_pandas(self) -> dict[str, Any]:
        """Tables with the columns (run, name): `time_domain` over time, `summaries` over the windows' ends; and fixed values."""
        pandas = needs("pandas", "as_pandas")

        def table(array: np.ndarray, names: list[str], index: Any, of: str) -> Any:
            columns = pandas.MultiIndex.from_product([[f"run_{i}" for i in range(self.num_runs)], names], names=["run", "name"])
            flat = array.transpose(0, 2, 1).reshape(array.shape[0], self.num_runs * len(names))
            return pandas.DataFrame(flat, index=pandas.Index(index, name=of), columns=columns)

        ends = [end for _, end in self.windows]
        return {
            "time_domain": table(self.time_domain_array, self.variables, self.time, "time"),
            "summaries": table(self.summaries_array, self.summary_names, ends, "window"),
            "fixed_parameter_values": pandas.Series(self.fixed_parameter_values, dtype=float),
        }

    def to_pandas(self, what: str | None = None) -> Any:
        """A tidy table.

        Parameters
        ----------
        what : {"samples", "summaries"}, optional
            A row for each run and time, or for each run and window; samples where there are any. Swept values are columns.
        """
        return needs("pandas", "to_pandas").DataFrame(self._table(what))

    def _table(self, what: str | None = None) -> dict[str, np.ndarray]:
        what = what or ("samples" if self.variables else "summaries")
        if what not in ("samples", "summaries"):
            raise ValueError(f'the table is of "samples" or of "summaries", not of {what!r}')
        samples = what == "samples"
        rows, runs = len(self.time if samples else self.windows), self.num_runs
        columns = {"run": np.repeat(np.arange(runs), rows)}
        columns.update({name: np.repeat(values, rows) for name, values in self.sweep.items()})
        if samples:
            columns["time"] = np.tile(self.time, runs)
        else:
            starts, ends = np.array(self.windows, dtype=float).reshape(rows, 2).T
            columns.update(window_start=np.tile(starts, runs), window_end=np.tile(ends, runs))
        columns.update({name: self[name].T.ravel() for name in (self.variables if samples else self.summary_names)})
        return columns

    def to_xarray(self) -> Any:
        """A data set with the dimensions time and run; swept values and status are coordinates of the runs, units are attributes."""
        xarray = needs("xarray", "to_xarray")

        def attributes(unit: str | None) -> dict[str, str]:
            return {"units": unit} if unit else {}

        coordinates: dict[str, Any] = {name: ("run", self.sweep[name], attributes(unit)) for name, unit in self._swept}
        coordinates.update(time=self.time, status=("run", self.status_codes))
        data = {name: (("time", "run"), self[name], attributes(unit)) for name, unit in self._variables}
        data.update({name: (("window", "run"), self[name], attributes(unit)) for name, unit in self._columns})
        if self._columns:
            starts, ends = np.array(self.windows, dtype=float).T
            coordinates.update(window_start=("window", starts), window_end=("window", ends))
        settings = {"method": self.report["method"], **{name: str(value) for name, value in self.fixed_parameter_values.items()}}
        return xarray.Dataset(data, coordinates, {"model": self.system.name, **settings})

    def to_arrow(self, what: str | None = None) -> Any:
        """The table of :meth:`to_pandas` as a `pyarrow.Table`."""
        return needs("pyarrow", "to_arrow").table(self._table(what))

    def to_polars(self, what: str | None = None) -> Any:
        """The table of :meth:`to_pandas` as a `polars.DataFrame`."""
        return needs("polars", "to_polars").DataFrame(self._table(what))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table of :meth:`to_arrow` for anything that reads Arrow's PyCapsule interface (Polars, DuckDB, pandas, ...)."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def save(self, path: str | PathLike[str], long: bool = False, status: bool = False) -> None:
        """Writes everything to a file, by its extension: `.parquet`, `.csv`, `.npy`, `.npz` or `.zarr`.

        The files are those of `rubie solve`: swept values as columns or coordinates, units, status words; summaries beside samples in
        a table of their own. Batches larger than the memory go into a file by :meth:`Solver.solve_into`.

        Parameters
        ----------
        path : path
            A file, or for Zarr a directory; what is there is replaced.
        long : bool
            For tables: a row for each variable.
        status : bool
            For tables: a column that says how the run ended.
        """
        _engine.write(path, self._arrays, long, status)

    def to_parquet(self, path: str | PathLike[str], long: bool = False, status: bool = False) -> None:
        """:meth:`save` as Parquet."""
        self._save_as(path, ".parquet", long, status)

    def to_zarr(self, path: str | PathLike[str]) -> None:
        """:meth:`save` as a Zarr store that `xarray.open_zarr` opens."""
        self._save_as(path, ".zarr")

    def _save_as(self, path: str | PathLike[str], extension: str, long: bool = False, status: bool = False) -> None:
        if Path(path).suffix != extension:
            raise ValueError(f"the name must end in {extension}: {path}")
        self.save(path, long, status)

    def plot(self, variables: list[str] | None = None, axes: Any = None) -> Any:
        """Medians over the runs with bands of 50 and 90 %, or the runs themselves if there are few; needs Matplotlib."""
        plt = needs("matplotlib.pyplot", "plot")
        variables = variables or self.variables
        if not variables:
            raise ValueError("there are no samples to draw: save some variables")
        if axes is None:
            _, axes = plt.subplots(len(variables), 1, sharex=True, squeeze=False, figsize=(7, 2.2 * len(variables) + 0.8))
        for name, axis in zip(variables, np.ravel(axes)):
            values = self[name]
            if self.num_runs <= 12:
                axis.plot(self.time, values)
            else:
                low, quarter, middle, upper, high = np.nanquantile(values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=1)
                axis.fill_between(self.time, low, high, color="#0072B2", alpha=0.15, lw=0, label="90 %")
                axis.fill_between(self.time, quarter, upper, color="#0072B2", alpha=0.3, lw=0, label="50 %")
                axis.plot(self.time, middle, color="#0072B2", label="median")
                axis.legend(frameon=False)
            unit = dict(self._variables)[name]
            axis.set_ylabel(f"{name} [{unit}]" if unit else name)
        np.ravel(axes)[-1].set_xlabel("time")
        return axes

    def __enter__(self) -> SolveResult:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Does nothing: arrays belong to whoever holds them. For scripts that were written for CuBIE."""

    def __repr__(self) -> str:
        shape = f"{self.num_runs:,} runs, {len(self.time)} times, {len(self.variables)} variables"
        summaries = f", {len(self.summary_names)} summaries in {len(self.windows)} windows" if self.summary_names else ""
        failed = self.report["failed_runs"]
        return f"<SolveResult: {shape}{summaries}; {failed:,} failed; {self.report['method']}, {self.report['solve_seconds']:.3g} s>"

    def _repr_html_(self) -> str:
        from html import escape

        shown = ("runs", "method", "precision", "backend", "threads", "solve_seconds", "accepted_steps", "rejected_steps", "failed_runs")
        rows = "".join(f"<tr><td>{name.replace('_', ' ')}</td><td>{escape(str(self.report[name]))}</td></tr>" for name in shown)
        return f"<b>{escape(self.system.name)}</b><table>{rows}</table>"


def needs(module: str, what: str) -> Any:
    """An optional package, or an error that says how to get it."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise ImportError(f"{what} needs {package}: pip install {package}") from None
