"""One call from a system to results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, overload

import numpy as np

from rubie.device import DeviceSolveResult
from rubie.result import SolveResult
from rubie.grid import by_name
from rubie.solver import Solver
from rubie.system import OdeSystem, checked, create_ODE_system


@overload
def solve(system: OdeSystem | str, sweep: Any = None, *, on_device: Literal[True], **kwargs: Any) -> DeviceSolveResult: ...


@overload
def solve(system: OdeSystem | str, sweep: Any = None, *, on_device: Literal[False] = False, **kwargs: Any) -> SolveResult: ...


def solve(
    system: OdeSystem | str,
    sweep: Any = None,
    *,
    until: float = 1.0,
    t0: float = 0.0,
    settle: float = 0.0,
    grid_type: str = "combinatorial",
    method: str | None = None,
    on_device: bool = False,
    **kwargs: Any,
) -> SolveResult | DeviceSolveResult:
    """Solves a system for all values of a sweep.

    Parameters
    ----------
    system : OdeSystem or str
        A system, or a model in RuBIE's language.
    sweep : dict or table
        Values by name of state or parameter: numbers or lists; or a table of pandas, Polars or Arrow.
    until, t0, settle : float
        Integration goes from `t0` to `until`; recording begins at `t0 + settle`.
    grid_type : {"combinatorial", "verbatim"}
        Every combination, states slower than parameters and earlier names slower than later ones; or a run for each row.
    method : str
        One of `rubie.methods()`, or `"auto"`; `"tsit5"` where nothing is said.
    on_device : bool
        Whether samples, summaries and events stay in the memory of the GPU that computes them.
    **kwargs
        Options of :class:`Solver`, and `progress`.

    Returns
    -------
    SolveResult or DeviceSolveResult
        The latter with `on_device`.

    Examples
    --------
    >>> result = solve("state x = 1; param k = 1; x' = -k*x", {"k": [1, 2, 3]}, until=2.0, save_every=0.5)
    >>> result["x"].shape, result["k"].tolist()
    ((5, 3), [1.0, 2.0, 3.0])
    """
    system = OdeSystem(system) if isinstance(system, str) else checked(system)
    named = {} if sweep is None else by_name(sweep)
    if named is None:
        raise TypeError(f"a sweep is a dictionary of values by name, or a table, not {type(sweep).__name__}")
    sweep = named
    unknown = [name for name in sweep if name not in system.states and name not in system.parameters]
    if unknown:
        known = ", ".join([*system.states, *system.parameters])
        raise KeyError(f"unknown name {unknown[0]!r} in the sweep; states and parameters are {known}")
    states = {name: value for name, value in sweep.items() if name in system.states}
    parameters = {name: value for name, value in sweep.items() if name in system.parameters}
    options: dict[str, Any] = {name: kwargs.pop(name) for name in ("progress", "nan_error_trajectories", "drivers") if name in kwargs}
    solver = Solver(system, **_with_method(method, kwargs))
    options.update(duration=until - t0 - settle, settling_time=settle, t0=t0, grid_type=grid_type)
    if on_device:
        return solver.solve(states, parameters, on_device=True, **options)
    result: SolveResult = solver.solve(states, parameters, **options)
    return result


@overload
def solve_ivp(
    system: Any, y0: Any = None, parameters: Any = None, drivers: Any = None, method: str | None = None, *, on_device: Literal[True], **kwargs: Any
) -> DeviceSolveResult: ...


@overload
def solve_ivp(
    system: Any,
    y0: Any = None,
    parameters: Any = None,
    drivers: Any = None,
    method: str | None = None,
    duration: float = 1.0,
    settling_time: float = 0.0,
    t0: float = 0.0,
    save_variables: list[str] | None = None,
    summarise_variables: list[str] | None = None,
    grid_type: str = "combinatorial",
    nan_error_trajectories: bool = False,
    on_device: Literal[False] = False,
    **kwargs: Any,
) -> SolveResult: ...


def solve_ivp(
    system: Any,
    y0: Any = None,
    parameters: Any = None,
    drivers: Any = None,
    method: str | None = None,
    duration: float = 1.0,
    settling_time: float = 0.0,
    t0: float = 0.0,
    save_variables: list[str] | None = None,
    summarise_variables: list[str] | None = None,
    grid_type: str = "combinatorial",
    nan_error_trajectories: bool = False,
    on_device: bool = False,
    **kwargs: Any,
) -> SolveResult | DeviceSolveResult:
    """Solves a batch, with the arguments of CuBIE's function of this name.

    Parameters
    ----------
    system : OdeSystem, str, list or callable
        A system, or equations; then the keys of `y0` and `parameters` name states and parameters.
    y0, parameters : dict or array
        Values by name, or arrays of shape (name, run).
    drivers : DriverSamples or dict
        Samples over time that take the places of parameters; with equations they name drivers.
    method, duration, settling_time, t0, grid_type, nan_error_trajectories, on_device
        As for :meth:`Solver.solve`.
    save_variables, summarise_variables : list of str
        What is saved, and what is summarised; all states where absent.
    **kwargs
        Options of :class:`Solver`.

    Examples
    --------
    >>> result = solve_ivp("dx = -k*x", y0={"x": 1.0}, parameters={"k": [1.0, 2.0]}, save_every=0.25)
    >>> result.time_domain_array.shape
    (5, 1, 2)
    """
    if not isinstance(system, OdeSystem):
        if parameters is not None and not isinstance(parameters, Mapping):
            raise TypeError("with equations, parameters are a dictionary: it names them")
        precision = kwargs.pop("precision", np.float64)
        states = y0 if isinstance(y0, Mapping) else None
        system = create_ODE_system(system, precision, states=states, parameters=parameters, drivers=drivers)
    for name, value in (("save_variables", save_variables), ("summarise_variables", summarise_variables)):
        if value is not None:
            kwargs[name] = value
    batch: dict[str, Any] = {"duration": duration, "settling_time": settling_time, "t0": t0, "grid_type": grid_type}
    batch.update(nan_error_trajectories=nan_error_trajectories, progress=kwargs.pop("progress", False))
    solver = Solver(system, **_with_method(method, kwargs))
    if on_device:
        return solver.solve(y0, parameters, drivers, on_device=True, **batch)
    result: SolveResult = solver.solve(y0, parameters, drivers, **batch)
    return result


def _with_method(method: str | None, options: dict[str, Any]) -> dict[str, Any]:
    return options if method is None else {"method": method, **options}
