"""`Solver`: a system with options, solved for any number of batches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any

import numpy as np

from rubie import _engine, grid
from rubie.drivers import DriverSamples, driver_samples
from rubie.options import ENGINE, checked
from rubie.result import SolveResult
from rubie.system import OdeSystem

_TIME_DOMAIN = ("state", "observables", "time")


class Solver:
    """A system with options. Batches are solved by :meth:`solve`.

    Parameters
    ----------
    system : OdeSystem
        From :func:`rubie.create_ODE_system` or :func:`rubie.load_model`.
    algorithm : str
        Name of the method: `rubie.methods()` lists them; `"auto"` lets a few runs of each batch decide.
    step_control_settings, algorithm_settings, output_settings, memory_settings : dict, optional
        Keywords in groups; the same as giving them one by one.
    **kwargs
        `atol`, `rtol` (numbers, lists by state, or dictionaries by name), `dt`, `dt_min`, `dt_max`, `step_controller` and its
        settings; `save_every`, `summarise_every`, `sample_summaries_every`, `output_types`, `save_variables`,
        `summarise_variables`; `drivers`, `order`, `wrap`, `boundary_condition`, `outside`, `jumps`; `threads`, `backend`, `device`, `memory_limit`; see the page on Python.

    Raises
    ------
    KeyError
        A keyword that is unknown, with the nearest that is known.
    ValueError
        Values that make no sense.

    Examples
    --------
    >>> import rubie
    >>> decay = rubie.create_ODE_system("dx = -k*x", states={"x": 1.0}, parameters={"k": 1.0})
    >>> solver = Solver(decay, algorithm="tsit5", save_every=0.5, rtol=1e-9, atol=1e-12)
    >>> result = solver.solve(parameters={"k": [1.0, 2.0]}, duration=1.0)
    >>> bool(abs(result["x"][-1, 1] - np.exp(-2.0)) < 1e-8)
    True
    """

    def __init__(
        self,
        system: OdeSystem,
        algorithm: str | None = None,
        *,
        step_control_settings: Mapping | None = None,
        algorithm_settings: Mapping | None = None,
        system_settings: Mapping | None = None,
        output_settings: Mapping | None = None,
        memory_settings: Mapping | None = None,
        loop_settings: Mapping | None = None,
        **kwargs: Any,
    ):
        self.system = system
        groups = (step_control_settings, algorithm_settings, system_settings, output_settings, memory_settings, loop_settings)
        given = {name: value for group in groups for name, value in (group or {}).items()}
        given.update(kwargs)
        if algorithm is not None:
            given["algorithm"] = algorithm
        #: What was given, by name.
        self.given: dict[str, Any] = checked(given)
        #: The result of the last :meth:`solve`.
        self.result: SolveResult | None = None

    def update(self, settings: Mapping | None = None, **kwargs: Any) -> set[str]:
        """Changes options; None takes one back. Returns the names that had an effect. A rejected update changes nothing."""
        changes = checked({**(settings or {}), **kwargs})
        merged = {**self.given, **changes}
        self.given = {name: value for name, value in merged.items() if value is not None}
        return set(changes)

    def is_given(self, name: str) -> bool:
        """Whether an option was given."""
        return name in self.given

    def settings_dict(self) -> dict[str, Any]:
        """What was given, by name."""
        return dict(self.given)

    def copy(self) -> Solver:
        """An independent solver of the same system and options."""
        return Solver(self.system, **self.given)

    algorithm = property(lambda self: self.given.get("algorithm", self.given.get("method", "tsit5")), doc="Name of the method.")
    atol = property(lambda self: self.given.get("atol", 1e-6), doc="Absolute tolerance.")
    rtol = property(lambda self: self.given.get("rtol", 1e-6), doc="Relative tolerance.")
    state = property(lambda self: self._last("state"), doc="Of the last result: samples of the states.")
    observables = property(lambda self: self._last("observables"), doc="Of the last result: samples of the observables.")
    state_summaries = property(lambda self: self._last("state_summaries"), doc="Of the last result: summaries of the states.")
    observable_summaries = property(lambda self: self._last("observable_summaries"), doc="Of the last result.")
    status_codes = property(lambda self: self._last("status_codes"), doc="Of the last result: a status word for each run.")
    status_messages = property(lambda self: self._last("status_messages"), doc="Of the last result: flags of runs that have any.")
    num_runs = property(lambda self: self._last("num_runs"), doc="Of the last result.")
    input_variables = property(lambda self: [*self.system.states, *self.system.parameters], doc="What may vary between runs.")
    output_variables = property(lambda self: [*self.system.states, *self.system.observables], doc="What can be saved.")

    def _last(self, name: str) -> Any:
        if self.result is None:
            raise RuntimeError("nothing has been solved yet")
        return getattr(self.result, name)

    def prepare_grid_arrays(self, initial_values: Any = None, parameters: Any = None, grid_type: str = "verbatim"):
        """:meth:`build_grid` by its later name."""
        return self.build_grid(initial_values, parameters, grid_type)

    def build_grid(self, initial_values: Any = None, parameters: Any = None, grid_type: str = "verbatim"):
        """The runs of a batch as arrays.

        Returns
        -------
        initial_values, parameters : numpy.ndarray
            Of shape (state, run) and (parameter, run).
        """
        names, values, product = self._grid(initial_values, parameters, grid_type)
        if product:
            mesh = np.meshgrid(*values, indexing="ij") if values else []
            values = [axis.ravel() for axis in mesh]
        runs = values[0].size if values else 1
        by_name = dict(zip(names, values))

        def table(defaults: dict) -> np.ndarray:
            rows = [by_name.get(n, np.full(runs, np.nan if v is None else v)) for n, v in defaults.items()]
            return np.array(rows, dtype=self.system.precision).reshape(len(defaults), runs)

        undriven = {name: self.system.parameters[name] for name in self._parameters()}
        return table(self.system.states), table(undriven)

    def solve(
        self,
        initial_values: Any = None,
        parameters: Any = None,
        drivers: Any = None,
        duration: float = 1.0,
        settling_time: float = 0.0,
        t0: float = 0.0,
        *,
        grid_type: str = "verbatim",
        nan_error_trajectories: bool = False,
        progress: bool | Callable[[int, int], object] = False,
        **kwargs: Any,
    ) -> SolveResult:
        """Solves a batch in memory.

        Parameters
        ----------
        initial_values, parameters : dict or array, optional
            Values by name (numbers or lists), or an array of shape (name, run). What is absent has its default.
        drivers : DriverSamples or dict, optional
            Samples over time that take the places of parameters; a dictionary has the times under `time`.
        duration, settling_time, t0 : float
            Recording goes from `t0 + settling_time` to `t0 + settling_time + duration`; integration begins at `t0`.
        grid_type : {"verbatim", "combinatorial"}
            A run for each row, or for each combination.
        nan_error_trajectories : bool
            Whether failed runs become NaN altogether. Otherwise they keep what they had before the failure, and NaN follows.
        progress : bool or callable
            True for a bar on standard error; a function is called with (finished runs, runs).
        **kwargs
            Options that hold from now on, as in :meth:`update`.

        Returns
        -------
        SolveResult
        """
        self.update(kwargs if drivers is None else {**kwargs, "drivers": drivers})
        names, values, product = self._grid(initial_values, parameters, grid_type)
        engine = self._engine(names, duration, settling_time, t0)
        arrays = engine.solve(names, values, product, _progress(progress))
        self.result = SolveResult(self.system, arrays, self._saved(), nan_error_trajectories)
        return self.result

    def compile(self, initial_values: Any = None, parameters: Any = None, drivers: Any = None, **kwargs: Any) -> None:
        """Makes the machine code for batches in which these names vary now, not at the first such batch."""
        self.update(kwargs if drivers is None else {**kwargs, "drivers": drivers})
        names, _, _ = self._grid(initial_values, parameters, "combinatorial")
        self._engine(names, 1.0, 0.0, 0.0)

    def solve_into(
        self,
        path: str | PathLike,
        initial_values: Any = None,
        parameters: Any = None,
        duration: float = 1.0,
        settling_time: float = 0.0,
        t0: float = 0.0,
        *,
        drivers: Any = None,
        grid_type: str = "verbatim",
        long: bool = False,
        earlier: str = "refuse",
        progress: bool | Callable[[int, int], object] = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Solves a batch into a file, chunk by chunk, so that it may be larger than the memory.

        Parameters
        ----------
        path : path
            `.parquet`, `.csv`, `.npy`, `.npz` or `.zarr`.
        long : bool
            For tables: a row for each variable.
        earlier : {"refuse", "resume", "restart"}
            What becomes of an earlier solve into the same file that did not end.

        Returns
        -------
        dict
            The report: runs, times, steps, failures by reason.
        """
        self.update(kwargs if drivers is None else {**kwargs, "drivers": drivers})
        names, values, product = self._grid(initial_values, parameters, grid_type)
        engine = self._engine(names, duration, settling_time, t0)
        return engine.solve_into(path, names, values, product, long, earlier, _progress(progress))["report"]

    def __enter__(self) -> Solver:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Does nothing: there is nothing to be given back. For scripts that were written for CuBIE."""

    def __repr__(self) -> str:
        return f"<Solver {self.algorithm} for {self.system!r}>"

    def _grid(self, initial_values: Any, parameters: Any, grid_type: str):
        states = grid.columns(initial_values, list(self.system.states), "state")
        return grid.combined([states, grid.columns(parameters, self._parameters(), "parameter")], grid_type)

    def _drivers(self) -> DriverSamples | None:
        """The samples, which must be those of all drivers that the system declares."""
        given, declared = self.given.get("drivers"), self.system.drivers
        if given is None:
            if declared:
                raise ValueError(f"the system declares {len(declared)} driver(s), {', '.join(declared)}, but no driver samples are given")
            return None
        samples = driver_samples(given)
        known = declared or list(self.system.parameters)
        wrong = [name for name in samples.names if name not in known] or [name for name in declared if name not in samples.names]
        if wrong:
            what = "drivers" if declared else "parameters"
            raise ValueError(f"driver samples are given for {', '.join(samples.names)}; {what} of the system are {', '.join(known)}")
        return samples

    def _parameters(self) -> list[str]:
        """Names of the parameters that are no drivers."""
        samples = self._drivers()
        return [name for name in self.system.parameters if samples is None or name not in samples.names]

    def _outputs(self) -> tuple[list[str], list[str]]:
        types = self.given.get("output_types", ["state"])
        types = [types] if isinstance(types, str) else list(types)
        return [name for name in types if name in _TIME_DOMAIN], [name for name in types if name not in _TIME_DOMAIN]

    def _saved(self) -> list[str]:
        time_domain, _ = self._outputs()
        chosen = self.given.get("save_variables")
        if chosen is not None:
            for name in chosen:
                if name not in self.output_variables:
                    raise ValueError(f"unknown variable {name!r}; there are {', '.join(self.output_variables)}")
            return list(chosen)
        states = list(self.system.states) if "state" in time_domain else []
        return states + (self.system.observables if "observables" in time_domain else [])

    def _engine(self, swept: list[str], duration: float, settling_time: float, t0: float) -> _engine.Solver:
        if not duration > 0.0:
            raise ValueError(f"the duration must be positive: {duration}")
        if settling_time < 0.0:
            raise ValueError(f"the settling time must not be negative: {settling_time}")
        given = {ENGINE[name]: value for name, value in self.given.items() if name in ENGINE}
        for tolerance in ("atol", "rtol"):
            if isinstance(given.get(tolerance), Mapping):
                given[tolerance] = [given[tolerance].get(name, 1e-6) for name in self.system.states]
            elif isinstance(given.get(tolerance), np.ndarray):
                given[tolerance] = given[tolerance].tolist()
        saved, (_, metrics) = self._saved(), self._outputs()
        given["save"] = self.given.get("save", self.given.get("save_every", "ends")) if saved else "none"
        given["keep"] = saved or None
        given["metrics"] = metrics
        summarised = self.given.get("summarise_variables")
        if metrics:
            given["summarised"] = list(summarised) if summarised is not None else saved or list(self.system.states)
        precision = np.dtype(self.given.get("precision", self.system.precision))
        given["precision"] = "f32" if precision == np.float32 else "f64"
        given.update(t0=float(t0), settle=float(settling_time), until=float(t0 + settling_time + duration))
        drivers = self._drivers()
        if drivers is not None:
            fit = {name: self.given[name] for name in ("order", "wrap", "boundary_condition", "outside") if name in self.given}
            given["drivers"] = drivers.engine(**fit)
        driven = [] if drivers is None else drivers.names
        given["set"] = [(name, value) for name, value in self.system.values.items() if name not in swept and name not in driven]
        return _engine.Solver(self.system.engine, given)


def _progress(wanted: bool | Callable[[int, int], object]) -> Callable[[int, int], object] | None:
    if not wanted or callable(wanted):
        return wanted or None
    if "ipykernel" in sys.modules:
        return _notebook_bar()

    def bar(finished: int, runs: int) -> None:
        part = 1.0 if runs == 0 else finished / runs
        sys.stderr.write(f"\r[{'#' * int(40 * part):<40}] {finished:,} of {runs:,} runs")
        sys.stderr.write("\n" if finished >= runs else "")
        sys.stderr.flush()

    return bar


def _notebook_bar() -> Callable[[int, int], object]:
    """A bar in the output of a notebook's cell."""
    from IPython.display import ProgressBar

    shown: list[Any] = []

    def bar(finished: int, runs: int) -> None:
        if not shown:
            shown.append(ProgressBar(max(runs, 1)))
            shown[0].display()
        shown[0].progress = finished

    return bar
