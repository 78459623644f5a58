"""Keywords of a solver: those of CuBIE, by the names of the engine."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Mapping
from typing import Any

#: Keywords that reach the engine, with its name for each.
ENGINE = {
    "algorithm": "method",
    "method": "method",
    "step_controller": "controller",
    "filter_coefficients": "filter",
    "mem_proportion": "memory_share",
    "inexact_newton": "newton",
    "attempt_dense_prediction": "predict_stages",
    "use_smoothed_error": "smooth_error",
    **{
        name: name
        for name in """atol rtol dt dt_min dt_max safety min_step_shrink max_step_growth deadband_min deadband_max integral_gain
        proportional_gain derivative_gain newton_atol newton_rtol newton_max_iters
        newton_target_iters newton predict_stages smooth_error max_steps device backend vectors threads
        memory_limit sample_summaries_every summarise_every jumps""".split()
    },
}

#: Keywords that say what is recorded; the solver takes them itself.
RECORDING = ["save_every", "save", "output_types", "save_variables", "summarise_variables", "precision"]

#: Keywords of drivers; the solver fits them.
DRIVING = ["drivers", "order", "wrap", "boundary_condition", "outside"]

#: Keywords that steer how CuBIE makes and runs GPU kernels. They change no result, and have no counterpart here.
PERFORMANCE = """blocksize max_registers lineinfo time_logging_level auto_performance memory_manager stream_group cache_enabled
cache_dir max_cache_entries kernel_name operation_ordering timestep_memory_location nsz contract arcp afn reassoc ftz lto
fix_constant_parameters""".split()

#: Keywords of solvers for stage equations that are not built here; stages are solved by sparse factors.
LINEAR = """dae_initialisation linear_correction_type preconditioner_type preconditioner_order
prefactored krylov_atol krylov_rtol krylov_max_iters krylov_residual_floor krylov_residual_reduction
error_atol error_rtol error_max_iters""".split()


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that have an effect; unknown ones raise, with the nearest that is known."""
    known: dict[str, Any] = {}
    without: list[str] = []
    for name, value in given.items():
        if name in ENGINE or name in RECORDING or name in DRIVING:
            frozen = name == "inexact_newton" and isinstance(value, bool)
            known[name] = ("frozen" if value else "exact") if frozen else value
        elif name in LINEAR:
            without.append(name)
        elif name not in PERFORMANCE and not name.startswith("unroll_") and not name.endswith("_location"):
            near = difflib.get_close_matches(name, [*ENGINE, *RECORDING, *DRIVING, *PERFORMANCE, *LINEAR], 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise KeyError(f"Unrecognized keyword arguments: [{name!r}]{hint}")
    if without:
        warnings.warn(f"{', '.join(without)}: without effect, stage equations are solved by sparse factors", stacklevel=4)
    return known
