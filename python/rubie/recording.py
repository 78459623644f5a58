"""What a solver records: names of variables, metrics, and the settings of a result."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rubie import _engine
from rubie.grid import Span
from rubie.system import OdeSystem

#: The output type that says how much work runs were.
COUNTERS = "iteration_counters"
#: How many samples metrics see of each window, where nothing is said.
SUMMARY_SAMPLES = 100
_TIME_DOMAIN = ("state", "observables", "time", COUNTERS)


@dataclass(frozen=True)
class SolveSpec:
    """The settings that a result was made with; None is a default of the method or of the engine.

    Times are in the model's unit of time. `warmup` is the settling time, by CuBIE's name.
    """

    algorithm: str
    precision: str
    duration: float
    warmup: float
    t0: float
    atol: Any
    rtol: Any
    dt: float | None
    dt_min: float | None
    dt_max: float | None
    save_every: Any
    summarise_every: float | None
    sample_summaries_every: float | None
    output_types: list[str]
    saved_variables: list[str]
    summarised_variables: list[str]


def output_types(given: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What is sampled, and the metrics, of the keyword `output_types`."""
    types = given.get("output_types", ["state"])
    types = [types] if isinstance(types, str) else list(types)
    known = [*_TIME_DOMAIN, *(name for name, _ in _engine.metrics())]
    for name in types:
        if name.partition("[")[0] not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            raise ValueError(f"unknown output type {name!r}; {hint}")
    return [name for name in types if name in _TIME_DOMAIN], [name for name in types if name not in _TIME_DOMAIN]


def saved(given: Mapping[str, Any], system: OdeSystem) -> list[str]:
    """Names of the variables that are sampled."""
    chosen = _chosen(given, "save_variables", "saved", system)
    if chosen is not None:
        return chosen
    time_domain, _ = output_types(given)
    states = list(system.states) if "state" in time_domain else []
    return states + (list(system.observables) if "observables" in time_domain else [])


def summarised(given: Mapping[str, Any], system: OdeSystem) -> list[str]:
    """Names of the variables that are summarised: those that are sampled where nothing else is said."""
    if not output_types(given)[1]:
        return []
    chosen = _chosen(given, "summarise_variables", "summarised", system)
    return chosen if chosen is not None else saved(given, system) or list(system.states)


def _chosen(given: Mapping[str, Any], names: str, places: str, system: OdeSystem) -> list[str] | None:
    """The union of names and of places among the states and observables; None where neither is given."""
    known = {"state": list(system.states), "observable": list(system.observables)}
    keys = {kind: f"{places}_{kind}_indices" for kind in known}
    if given.get(names) is None and not any(given.get(key) is not None for key in keys.values()):
        return None
    chosen = [given[names]] if isinstance(given.get(names), str) else list(given.get(names) or [])
    for name in chosen:
        if name not in known["state"] and name not in known["observable"]:
            raise ValueError(f"unknown variable {name!r}; there are {', '.join([*known['state'], *known['observable']])}")
    for kind, key in keys.items():
        for place in np.atleast_1d([] if given.get(key) is None else given[key]).tolist():
            if not isinstance(place, int):
                raise TypeError(f"{key} are whole numbers, not {place!r}")
            if not 0 <= place < len(known[kind]):
                raise ValueError(f"{key}: there is no {kind} {place}; there are {len(known[kind])}, counted from 0")
            chosen.append(known[kind][place])
    return list(dict.fromkeys(chosen))


def spec(given: Mapping[str, Any], system: OdeSystem, span: Span) -> SolveSpec:
    """The settings of a solve."""
    time_domain, metrics = output_types(given)
    return SolveSpec(
        algorithm=given.get("algorithm", "tsit5"),
        precision=given.get("precision", system.precision).name,
        duration=span.duration,
        warmup=span.settling_time,
        t0=span.t0,
        atol=given.get("atol", 1e-6),
        rtol=given.get("rtol", 1e-6),
        dt=given.get("dt"),
        dt_min=given.get("dt_min"),
        dt_max=given.get("dt_max"),
        save_every=given.get("save", given.get("save_every")),
        summarise_every=given.get("summarise_every"),
        sample_summaries_every=given.get("sample_summaries_every"),
        output_types=[*time_domain, *metrics],
        saved_variables=saved(given, system),
        summarised_variables=summarised(given, system),
    )
