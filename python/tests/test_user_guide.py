"""What CuBIE's user guide teaches, task by task, with its names."""

import warnings

import numpy as np
import pytest

import rubie
from rubie import options

TIGHT = {"rtol": 1e-10, "atol": 1e-12}


def oscillator():
    return rubie.create_ODE_system(
        ["dx = v", "dv = -w**2*x", "energy = v**2/2 + w**2*x**2/2 + offset"],
        states={"x": 1.0, "v": 0.0},
        parameters={"w": 2.0, "offset": 5.0},
        observables=["energy"],
        name="oscillator",
        state_units={"x": "m"},
        parameter_units={"w": "1/s"},
    )


def test_one_call_with_every_combination():
    result = rubie.solve_ivp(
        oscillator(), y0={"x": [1.0, 2.0]}, parameters={"w": [1.0, 2.0, 3.0]}, method="dormand-prince-54", duration=1.0, save_every=0.25, **TIGHT
    )
    assert result.time_domain_array.shape == (5, 2, 6)
    expected = result["x"][0] * np.cos(np.outer(result.time, result["w"]))
    np.testing.assert_allclose(result["x"], expected, atol=1e-8)


def test_a_function_is_read_and_never_called():
    def right(t, y, p):
        raise_never = p.w**2 * y.x
        return {"x": y.v, "v": -raise_never}

    result = rubie.solve_ivp(right, y0={"x": 1.0, "v": 0.0}, parameters={"w": [1.0, 2.0]}, duration=1.0, **TIGHT)
    np.testing.assert_allclose(result.state[-1, 0], np.cos([1.0, 2.0]), atol=1e-8)


def test_arrays_for_many_runs():
    solver = rubie.Solver(oscillator(), algorithm="vern7", save_every=0.5, **TIGHT)
    states, parameters = solver.prepare_grid_arrays({"x": [1.0, 2.0]}, {"w": [1.0, 2.0]}, "combinatorial")
    assert states.shape == (2, 4) and parameters.shape == (2, 4)
    whole = solver.solve(states, parameters)
    # An array with a row for each swept parameter only.
    solver.set_swept_parameters(["w"])
    rows = solver.solve(states, parameters[:1])
    np.testing.assert_array_equal(whole.time_domain_array, rows.time_domain_array)
    assert rows.fixed_parameter_values == {"offset": 5.0} and rows.parameter_legend[2] == "w"
    # One value for each name is one run.
    assert solver.solve([1.0, 0.0], [3.0, 5.0]).num_runs == 1
    with pytest.raises(ValueError, match="2 rows, or 1 for the swept"):
        solver.solve(states, np.ones((3, 4)))
    with pytest.raises(KeyError, match="unknown parameter 'q'"):
        solver.set_swept_parameters(["q"])
    np.testing.assert_array_equal(solver.copy().solve(states, parameters[:1])["x"], rows["x"])


def test_choosing_what_is_saved():
    system = oscillator()
    by_name = rubie.Solver(system, save_variables=["v", "energy"], save_every=0.5).solve()
    by_place = rubie.Solver(system, saved_state_indices=[1], saved_observable_indices=[0], save_every=0.5).solve()
    assert by_name.variables == by_place.variables == ["v", "energy"]
    np.testing.assert_array_equal(by_name.time_domain_array, by_place.time_domain_array)
    assert by_name.time_domain_legend == {0: "v [dimensionless]", 1: "energy [dimensionless]"}
    both = rubie.Solver(system, output_types=["state", "observables", "time"]).solve()
    assert both.state.shape == (2, 2, 1) and both.observables.shape == (2, 1, 1)
    with pytest.raises(ValueError, match="there is no state 2"):
        rubie.Solver(system, saved_state_indices=[2]).solve()
    with pytest.raises(ValueError, match="unknown variable 'u'"):
        rubie.Solver(system, save_variables=["u"]).solve()


def test_first_and_last_where_no_times_are_said():
    result = rubie.Solver(oscillator(), **TIGHT).solve(duration=2.0, settling_time=1.0)
    assert result.time.tolist() == [1.0, 3.0]
    np.testing.assert_allclose(result["x"][:, 0], np.cos([2.0, 6.0]), atol=1e-8)


