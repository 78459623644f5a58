"""Random and quasi-random values for sweeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def sample(ranges: Mapping[str, tuple[Any, ...]], runs: int, engine: Any = None, seed: int | None = 0) -> dict[str, np.ndarray]:
    """Values for a sweep with `grid_type="verbatim"`, spread over ranges.

    Parameters
    ----------
    ranges : dict
        By name `(low, high)`, or `(low, high, "log")` for values that are even in their logarithm.
    runs : int
        Number of runs.
    engine : scipy.stats.qmc.QMCEngine, optional
        Where points of the unit cube come from: any object with `random(n)`. Without one they are independent and uniform.
    seed : int, optional
        For points without an engine.

    Examples
    --------
    >>> values = sample({"rho": (0, 21), "k": (1e-3, 1e3, "log")}, 4)
    >>> {name: array.shape for name, array in values.items()}
    {'rho': (4,), 'k': (4,)}
    """
    points = engine.random(runs) if engine is not None else np.random.default_rng(seed).random((runs, len(ranges)))
    points = np.asarray(points, dtype=np.float64)
    if points.shape != (runs, len(ranges)):
        raise ValueError(f"the engine gives points of shape {points.shape}; {runs} runs over {len(ranges)} names need {(runs, len(ranges))}")
    values = {}
    for (name, bounds), unit in zip(ranges.items(), points.T):
        low, high, *kind = bounds if isinstance(bounds, Sequence) and len(bounds) > 1 else (0, 1, bounds)
        if kind not in ([], ["log"], ["linear"]):
            raise ValueError(f'the range of {name!r} is (low, high) or (low, high, "log"), not {bounds}')
        if kind == ["log"]:
            if not 0 < low < high:
                raise ValueError(f"a logarithmic range needs 0 < low < high; {name!r} has {low}, {high}")
            values[name] = low * (high / low) ** unit
        else:
            values[name] = low + (high - low) * unit
    return values
