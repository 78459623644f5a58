"""Results that stay on the device: here it is the CPU, whose memory is the computer's."""

import gc

import numpy as np
import pytest

import rubie


def has_gpu() -> bool:
    try:
        rubie.Solver(rubie.OdeSystem("state x = 1; x' = -x"), device="cuda").compile()
    except RuntimeError:
        return False
    return True


def solve(decay, **more):
    solver = rubie.Solver(decay, device="cpu", save_every=0.25, output_types=["state", "mean", "max"], **more)
    values = {"k": np.linspace(0.5, 2.0, 100)}
    return solver.solve(parameters=values, on_device=True), solver.solve(parameters=values)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_the_numbers_are_those_of_any_solve(decay, precision):
    decay = rubie.OdeSystem("state x = 1; param k = 1; x' = -k*x", precision=precision)
    kept, plain = solve(decay)
    assert isinstance(kept, rubie.DeviceSolveResult) and kept.device == "cpu" and len(kept) == 100
    for name in ("time_domain_array", "summaries_array"):
        array, expected = getattr(kept, name), getattr(plain, name)
        view = np.from_dlpack(array)
        assert view.dtype == array.dtype == precision and np.array_equal(view, expected)
        assert array.shape == view.shape == expected.shape and array.strides == view.strides
        assert (array.ndim, array.size, array.nbytes) == (view.ndim, view.size, view.nbytes)
        copy = array.to_numpy()
        assert np.array_equal(copy, expected) and not np.shares_memory(copy, view)
    assert np.array_equal(kept.sweep["k"], plain.sweep["k"]) and kept.windows == plain.windows
    host = kept.to_host()
    assert np.array_equal(host["x"], plain["x"]) and host.summary_names == kept.summary_names == plain.summary_names
    assert "100 runs on cpu" in repr(kept)


def test_views_keep_the_memory_alive(decay):
    kept, plain = solve(decay)
    view, again = np.from_dlpack(kept.time_domain_array), np.from_dlpack(kept.time_domain_array)
    assert np.shares_memory(view, again)
    del kept, again
    gc.collect()
    assert np.array_equal(view, plain.time_domain_array)


def test_what_consumers_ask(decay):
    array = solve(decay)[0].time_domain_array
    assert array.__dlpack_device__() == (1, 0)
    assert '"dltensor"' in repr(array.__dlpack__()) and '"dltensor_versioned"' in repr(array.__dlpack__(max_version=(1, 1)))
    assert not hasattr(array, "__cuda_array_interface__")
    with pytest.raises(BufferError, match="without a copy"):
        array.__dlpack__(copy=True)
    with pytest.raises(BufferError, match="on cpu"):
        array.__dlpack__(dl_device=(2, 0))


def test_events_and_failures_stay_too():
    ball = rubie.OdeSystem("param g = 9.81; state h = 1, v = 0; h' = v; v' = -g; when h < 0: h = 0, v = -0.8*v")
    solver = rubie.Solver(ball, device="cpu", save="final", record_events=3)
    values = {"g": [1.0, 9.81]}
    kept, plain = solver.solve(parameters=values, on_device=True), solver.solve(parameters=values)
    events = np.from_dlpack(kept.events_array)
    assert events.shape == (3, 2, 2) and np.array_equal(events[:, 0], plain.event_times, equal_nan=True)
    assert np.isnan(events[:, :, 0]).all() and np.isfinite(events[0, :, 1]).all()
    growing = rubie.OdeSystem("state x = 1; param k = 1; x' = k*x*x")
    kept = rubie.Solver(growing, device="cpu").solve(parameters={"k": [0.5, 2.0]}, on_device=True)
    assert kept.report["failed_runs"] == 1 and (kept.status_codes != 0).tolist() == [False, True]
    assert np.isnan(np.from_dlpack(kept.time_domain_array)[-1, 0]).tolist() == [False, True]
    with pytest.warns(UserWarning, match="1 of 2 runs failed"):
        kept.to_host()


def test_shortcuts(decay):
    kept = rubie.solve(decay, {"k": [1.0, 2.0]}, device="cpu", on_device=True)
    again = rubie.solve_ivp("dx = -k*x", {"x": 1.0}, {"k": [1.0, 2.0]}, save="ends", device="cpu", on_device=True)
    assert np.array_equal(np.from_dlpack(kept.time_domain_array), np.from_dlpack(again.time_domain_array))


def test_what_cannot_stay_is_refused(decay):
    solver = rubie.Solver(decay, device="cpu")
    with pytest.raises(ValueError, match="nan_error_trajectories"):
        solver.solve(on_device=True, nan_error_trajectories=True)
    with pytest.raises(ValueError, match="counters are finished on the host"):
        solver.copy().solve(on_device=True, output_types=["state", "iteration_counters"])
    with pytest.raises(MemoryError, match="solve fewer runs at a time"):
        solver.copy().solve(parameters={"k": np.ones(10_000)}, on_device=True, memory_limit=1000)


@pytest.mark.skipif(has_gpu(), reason="there is a GPU")
def test_without_a_gpu_the_mend_is_told(decay):
    with pytest.raises(RuntimeError, match='device="cpu"'):
        rubie.Solver(decay).solve(on_device=True)


@pytest.mark.skipif(not has_gpu(), reason="no GPU")
def test_a_gpu_has_the_same_numbers(decay):
    solver = rubie.Solver(decay, save_every=0.25)
    values = {"k": np.linspace(0.5, 2.0, 1000)}
    kept, plain = solver.solve(parameters=values, on_device=True), solver.solve(parameters=values)
    array = kept.time_domain_array
    assert array.__dlpack_device__() == (2, 0) and kept.device == "cuda:0"
    interface = array.__cuda_array_interface__
    assert interface["shape"] == array.shape and interface["typestr"] == "<f8" and interface["data"][0] != 0
    assert np.array_equal(kept.to_host().time_domain_array, plain.time_domain_array)