def test_summaries_in_windows():
    settings = dict(output_types=["mean", "max", "rms"], sample_summaries_every=0.01, summarise_every=0.5, summarise_variables=["x"])
    solver = rubie.Solver(oscillator(), **settings, **TIGHT)
    result = solver.solve(parameters={"w": [1.0, 2.0]}, duration=2.0)
    assert result.windows == [(0.0, 0.5), (0.5, 1.0), (1.0, 1.5), (1.5, 2.0)]
    assert result.summaries_array.shape == (4, 3, 2) and result.time_domain_array.size == 0
    assert list(result.summaries_legend) == [0, 1, 2] and "mean" in result.summaries_legend[0]
    times = 0.01 * np.arange(1, 51)
    np.testing.assert_allclose(result.per_summary_arrays["mean"][0, 0], [np.cos(times).mean(), np.cos(2 * times).mean()], atol=1e-8)
    assert solver.summarised_variables == ["x"] and solver.summaries_length == 4
    # Tables of summaries alone.
    frames = result.as_pandas
    assert frames["summaries"].shape == (4, 6) and frames["time_domain"].shape == (0, 0)
    table = result.to_pandas()
    assert list(table.columns) == ["run", "w", "window_start", "window_end", "x_mean", "x_max", "x_rms"] and len(table) == 8
    with pytest.raises(ValueError, match="samples"):
        result.to_pandas("windows")


def test_fixed_and_adaptive_steps():
    system = oscillator()
    fixed = rubie.Solver(system, "classical-rk4", dt=0.01, save="final").solve(duration=1.0)
    np.testing.assert_allclose(fixed["x"][0, 0], np.cos(2.0), atol=1e-7)
    assert fixed.report["accepted_steps"] == 100 and fixed.report["rejected_steps"] == 0
    settings = dict(save="final", rtol=1e-6, atol=1e-6)
    preset = rubie.Solver(system, "tsit5", filter_coefficients="pi42", **settings).solve(duration=9.0)
    numbers = rubie.Solver(system, "tsit5", filter_coefficients=(0.6, -0.2, 0.0), **settings).solve(duration=9.0)
    other = rubie.Solver(system, "tsit5", filter_coefficients=(1.0, 0.0, 0.0), **settings).solve(duration=9.0)
    np.testing.assert_array_equal(preset["x"], numbers["x"])
    assert preset["x"][0, 0] != other["x"][0, 0]
    by_order = rubie.Solver(system, "tsit5", step_controller="pi", integral_gain=lambda order: 1.5 / order, **settings).solve(duration=9.0)
    by_number = rubie.Solver(system, "tsit5", step_controller="pi", integral_gain=0.3, **settings).solve(duration=9.0)
    np.testing.assert_array_equal(by_order["x"], by_number["x"])


def test_groups_of_settings():
    solver = rubie.Solver(
        oscillator(),
        algorithm="tsit5",
        step_control_settings={"atol": 1e-9, "rtol": 1e-9},
        output_settings={"output_types": ["state"], "save_every": 0.5},
        memory_settings={"mem_proportion": 0.5},
        loop_settings={"dt_max": 0.1},
        time_logging_level=None,
    )
    assert solver.atol == 1e-9 and solver.mem_proportion == 0.5 and solver.dt_max == 0.1 and solver.save_every == 0.5
    result = solver.solve(duration=2.0, t0=1.0)
    spec = result.solve_settings
    assert (spec.algorithm, spec.duration, spec.t0, spec.warmup, spec.atol) == ("tsit5", 2.0, 1.0, 0.0, 1e-9)
    assert spec.saved_variables == ["x", "v"] and spec == solver.solve_info
    with pytest.raises(ValueError, match="'atol' is given in a group"):
        rubie.Solver(oscillator(), step_control_settings={"atol": 1e-9}, atol=1e-3)


