"""Keywords of a solver: those of CuBIE, by the names of the engine."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from rubie import _engine

#: Second names of keywords.
ALIASES = {
    "method": "algorithm",
    "inexact_newton": "newton",
    "attempt_dense_prediction": "predict_stages",
    "use_smoothed_error": "smooth_error",
    "linear_correction_type": "linear_solver",
    "preconditioner_type": "preconditioner",
}

#: Keywords that reach the engine, with its name for each.
ENGINE = {
    "algorithm": "method",
    "step_controller": "controller",
    "filter_coefficients": "filter",
    "mem_proportion": "memory_share",
    **{
        name: name
        for name in """atol rtol dt dt_min dt_max safety min_step_shrink max_step_growth deadband_min deadband_max integral_gain
        proportional_gain derivative_gain newton_atol newton_rtol newton_max_iters
        newton_target_iters newton linear_solver krylov_max_iters krylov_tolerance preconditioner
        preconditioner_order predict_stages smooth_error dae_initialisation max_steps device backend vectors threads memory_limit
        sample_summaries_every summarise_every record_events status jumps""".split()
    },
}

#: Keywords that say what is recorded; the solver takes them itself.
RECORDING = """save_every save output_types save_variables summarise_variables precision saved_state_indices
saved_observable_indices summarised_state_indices summarised_observable_indices""".split()

#: Keywords of drivers; the solver fits them.
DRIVING = ["drivers", "order", "wrap", "boundary_condition", "outside"]

#: Keywords that steer how CuBIE makes and runs GPU kernels. They change no result, and have no counterpart here.
PERFORMANCE = """blocksize max_registers lineinfo time_logging_level auto_performance memory_manager stream_group cache_enabled
cache_dir max_cache_entries kernel_name operation_ordering timestep_memory_location nsz contract arcp afn reassoc ftz lto
fix_constant_parameters""".split()

#: Keywords of solvers for stage equations that have no counterpart here.
LINEAR = """prefactored krylov_atol krylov_rtol krylov_residual_floor krylov_residual_reduction
error_atol error_rtol error_max_iters error_residual_floor error_residual_reduction""".split()

#: Keywords that would change results and have no counterpart: what to do instead.
REFUSED = {
    "tableau": "methods are named by `algorithm`; one more is a data file of the engine",
    "constants": "constants are parameters that do not vary: give them to create_ODE_system",
}

#: Whole numbers, which are often written as 1e6.
COUNTS = ("max_steps", "memory_limit")

GAINS = ("integral_gain", "proportional_gain", "derivative_gain")


def checked(given: Mapping[str, Any], inputs: Iterable[str] = ()) -> dict[str, Any]:
    """The keywords that have an effect, by their first names; unknown ones raise, with the nearest that is known.

    `inputs` are names of states and parameters, which are often given as keywords by mistake.
    """
    known: dict[str, Any] = {}
    without: list[str] = []
    for name, value in given.items():
        first = ALIASES.get(name, name)
        if first in ENGINE or first in RECORDING or first in DRIVING:
            if known.get(first) is not None and value is not None:
                raise ValueError(f"{first!r} is given twice: {name!r} is another name of it")
            value = known.get(first) if value is None else value
            frozen = name == "inexact_newton" and isinstance(value, bool)
            if name == "linear_correction_type" and isinstance(value, str) and value.lower() == "lu":
                value = "auto"
            known[first] = ("frozen" if value else "exact") if frozen else value
        elif name in LINEAR:
            without.append(name)
        elif name in REFUSED:
            raise KeyError(f"{name!r} is not known here: {REFUSED[name]}")
        elif not _steers_kernels(name):
            raise KeyError(f"Unrecognized keyword arguments: [{name!r}]{_hint(name, inputs)}")
    if known.get("save") is not None and known.get("save_every") is not None:
        raise ValueError("'save' and 'save_every' both say when samples are saved: give one")
    if without:
        warnings.warn(f"{', '.join(without)}: without effect; see linear_solver and krylov_tolerance", stacklevel=4)
    return known


def is_known(name: str) -> bool:
    """Whether a keyword is one, be it without effect."""
    first = ALIASES.get(name, name)
    return first in ENGINE or first in RECORDING or first in DRIVING or name in LINEAR or _steers_kernels(name)


def _steers_kernels(name: str) -> bool:
    return name in PERFORMANCE or name.startswith("unroll_") or name.endswith("_location")


def _hint(name: str, inputs: Iterable[str]) -> str:
    if name in inputs:
        return f"; {name!r} is a quantity of the system: give it to `solve`, in `parameters` or `initial_values`"
    near = difflib.get_close_matches(name, [*ENGINE, *ALIASES, *RECORDING, *DRIVING, *PERFORMANCE, *LINEAR], 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def for_engine(given: Mapping[str, Any], states: Iterable[str]) -> dict[str, Any]:
    """Keywords that reach the engine, by its names and in its types.

    Tolerances by name become lists in the order of `states` (absent ones 1e-6), gains that are functions are called with the order of the
    method, coefficients of a filter become the gains that they mean.
    """
    options = {ENGINE[name]: _plain(value, whole=name in COUNTS) for name, value in given.items() if name in ENGINE}
    for tolerance in ("atol", "rtol"):
        if isinstance(options.get(tolerance), Mapping):
            unknown = [name for name in options[tolerance] if name not in states]
            if unknown:
                raise KeyError(f"{tolerance} names {unknown[0]!r}, which is no state; there are {', '.join(states)}")
            options[tolerance] = [options[tolerance].get(name, 1e-6) for name in states]
    for gain in GAINS:
        if callable(options.get(gain)):
            options[gain] = float(options[gain](_order(options.get("method", "tsit5"))))
    coefficients = options.get("filter")
    if coefficients is not None and not isinstance(coefficients, str):
        del options["filter"]
        options = {**_gains(coefficients), **options}
    return options


def _plain(value: Any, whole: bool) -> Any:
    value = value.tolist() if hasattr(value, "tolist") else value
    return int(value) if whole and isinstance(value, float) and value.is_integer() else value


def _order(method: str) -> int:
    for name, aliases, order, _ in _engine.methods():
        if method.lower() in (name, *aliases):
            return order
    raise ValueError("gains that depend on the order of the method need a method that is named")


def _gains(coefficients: Any) -> dict[str, Any]:
    """A controller with the gains of a digital filter: integral b1 + b2 + b3, proportional -b2 - 2 b3, derivative b3.

    >>> _gains((0.6, -0.2, 0))["controller"]
    'pi'
    """
    try:
        first, second, third = (float(coefficient) for coefficient in coefficients)
    except (TypeError, ValueError):
        raise ValueError(f"filter_coefficients are the name of a filter or three numbers, not {coefficients!r}") from None
    controller = "pid" if third else "pi" if second else "i"
    gains = dict(zip(GAINS, (first + second + third, -second - 2 * third, third)))
    used = {"i": GAINS[:1], "pi": GAINS[:2], "pid": GAINS}[controller]
    return {"controller": controller, **{name: gains[name] for name in used}}
