"""Sweeps over a cluster of Dask.

Each worker solves a part of the batch; a part that is lost with its worker is solved again by another. Runs do not depend on their
neighbours, so the result has the same bits as on one machine. Workers need RuBIE; this side needs `distributed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rubie.result import SolveResult
from rubie.solver import Solver

#: Parts for each thread of the cluster: enough that none waits long for the last.
PARTS_PER_THREAD = 4


def solve(
    client: Any,
    solver: Solver,
    initial_values: Any = None,
    parameters: Any = None,
    duration: float = 1.0,
    settling_time: float = 0.0,
    t0: float = 0.0,
    *,
    grid_type: str = "verbatim",
    parts: int | None = None,
    retries: int = 3,
) -> SolveResult:
    """Solves a batch on all workers of a cluster.

    Parameters
    ----------
    client : distributed.Client
        The cluster.
    solver : Solver
        A system with options.
    initial_values, parameters, duration, settling_time, t0, grid_type
        As for :meth:`Solver.solve`.
    parts : int, optional
        Into how many parts the batch is cut; a few for each thread of the cluster where absent.
    retries : int
        How often a part that failed with its worker is tried again.

    Returns
    -------
    SolveResult
        The same as that of :meth:`Solver.solve`, to the last bit. Its report sums steps and seconds over the parts.
    """
    pieces = dict(_submitted(client, solver, initial_values, parameters, duration, settling_time, t0, grid_type, parts, retries))
    return solver._result(_joined([pieces[part] for part in sorted(pieces)]), duration, settling_time, t0)


def as_completed(client: Any, solver: Solver, *args: Any, grid_type: str = "verbatim", parts: int | None = None, retries: int = 3, **kwargs: Any) -> Iterator[tuple[slice, SolveResult]]:
    """Like :func:`solve`, but yields the results of parts as they come, each with the runs that it holds."""
    defaults = {"initial_values": None, "parameters": None, "duration": 1.0, "settling_time": 0.0, "t0": 0.0}
    given = {**defaults, **dict(zip(defaults, args)), **kwargs}
    unknown = set(given) - set(defaults)
    if unknown:
        raise TypeError(f"unexpected arguments: {', '.join(sorted(unknown))}")
    for first, arrays in _submitted(client, solver, **given, grid_type=grid_type, parts=parts, retries=retries):
        times = given["duration"], given["settling_time"], given["t0"]
        yield slice(first, first + len(arrays["status"])), solver._result(arrays, *times)


def _submitted(
    client: Any,
    solver: Solver,
    initial_values: Any,
    parameters: Any,
    duration: float,
    settling_time: float,
    t0: float,
    grid_type: str,
    parts: int | None,
    retries: int,
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Submits parts; yields (first run, arrays) as they come."""
    try:
        import distributed
    except ImportError:
        raise ImportError("a cluster needs Dask: pip install distributed") from None
    if solver.algorithm == "auto":
        # Parts would choose for themselves, and the result would depend on how the batch is cut.
        raise ValueError('algorithm "auto" chooses by the whole batch: solve a small one first and name the method that its report names')
    names, columns, product = solver._grid(initial_values, parameters, grid_type)
    if product:
        columns = [axis.ravel() for axis in np.meshgrid(*columns, indexing="ij")] if columns else []
    runs = columns[0].size if columns else 1
    parts = parts or PARTS_PER_THREAD * max(1, sum(client.nthreads().values()))
    edges = np.unique(np.linspace(0, runs, min(parts, runs) + 1).astype(int))
    threads = solver.given.get("threads", 1)
    futures, drivers = {}, solver._drivers()
    for low, high in zip(edges, edges[1:]):
        cut = [column[low:high] for column in columns]
        part = solver
        if drivers is not None and drivers.runs is not None:
            part = solver.copy()
            part.update(drivers=drivers.of_runs(int(low), int(high)))
        future = client.submit(_part, part, names, cut, duration, settling_time, t0, threads, pure=False, retries=retries)
        futures[future] = int(low)
    for future, arrays in distributed.as_completed(futures, with_results=True):  # type: ignore[no-untyped-call]
        yield futures[future], arrays


def _part(
    solver: Solver, names: list[str], columns: list[np.ndarray], duration: float, settling_time: float, t0: float, threads: int
) -> dict[str, Any]:
    """What a worker does."""
    solver = solver.copy()
    solver.update(threads=threads)
    return solver._engine(names, duration, settling_time, t0).solve(names, columns, False, None)


def _joined(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    whole = dict(pieces[0])
    for name in ("samples", "summaries", "events", "swept", "status"):
        whole[name] = np.concatenate([piece[name] for piece in pieces], axis=-1)
    report = dict(pieces[0]["report"])
    reports = [piece["report"] for piece in pieces]
    for name in ("runs", "accepted_steps", "rejected_steps", "failed_runs", "chunks", "solve_seconds", "compile_seconds"):
        report[name] = sum(part[name] for part in reports)
    failed: dict[str, int] = {}
    for part in reports:
        for reason, count in part["failed"].items():
            failed[reason] = failed.get(reason, 0) + count
    whole["report"] = {**report, "failed": failed}
    return whole