def test_options_that_are_unknown():
    system = oscillator()
    with pytest.raises(KeyError, match="quantity of the system: give it to `solve`"):
        rubie.Solver(system, w=3.0)
    with pytest.raises(KeyError, match="'tableau' is not known here"):
        rubie.Solver(system, tableau=None)
    with pytest.raises(KeyError, match="atol names 'z'"):
        rubie.Solver(system, atol={"z": 1.0}).solve()
    solver = rubie.Solver(system)
    assert solver.update({"rtol": 1e-3, "nothing": 1}, silent=True) == {"rtol"} and solver.rtol == 1e-3
    assert solver.update_memory_settings(mem_proportion=0.5) == {"mem_proportion"}
    with pytest.raises(ValueError, match="nearest|did you mean|unknown metric"):
        rubie.Solver(system, output_types=["maen"], sample_summaries_every=0.1).solve()


def test_the_memory_of_a_batch(tmp_path):
    solver = rubie.Solver(oscillator(), save_every=0.01, memory_limit=200_000)
    values = {"w": np.linspace(1.0, 2.0, 500)}
    with pytest.raises(MemoryError, match="memory"):
        solver.solve(parameters=values, duration=1.0)
    report = solver.solve_into(tmp_path / "large.npy", parameters=values, duration=1.0)
    assert report["chunks"] > 1
    solver.update(memory_limit=None)
    np.testing.assert_array_equal(np.load(tmp_path / "large.npy"), solver.solve(parameters=values).time_domain_array)
    with pytest.raises(ValueError, match="share of memory"):
        rubie.Solver(oscillator(), mem_proportion=1.5).solve()


def test_runs_that_fail():
    system = rubie.create_ODE_system("dx = x**2", states={"x": 1.0})
    with pytest.warns(UserWarning, match="1 of 2 runs failed.*\n.*\n.*method tsit5"):
        result = rubie.solve_ivp(system, {"x": [0.1, 1.0]}, duration=2.0, save_every=0.5)
    assert result.status_codes.dtype == np.int32 and result.status_codes[0] == 0
    (flag,) = result.status_messages[1]
    assert rubie.CUBIE_RESULT_CODES[flag.upper()] & int(result.status_codes[1])
    assert rubie.CUBIE_RESULT_CODES.STEP_TOO_SMALL == 8


def test_compiling_first_and_choosing_a_method(capsys):
    stiff = rubie.create_ODE_system("dx = -k*(x - cos(t)) - sin(t)", states={"x": 1.0}, parameters={"k": 1e5})
    solver = rubie.Solver(stiff, save="final", rtol=1e-6, atol=1e-8)
    solver.compile(parameters={"k": [1.0, 2.0]}, duration=3.0)
    first = solver.solve(parameters={"k": [1e3, 1e4]}, duration=3.0)
    again = solver.solve(parameters={"k": [1e3, 1e4]}, duration=3.0)
    assert first.report["compile_seconds"] == again.report["compile_seconds"]
    name = solver.calibrate(parameters={"k": [1e3, 1e4]}, duration=3.0)
    assert name in rubie.methods() and solver.algorithm == name and "work" in capsys.readouterr().out
    assert name == rubie.solve(stiff, {"k": [1e3, 1e4]}, until=3.0, method="auto", rtol=1e-6, atol=1e-8).report["method"]
    assert solver.optimize() is None


def test_closed_solvers_and_blocks():
    with rubie.Solver(oscillator()) as solver, solver.solve() as result:
        assert result["x"].shape == (2, 1)
    with pytest.raises(RuntimeError, match="closed"):
        solver.solve()
    assert result["x"].shape == (2, 1)


def test_systems_tell_what_they_are():
    system = rubie.SymbolicODE.create("dx = -k*x", states={"x": 1.0}, parameters={"k": 1.0}, swept_parameters=["k"], state_units=["mol"])
    assert isinstance(system, rubie.OdeSystem) and system.swept_parameters == ["k"] and system.state_units == {"x": "mol"}
    assert (system.num_states, system.num_parameters, system.num_observables, system.num_drivers) == (1, 1, 0, 0)
    system.set_swept_parameters(None)
    assert system.copy().swept_parameters is None
    with pytest.raises(KeyError, match="unknown parameter 'q'"):
        rubie.create_ODE_system("dx = -x", states=["x"], swept_parameters=["q"])
    with pytest.raises(ValueError, match="derivative of 'f'"):
        rubie.create_ODE_system("dx = -x", states=["x"], user_function_derivatives={"f": None})


