"""`Solver`: a system with options, solved for any number of batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any, Literal, overload

import numpy as np

from rubie import _engine, grid, options, progress as progress_of, recording
from rubie.device import DeviceSolveResult
from rubie.drivers import DriverSamples, driver_samples
from rubie.grid import Batch, Span
from rubie.recording import SolveSpec
from rubie.result import SolveResult
from rubie.system import OdeSystem, checked, float_type, swept_names


class Solver:
    """A system with options. Batches are solved by :meth:`solve`.

    Parameters
    ----------
    system : OdeSystem
        From :func:`rubie.create_ODE_system` or :func:`rubie.load_model`.
    algorithm : str
        Name of the method: `rubie.methods()` lists them; `"auto"` lets a few runs of each batch decide.
    step_control_settings, algorithm_settings, output_settings, memory_settings : dict, optional
        Keywords in groups; the same as giving them one by one. One that is given in both ways is refused.
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
        step_control_settings: Mapping[str, Any] | None = None,
        algorithm_settings: Mapping[str, Any] | None = None,
        system_settings: Mapping[str, Any] | None = None,
        output_settings: Mapping[str, Any] | None = None,
        memory_settings: Mapping[str, Any] | None = None,
        loop_settings: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ):
        self.system = checked(system)
        groups = (step_control_settings, algorithm_settings, system_settings, output_settings, memory_settings, loop_settings)
        given = {name: value for group in groups for name, value in (group or {}).items()}
        if algorithm is not None:
            kwargs = {"algorithm": algorithm, **kwargs}
        twice = [name for name in kwargs if name in given]
        if twice:
            raise ValueError(f"{twice[0]!r} is given in a group of settings and as a keyword")
        given.update(kwargs)
        #: What was given, by name.
        self.given: dict[str, Any] = {name: value for name, value in self._checked(given).items() if value is not None}
        #: The result of the last :meth:`solve`.
        self.result: SolveResult | None = None
        #: Names of the rows where parameters are given as an array; all of the system's where None.
        self.swept_parameters: list[str] | None = list(system.swept_parameters) if system.swept_parameters is not None else None
        self._closed = False
        self._span = Span()
        self._made: tuple[dict[str, Any], _engine.Solver] | None = None

    def _checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        known = options.checked(given, [*self.system.states, *self.system.parameters])
        if known.get("drivers") is not None:
            known["drivers"] = driver_samples(known["drivers"])
        if known.get("precision") is not None:
            known["precision"] = float_type(known["precision"])
        return known

    def update(self, settings: Mapping[str, Any] | None = None, *, silent: bool = False, **kwargs: Any) -> set[str]:
        """Changes options; None takes one back.

        Parameters
        ----------
        settings : dict, optional
            Options by name, as keywords.
        silent : bool
            Whether names that are unknown are left out, not refused.

        Returns
        -------
        set of str
            The names that were known. A rejected update changes nothing.
        """
        settings = {**(settings or {}), **kwargs}
        if silent:
            settings = {name: value for name, value in settings.items() if options.is_known(name)}
        changes = self._checked(settings)
        merged = {**self.given, **changes}
        # The later of two that say the same replaces the earlier.
        for name, other in (("save", "save_every"), ("save_every", "save")):
            if changes.get(name) is not None:
                merged[other] = None
        self.given = {name: value for name, value in merged.items() if value is not None}
        return {name for name in settings if options.ALIASES.get(name, name) in changes}

    update_memory_settings = update

    def is_given(self, name: str) -> bool:
        """Whether an option was given."""
        return options.ALIASES.get(name, name) in self.given

    def settings_dict(self) -> dict[str, Any]:
        """What was given, by name."""
        return dict(self.given)

    def set_swept_parameters(self, names: Iterable[str] | None) -> None:
        """Which parameters an array of parameters has rows for, in which order; None for all of the system's."""
        self.swept_parameters = swept_names(names, self.system.parameters)

    def copy(self) -> Solver:
        """An independent solver of the same system and options."""
        copied = Solver(self.system, **self.given)
        copied.swept_parameters = self.swept_parameters
        return copied

    def __getstate__(self) -> dict[str, Any]:
        # Compiled programs and results stay where they are.
        return {**self.__dict__, "_made": None, "result": None}

    algorithm = property(lambda self: self.given.get("algorithm", "tsit5"), doc="Name of the method.")
    atol = property(lambda self: self.given.get("atol", 1e-6), doc="Absolute tolerance.")
    rtol = property(lambda self: self.given.get("rtol", 1e-6), doc="Relative tolerance.")
    dt = property(lambda self: self.given.get("dt"), doc="First step, or the step where steps are fixed; None if left to the method.")
    dt_min = property(lambda self: self.given.get("dt_min"), doc="Smallest step; None if it was not given.")
    dt_max = property(lambda self: self.given.get("dt_max"), doc="Largest step; None if it was not given.")
    save_every = property(lambda self: self.given.get("save_every"), doc="Interval of samples, if one was given.")
    summarise_every = property(lambda self: self.given.get("summarise_every"), doc="Length of a window, if one was given.")
    sample_summaries_every = property(lambda self: self.given.get("sample_summaries_every"), doc="Interval of summary samples, if given.")
    mem_proportion = property(lambda self: self.given.get("mem_proportion"), doc="Share of the free memory, if one was given.")
    precision = property(lambda self: self.given.get("precision", self.system.precision), doc="Type of the states.")
    output_types = property(lambda self: sum(recording.output_types(self.given), []), doc="What is recorded.")
    saved_variables = property(lambda self: recording.saved(self.given, self.system), doc="Names of the variables that are sampled.")
    summarised_variables = property(lambda self: recording.summarised(self.given, self.system), doc="Names of what is summarised.")
    solve_info = property(lambda self: recording.spec(self.given, self.system, self._span), doc="The settings as a `SolveSpec`.")
    duration = property(lambda self: self._span.duration, doc="Of the last solve: length of what was recorded.")
    settling_time = property(lambda self: self._span.settling_time, doc="Of the last solve: time before recording began.")
    warmup = settling_time
    t0 = property(lambda self: self._span.t0, doc="Of the last solve: where integration began.")
    state = property(lambda self: self._last("state"), doc="Of the last result: samples of the states.")
    observables = property(lambda self: self._last("observables"), doc="Of the last result: samples of the observables.")
    state_summaries = property(lambda self: self._last("state_summaries"), doc="Of the last result: summaries of the states.")
    observable_summaries = property(lambda self: self._last("observable_summaries"), doc="Of the last result.")
    iteration_counters = property(lambda self: self._last("iteration_counters"), doc="Of the last result: work of each run.")
    status_codes = property(lambda self: self._last("status_codes"), doc="Of the last result: a status word for each run.")
    status_messages = property(lambda self: self._last("status_messages"), doc="Of the last result: flags of runs that have any.")
    parameter_legend = property(lambda self: self._last("parameter_legend"), doc="Of the last result: the swept names.")
    fixed_parameter_values = property(lambda self: self._last("fixed_parameter_values"), doc="Of the last result: what did not vary.")
    num_runs = property(lambda self: self._last("num_runs"), doc="Of the last result.")
    output_length = property(lambda self: len(self._last("time")), doc="Of the last result: number of sample times.")
    summaries_length = property(lambda self: len(self._last("windows")), doc="Of the last result: number of windows.")
    chunks = property(lambda self: self._last("report")["chunks"], doc="Of the last result: into how many parts it was cut.")
    input_variables = property(lambda self: [*self.system.states, *self.system.parameters], doc="What may vary between runs.")
    output_variables = property(lambda self: [*self.system.states, *self.system.observables], doc="What can be saved.")

    def _last(self, name: str) -> Any:
        if self.result is None:
            raise RuntimeError("nothing has been solved yet")
        return getattr(self.result, name)

    def prepare_grid_arrays(
        self, initial_values: Any = None, parameters: Any = None, grid_type: str = "verbatim"
    ) -> tuple[np.ndarray, np.ndarray]:
        """:meth:`build_grid` by its later name."""
        return self.build_grid(initial_values, parameters, grid_type)

    def build_grid(
        self, initial_values: Any = None, parameters: Any = None, grid_type: str = "verbatim"
    ) -> tuple[np.ndarray, np.ndarray]:
        """The runs of a batch as arrays.

        Returns
        -------
        initial_values, parameters : numpy.ndarray
            Of shape (state, run) and (parameter, run).
        """
        batch = self._grid(initial_values, parameters, grid_type, Span()).as_rows()
        by_name = dict(zip(batch.names, batch.columns))

        def table(defaults: Mapping[str, float | None]) -> np.ndarray:
            rows = [by_name.get(n, np.full(batch.runs, np.nan if v is None else v)) for n, v in defaults.items()]
            return np.array(rows, dtype=self.precision).reshape(len(defaults), batch.runs)

        undriven = {name: self.system.parameters[name] for name in self._parameters()}
        return table(self.system.states), table(undriven)

    @overload
    def solve(
        self,
        initial_values: Any = None,
        parameters: Any = None,
        drivers: Any = None,
        duration: float = 1.0,
        settling_time: float = 0.0,
        t0: float = 0.0,
        *,
        on_device: Literal[True],
        **kwargs: Any,
    ) -> DeviceSolveResult: ...

    @overload
    def solve(
        self,
        initial_values: Any = None,
        parameters: Any = None,
        drivers: Any = None,
        duration: float = 1.0,
        settling_time: float = 0.0,
        t0: float = 0.0,
        *,
        on_device: Literal[False] = False,
        **kwargs: Any,
    ) -> SolveResult: ...

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
        on_device: bool = False,
        progress: bool | progress_of.Progress = False,
        **kwargs: Any,
    ) -> SolveResult | DeviceSolveResult:
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
        on_device : bool
            Whether samples, summaries and events stay in the memory of the GPU that computes them, for other libraries there. With
            `device="cpu"` that is the computer's.
        progress : bool or callable
            True for a bar in the notebook or on standard error; a function is called with (finished runs, runs).
        **kwargs
            Options that hold from now on, as in :meth:`update`.

        Returns
        -------
        SolveResult or DeviceSolveResult
            The latter with `on_device`.
        """
        batch = self._batch(initial_values, parameters, drivers, Span(duration, settling_time, t0), grid_type, kwargs)
        if on_device:
            return self._solve_on_device(batch, nan_error_trajectories, progress)
        arrays = self._engine(batch).solve(batch.names, batch.columns, batch.product, progress_of.watcher(progress))
        self.result = self._result(arrays, batch.span, nan_error_trajectories)
        return self.result

    def _solve_on_device(self, batch: Batch, nan_errors: bool, progress: bool | progress_of.Progress) -> DeviceSolveResult:
        if nan_errors:
            raise ValueError("results that stay on the device are not changed afterwards: leave out nan_error_trajectories, or on_device")
        # What stays on a GPU must be computed by one.
        device = self.given.get("device", "auto")
        try:
            engine = self._engine(batch, device="cuda" if device == "auto" else device)
        except RuntimeError as error:
            if device != "auto":
                raise
            raise RuntimeError(f"{error}; with device=\"cpu\" results that stay on the device are in the computer's memory") from None
        arrays = engine.solve_on_device(batch.names, batch.columns, batch.product, progress_of.watcher(progress))
        span = batch.span
        return DeviceSolveResult(arrays, lambda on_host: self._result(on_host, span))

    def compile(
        self,
        initial_values: Any = None,
        parameters: Any = None,
        drivers: Any = None,
        duration: float = 1.0,
        settling_time: float = 0.0,
        t0: float = 0.0,
        *,
        grid_type: str = "verbatim",
        **kwargs: Any,
    ) -> None:
        """Makes the machine code for batches in which these names vary now, not at the first such batch.

        It serves solves of the same times and options; values may differ. The arguments are those of :meth:`solve`.
        """
        batch = self._batch(initial_values, parameters, drivers, Span(duration, settling_time, t0), grid_type, kwargs)
        self._engine(batch).prepare(batch.names)

    def calibrate(
        self,
        initial_values: Any = None,
        parameters: Any = None,
        drivers: Any = None,
        duration: float = 1.0,
        settling_time: float = 0.0,
        t0: float = 0.0,
        *,
        grid_type: str = "verbatim",
        apply: bool = True,
        verbose: bool = True,
    ) -> str:
        """The method that does a batch with the least work, found by a few of its runs.

        Parameters
        ----------
        initial_values, parameters, drivers, duration, settling_time, t0, grid_type
            The batch, as for :meth:`solve`.
        apply : bool
            Whether the solver takes the method from now on.
        verbose : bool
            Whether what was tried is printed.

        Returns
        -------
        str
            The name of the method.
        """
        pilot = self.copy()
        batch = pilot._batch(initial_values, parameters, drivers, Span(duration, settling_time, t0), grid_type, {"algorithm": "auto"})
        method, found = pilot._engine(batch).choose(batch.names, batch.columns, batch.product)
        if verbose:
            print(found)
        if apply:
            self.update(algorithm=method)
        return method

    def optimize(self, *_: object, **__: object) -> None:
        """Does nothing: there are no settings that only steer a kernel. For scripts that were written for CuBIE."""

    def set_verbosity(self, *_: object) -> None:
        """Does nothing: times are in the report of each result. For scripts that were written for CuBIE."""

    def set_cache_dir(self, *_: object) -> None:
        """Does nothing: compiling takes milliseconds, and nothing is kept. For scripts that were written for CuBIE."""

    def solve_into(
        self,
        path: str | PathLike[str],
        initial_values: Any = None,
        parameters: Any = None,
        drivers: Any = None,
        duration: float = 1.0,
        settling_time: float = 0.0,
        t0: float = 0.0,
        *,
        grid_type: str = "verbatim",
        long: bool = False,
        earlier: str = "refuse",
        progress: bool | progress_of.Progress = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Solves a batch into a file, chunk by chunk, so that it may be larger than the memory.

        Parameters
        ----------
        path : path
            `.parquet`, `.csv`, `.npy`, `.npz` or `.zarr`.
        initial_values, parameters, drivers, duration, settling_time, t0, grid_type, progress, **kwargs
            As for :meth:`solve`.
        long : bool
            For tables: a row for each variable.
        earlier : {"refuse", "resume", "restart"}
            What becomes of an earlier solve into the same file that did not end.

        Returns
        -------
        dict
            The report: runs, times, steps, failures by reason.
        """
        batch = self._batch(initial_values, parameters, drivers, Span(duration, settling_time, t0), grid_type, kwargs)
        watcher = progress_of.watcher(progress)
        solved = self._engine(batch).solve_into(path, batch.names, batch.columns, batch.product, long, earlier, watcher)
        report: dict[str, Any] = solved["report"]
        return report

    def __enter__(self) -> Solver:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives back what was compiled; the solver solves no more. Results live on."""
        self._made, self._closed = None, True

    def __repr__(self) -> str:
        return f"<Solver {self.algorithm} for {self.system!r}>"

    def _batch(self, initial_values: Any, parameters: Any, drivers: Any, span: Span, grid_type: str, kwargs: dict[str, Any]) -> Batch:
        """The runs, after options and drivers that come with them have been taken."""
        if self._closed:
            raise RuntimeError("the solver is closed; make a new one, or copy() this one")
        self.update(kwargs if drivers is None else {**kwargs, "drivers": drivers})
        batch = self._grid(initial_values, parameters, grid_type, span.checked())
        self._span = batch.span
        return batch

    def _grid(self, initial_values: Any, parameters: Any, grid_type: str, span: Span) -> Batch:
        derived = [name for name, value in self.system.states.items() if value is None]
        states = grid.columns(initial_values, list(self.system.states), "state", derived=derived)
        for name in grid.by_name(parameters) or []:
            if name in self._driven():
                raise ValueError(f"{name!r} follows the samples of a driver: it has no values of its own")
        rows = grid.columns(parameters, self._parameters(), "parameter", rows=self.swept_parameters)
        return grid.batch([states, rows], grid_type, span)

    def _result(self, arrays: dict[str, Any], span: Span, nan_errors: bool = False) -> SolveResult:
        spec: SolveSpec = recording.spec(self.given, self.system, span)
        varying = [name for name, _ in arrays["swept_names"]]
        fixed = {name: self.system.parameters[name] for name in self._parameters() if name not in varying}
        return SolveResult(self.system, arrays, spec, fixed, nan_errors)

    def _drivers(self) -> DriverSamples | None:
        """The samples, which must be those of all drivers that the system declares."""
        given, declared = self.given.get("drivers"), self.system.drivers
        if given is None:
            if declared:
                raise ValueError(f"the system declares {len(declared)} driver(s), {', '.join(declared)}, but no driver samples are given")
            return None
        samples: DriverSamples = given
        known = declared or list(self.system.parameters)
        wrong = [name for name in samples.names if name not in known] or [name for name in declared if name not in samples.names]
        if wrong:
            what = "drivers" if declared else "parameters"
            raise ValueError(f"driver samples are given for {', '.join(samples.names)}; {what} of the system are {', '.join(known)}")
        return samples

    def _driven(self) -> list[str]:
        """Names of what follows samples."""
        samples = self._drivers()
        return [] if samples is None else samples.names

    def _parameters(self) -> list[str]:
        """Names of the parameters that are no drivers."""
        driven = self._driven()
        return [name for name in self.system.parameters if name not in driven]

    def _engine(self, batch: Batch, **more: Any) -> _engine.Solver:
        """The engine's solver; that of the last batch if nothing but values has changed."""
        given = options.for_engine({**self.given, **more}, list(self.system.states))
        saved, (_, metrics) = self.saved_variables, recording.output_types(self.given)
        save = self.given.get("save", self.given.get("save_every", "ends"))
        counters = recording.COUNTERS in self.output_types
        given["save"] = (save.tolist() if isinstance(save, np.ndarray) else save) if saved or counters else "none"
        # Counters are saved beside a variable at least.
        keep = saved or (list(self.system.states)[:1] if counters else None)
        given.update(keep=keep, counters=counters, metrics=metrics)
        if metrics:
            given["summarised"] = self.summarised_variables
            window = self.given.get("summarise_every", batch.span.duration)
            given.setdefault("sample_summaries_every", window / recording.SUMMARY_SAMPLES)
        given["precision"] = "f32" if self.precision == np.float32 else "f64"
        given.update(t0=batch.span.t0, settle=batch.span.settling_time, until=batch.span.until)
        drivers = self._drivers()
        if drivers is not None:
            fit = {name: self.given[name] for name in ("order", "wrap", "boundary_condition", "outside") if name in self.given}
            given["drivers"] = drivers.engine(**fit)
        driven = self._driven()
        given["set"] = [(name, value) for name, value in self.system.values.items() if name not in batch.names and name not in driven]
        made = self._made
        if made is None or made[0] != given:
            made = self._made = (given, _engine.Solver(self.system.engine, given))
        return made[1]
