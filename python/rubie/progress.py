"""Progress of a batch, in terminals and notebooks."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

#: What is called with (finished runs, runs).
Progress = Callable[[int, int], object]


def watcher(wanted: bool | Progress) -> Progress | None:
    """What is to be called now and then: the caller's function, a bar in the notebook or the terminal, nothing where both are absent."""
    if not wanted or callable(wanted):
        return wanted or None
    if "ipykernel" in sys.modules:
        return notebook_bar()
    return terminal_bar() if sys.stderr.isatty() else None


def terminal_bar() -> Progress:
    """A bar on standard error, with the rate and the time that is left."""
    begun = time.perf_counter()

    def bar(finished: int, runs: int) -> None:
        part = 1.0 if runs == 0 else finished / runs
        sys.stderr.write(f"\r[{'#' * int(40 * part):<40}] {described(finished, runs, time.perf_counter() - begun)}\x1b[K")
        sys.stderr.write("\n" if finished >= runs else "")
        sys.stderr.flush()

    return bar


def described(finished: int, runs: int, seconds: float) -> str:
    """Runs, rate and time left in words.

    >>> described(250, 1000, 0.5)
    '250 of 1,000 runs, 500/s, 1.5 s left'
    """
    if not finished or seconds <= 0.0:
        return f"{finished:,} of {runs:,} runs"
    rate = finished / seconds
    return f"{finished:,} of {runs:,} runs, {float(f'{rate:.3g}'):,.0f}/s, {(runs - finished) / rate:.1f} s left"


def notebook_bar() -> Progress:
    """A bar in the output of a notebook's cell."""
    from IPython.display import ProgressBar  # type: ignore[import-not-found,unused-ignore]

    shown: list[Any] = []

    def bar(finished: int, runs: int) -> None:
        if not shown:
            shown.append(ProgressBar(max(runs, 1)))
            shown[0].display()
        shown[0].progress = finished

    return bar