def test_what_has_no_counterpart_says_so():
    with pytest.raises(NotImplementedError, match="no CellML"):
        rubie.load_cellml_model("model.cellml")
    with pytest.raises(AttributeError, match="memory_limit"):
        rubie.default_memmgr
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rubie.Solver(oscillator(), blocksize=64, unroll_norms=True, fix_constant_parameters=False)
    assert {"mean", "peaks"} <= set(rubie.metrics())


def test_arrays_are_read_when_they_are_solved():
    solver = rubie.Solver(oscillator(), save="final", **TIGHT)
    values = np.array([[1.0, 2.0], [5.0, 5.0]])
    before = solver.solve(parameters=values)["x"].copy()
    values[0] = 3.0
    after = solver.solve(parameters=values)["x"]
    np.testing.assert_allclose(before[0], np.cos([1.0, 2.0]), atol=1e-8)
    np.testing.assert_allclose(after[0], np.cos([3.0, 3.0]), atol=1e-8)


def test_states_that_start_from_parameters():
    system = rubie.OdeSystem("param a = 2, k = 1\nstate x = 3*a, y = 1\nx' = -k*x\ny' = -y")
    solver = rubie.Solver(system, save="final", **TIGHT)
    states, parameters = solver.build_grid(parameters={"a": [1.0, 2.0]})
    assert np.isnan(states[0]).all()
    result = solver.solve(states, parameters)
    np.testing.assert_allclose(result["x"][0], np.array([3.0, 6.0]) * np.exp(-1.0), rtol=1e-9)


def test_counters_and_events():
    ball = rubie.OdeSystem("state h = 1, v = 0; param g = 9.81; h' = v; v' = -g\nwhen h < 0: h = 0, v = -v")
    solver = rubie.Solver(ball, output_types=["state", "iteration_counters"], save_every=1.1, record_events=4, **TIGHT)
    result = solver.solve(parameters={"g": [2.0, 8.0]}, duration=5.5)
    assert result.variables == ["h", "v"] and result.iteration_counters.shape == (6, 4, 2)
    attempted, rejected = result.iteration_counters[:, 2].sum(), result.iteration_counters[:, 3].sum()
    assert attempted - rejected == result.report["accepted_steps"] and rejected == result.report["rejected_steps"]
    # Down in sqrt(2/g), then twice that from bounce to bounce.
    falls = np.sqrt(2.0 / np.array([2.0, 8.0]))
    np.testing.assert_allclose(result.event_times[:3], falls * np.array([[1.0], [3.0], [5.0]]), atol=1e-8)
    assert np.isnan(result.event_times[3, 0]) and (result.event_numbers[:3] == 0).all() and len(result.event_names) == 1
    assert result.as_numpy["iteration_counters"].sum() > 0 and rubie.solve(ball).iteration_counters is None
    only = rubie.Solver(ball, output_types=["iteration_counters"], save_every=1.0).solve(duration=2.0)
    assert only.variables == [] and only.iteration_counters.shape == (3, 4, 1)


#: Every keyword that reaches the engine, with a value that is not its default.
ENGINE = {
    "algorithm": "kvaerno5", "atol": 1e-8, "rtol": {"x": 1e-8}, "dt": 1e-3, "dt_min": 1e-12, "dt_max": 0.5, "step_controller": "pid",
    "safety": 0.8, "min_step_shrink": 0.3, "max_step_growth": 4.0, "deadband_min": 0.9, "deadband_max": 1.1, "integral_gain": 0.4,
    "proportional_gain": 0.3, "derivative_gain": 0.01, "filter_coefficients": "pi34", "newton_atol": 1e-10, "newton_rtol": 1e-10,
    "newton_max_iters": 12, "newton_target_iters": 4, "newton": "exact", "predict_stages": False, "smooth_error": False,
    "dae_initialisation": "check", "max_steps": 1e4, "device": "cpu", "backend": "interpreter", "vectors": "portable", "threads": 1,
    "mem_proportion": 0.4, "memory_limit": 10**8, "sample_summaries_every": 0.1, "summarise_every": 0.5, "record_events": 1, "status": True,
    "jumps": [0.5], "linear_solver": "dense", "krylov_max_iters": 50, "krylov_tolerance": 1e-4, "preconditioner": "neumann",
    "preconditioner_order": 1,
}  # fmt: skip
GAINS = ["step_controller", "integral_gain", "proportional_gain", "derivative_gain"]


