"""Sweeps over a cluster of Dask.

Each worker solves a part of the batch; a part that is lost with its worker is solved again by another. Runs do not depend on their
neighbours, so the result has the same bits as on one machine. Workers need RuBIE; this side needs `distributed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rubie.grid import Batch, Span
from rubie.result import SolveResult
from rubie.solver import Solver

#: Parts for each thread of the cluster: enough that none waits long for the last.
PARTS_PER_THREAD = 4


def solve(
    client: Any,
    solver: Solver,
    initial_values: Any = None,
    parameters: Any = None,
    drivers: Any = None,
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
    initial_values, parameters, drivers, duration, settling_time, t0, grid_type
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
    batch = solver._batch(initial_values, parameters, drivers, Span(duration, settling_time, t0), grid_type, {})
    pieces = dict(_submitted(client, solver, batch, parts, retries))
    return solver._result(_joined([pieces[part] for part in sorted(pieces)]), batch.span)


def as_completed(
    client: Any,
    solver: Solver,
    initial_values: Any = None,
    parameters: Any = None,
    drivers: Any = None,
    duration: float = 1.0,
    settling_time: float = 0.0,
    t0: float = 0.0,
    *,
    grid_type: str = "verbatim",
    parts: int | None = None,
    retries: int = 3,
) -> Iterator[tuple[slice, SolveResult]]:
    """Like :func:`solve`, but yields the results of parts as they come, each with the runs that it holds."""
    batch = solver._batch(initial_values, parameters, drivers, Span(duration, settling_time, t0), grid_type, {})
    for first, arrays in _submitted(client, solver, batch, parts, retries):
        yield slice(first, first + len(arrays["status"])), solver._result(arrays, batch.span)


def _submitted(client: Any, solver: Solver, batch: Batch, parts: int | None, retries: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Submits parts; yields (first run, arrays) as they come."""
    try:
        import distributed
    except ImportError:
        raise ImportError("a cluster needs Dask: pip install distributed") from None
    if solver.algorithm == "auto":
        # Parts would choose for themselves, and the result would depend on how the batch is cut.
        raise ValueError('algorithm "auto" chooses by the whole batch: solve a small one first and name the method that its report names')
    batch = batch.as_rows()
    parts = parts or PARTS_PER_THREAD * max(1, sum(client.nthreads().values()))
    edges = np.unique(np.linspace(0, batch.runs, min(parts, batch.runs) + 1).astype(int))
    threads = solver.given.get("threads", 1)
    futures, drivers = {}, solver._drivers()
    for low, high in zip(edges, edges[1:]):
        part = solver
        if drivers is not None and drivers.runs is not None:
            part = solver.copy()
            part.update(drivers=drivers.of_runs(int(low), int(high)))
        future = client.submit(_part, part, batch.part(int(low), int(high)), threads, pure=False, retries=retries)
        futures[future] = int(low)
    for future, arrays in distributed.as_completed(futures, with_results=True):  # type: ignore[no-untyped-call]
        yield futures[future], arrays


def _part(solver: Solver, batch: Batch, threads: int) -> dict[str, Any]:
    """What a worker does."""
    solver = solver.copy()
    solver.update(threads=threads)
    return solver._engine(batch).solve(batch.names, batch.columns, batch.product, None)


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
