"""RuBIE, the Rust Batch Integration Engine: one system of ordinary differential equations, very many runs.

>>> import rubie
>>> lorenz = rubie.create_ODE_system('''
...     dx = sigma*(y - x)
...     dy = x*(rho - z) - y
...     dz = x*y - beta*z
... ''', states={"x": 1.0, "y": 0.0, "z": 0.0}, parameters={"sigma": 10.0, "rho": 28.0, "beta": 8/3})
>>> result = rubie.solve(lorenz, {"rho": [10.0, 20.0, 28.0]}, until=1.0, save_every=0.1)
>>> result["x"].shape                    # times, runs
(11, 3)

| name | what |
|---|---|
| `create_ODE_system`, `load_model` | a system from equations, a function, SymPy, or a file in RuBIE's language |
| `solve` | values by name in, arrays out |
| `solve_ivp`, `Solver` | the same with the names and grids of CuBIE |
| `SolveResult` | arrays, legends, tables, failures |
| `DeviceSolveResult` | arrays that stay in a GPU's memory, for CuPy, PyTorch, JAX |
| `DriverSamples` | parameters that follow samples over time |
| `methods`, `metrics` | the integration methods, and what summaries are made of |
| `sample` | values from ranges, by generators such as those of `scipy.stats.qmc` |
| `rubie.distributed` | the same batch over a cluster of Dask |
"""

from rubie._engine import __version__

#: Where each name is. Its module, and NumPy with it, is imported when the name is first used: importing this package takes no time.
_HOME = {
    "DriverSamples": "drivers",
    "DeviceSolveResult": "device",
    "EquationWarning": "errors",
    "TranslationError": "errors",
    "SolveResult": "result",
    "sample": "sampling",
    "solve": "shortcuts",
    "solve_ivp": "shortcuts",
    "Solver": "solver",
    "CUBIE_RESULT_CODES": "status",
    "RESULT_CODES": "status",
    "OdeSystem": "system",
    "SymbolicODE": "system",
    "create_ODE_system": "system",
    "load_cellml_model": "system",
    "load_model": "system",
    "methods": "system",
    "metrics": "system",
}

#: Names of CuBIE that have no counterpart, and what there is instead.
_ABSENT = {
    "default_memmgr": "memory is planned for each solve; see the keywords memory_limit and mem_proportion of Solver",
    "summary_metrics": "rubie.metrics() lists the metrics; one more is a file of the engine",
    "TimeLogger": "times are in the report of each result",
    "default_timelogger": "times are in the report of each result",
    "ArrayTypes": "arrays are NumPy's",
}

__all__ = ["__version__", "distributed", *_HOME]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "distributed":
        return import_module("rubie.distributed")
    if name in _HOME:
        value = globals()[name] = getattr(import_module(f"rubie.{_HOME[name]}"), name)
        return value
    if name in _ABSENT:
        raise AttributeError(f"rubie has no {name}: {_ABSENT[name]}")
    raise AttributeError(f"module 'rubie' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
