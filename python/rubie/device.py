"""`DeviceSolveResult`: results that stay in the memory of the device that computed them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rubie import _engine
from rubie.result import SolveResult


class DeviceSolveResult:
    """What became of a batch, its large arrays in the memory of the GPU that computed them.

    CuPy, PyTorch, JAX and others take the arrays without a copy, by DLPack (`torch.from_dlpack(result.time_domain_array)`) or by CUDA's
    array interface (`cupy.asarray(result.time_domain_array)`). Views of them keep the memory alive. With `device="cpu"` they are in the
    computer's memory, and `numpy.from_dlpack` takes them.

    Attributes
    ----------
    time : numpy.ndarray
        Times of the samples, the same for all runs.
    time_domain_array : DeviceArray
        Samples, of shape (time, variable, run).
    summaries_array : DeviceArray
        Summaries, of shape (window, column, run): all metrics of the first variable, then those of the second.
    events_array : DeviceArray
        Recorded events, of shape (slot, 2, run): when, and which one; NaN in slots that are left.
    windows : list of tuple
        Start and end of each window.
    variables, summary_names, event_names : list of str
        What the second axes hold, and what the numbers of events mean.
    sweep : dict
        Values of what was swept, by name, one for each run.
    status_codes : numpy.ndarray
        A status word for each run; 0 is success. Samples and summaries of failed runs are NaN from the failure on.
    device : str
        Where the arrays are: `"cuda:0"`, `"cpu"`.
    report : dict
        Times, steps, failures by reason.

    Examples
    --------
    >>> import rubie
    >>> solver = rubie.Solver(rubie.OdeSystem("state x = 1; param k = 1; x' = -k*x"), device="cpu", save_every=0.5)
    >>> result = solver.solve(parameters={"k": [1.0, 2.0]}, on_device=True)
    >>> result.device, result.time_domain_array.shape
    ('cpu', (3, 1, 2))
    >>> bool((np.from_dlpack(result.time_domain_array) == result.to_host().time_domain_array).all())
    True
    """

    def __init__(self, arrays: dict[str, Any], on_host: Callable[[dict[str, Any]], SolveResult]):
        self._arrays, self._on_host = arrays, on_host
        self.time: np.ndarray = arrays["times"]
        self.time_domain_array: _engine.DeviceArray = arrays["samples"]
        self.summaries_array: _engine.DeviceArray = arrays["summaries"]
        self.events_array: _engine.DeviceArray = arrays["events"]
        self.windows: list[tuple[float, float]] = arrays["windows"]
        self.variables: list[str] = [name for name, _ in arrays["variables"]]
        self.summary_names: list[str] = [name for name, _ in arrays["summary_names"]]
        self.event_names: list[str] = arrays["event_names"]
        self.sweep: dict[str, np.ndarray] = {name: row for (name, _), row in zip(arrays["swept_names"], arrays["swept"])}
        self.status_codes: np.ndarray = arrays["status"].view(np.int32)
        self.report: dict[str, Any] = arrays["report"]

    @property
    def device(self) -> str:
        """Where the arrays are."""
        return self.time_domain_array.device

    @property
    def num_runs(self) -> int:
        """Number of runs."""
        return len(self.status_codes)

    def __len__(self) -> int:
        return self.num_runs

    def to_host(self) -> SolveResult:
        """Copies of all arrays in the computer's memory, with tables, legends and files as of any other solve."""
        copied = {name: self._arrays[name].to_numpy() for name in ("samples", "summaries", "events")}
        return self._on_host({**self._arrays, **copied})

    def __repr__(self) -> str:
        shapes = f"samples {self.time_domain_array.shape}, summaries {self.summaries_array.shape}"
        return f"<DeviceSolveResult: {self.num_runs:,} runs on {self.device}; {shapes}; {self.report['failed_runs']:,} failed>"