def test_every_option_reaches_the_engine():
    assert set(ENGINE) == set(options.ENGINE)
    system = rubie.OdeSystem("state x = 1, z = 1, on = 1; param k = 50; x' = -k*on*z; on' = 0; 0 = z - x\nwhen x < 0.5: on = 0")
    for without in (["filter_coefficients"], GAINS):
        chosen = {name: value for name, value in ENGINE.items() if name not in without}
        solver = rubie.Solver(system, output_types=["state", "max"], **chosen)
        result = solver.solve(parameters={"k": [40.0, 50.0]})
        np.testing.assert_allclose(result["x"][-1], 0.5, atol=1e-6)
        np.testing.assert_array_equal(result["z"][-1], result["x"][-1])
        np.testing.assert_allclose(result.event_times[0], np.log(2.0) / np.array([40.0, 50.0]), atol=1e-7)
        assert result.report["newton_iterations"] > 0 and result.report["method"] == "kvaerno5"
        assert "interpreter" in result.report["backend"] and result.windows == [(0.0, 0.5), (0.5, 1.0)]


def test_consistent_initial_values():
    system = rubie.create_ODE_system("dx = -z\n0 = z - k*x", states={"x": 1.0, "z": 7.0}, parameters={"k": 2.0})
    settings = dict(algorithm="rodas5p", **TIGHT)
    for how in ("brown", "shampine"):
        result = rubie.Solver(system, dae_initialisation=how, **settings).solve()
        np.testing.assert_allclose(result["z"], 2.0 * result["x"], rtol=1e-8)
    np.testing.assert_allclose(rubie.Solver(system, **settings).solve()["x"][-1], np.exp(-2.0), rtol=1e-8)
    with pytest.warns(UserWarning, match="dae_initialisation_failed"):
        refused = rubie.Solver(system, dae_initialisation="check", **settings).solve()
    assert rubie.RESULT_CODES(int(refused.status_codes[0])) & rubie.RESULT_CODES.DAE_INITIALISATION_FAILED


def test_mass_matrices():
    """Two masses and a spring, where the equations give sums of derivatives."""
    system = rubie.create_ODE_system(
        ["dx = v", "dy = w", "m*dv + dw = -x - y", "dv - dw = -(x - y)"],
        states={"x": 1.0, "y": 0.0, "v": 0.0, "w": 0.0},
        parameters={"m": 1.0},
    )
    result = rubie.solve(system, until=2.0, method="kvaerno5", **TIGHT)
    # With m = 1 the sum and the difference both swing with frequency 1.
    np.testing.assert_allclose(result["x"][-1], np.cos(2.0), atol=1e-7)
    np.testing.assert_allclose(result["y"][-1], 0.0, atol=1e-7)


def test_tables_that_say_how_runs_ended(tmp_path):
    system = rubie.create_ODE_system("dx = x**2", states={"x": 1.0})
    solver = rubie.Solver(system, save="final", status=True)
    solver.solve_into(tmp_path / "solved.csv", {"x": [0.1, 1.0]}, duration=2.0)
    lines = (tmp_path / "solved.csv").read_text().splitlines()
    assert lines[0] == "run,x(0),status,time,x" and ",success," in lines[1] and ",success," not in lines[2]
    with pytest.warns(UserWarning, match="1 of 2 runs failed"):
        result = solver.solve({"x": [0.1, 1.0]}, duration=2.0)
    result.save(tmp_path / "saved.csv", status=True)
    assert (tmp_path / "saved.csv").read_text().splitlines() == lines
