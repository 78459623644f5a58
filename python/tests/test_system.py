"""Systems from equations, options and mistakes."""

import warnings

import numpy as np
import pytest

import rubie


def test_the_three_forms_are_one(lorenz):
    def right(t, y, p):
        x, speed, z = y
        return [p.sigma * (speed - x), x * (p.rho - z) - speed, x * speed - p.beta * z]

    parameters = {"sigma": 10.0, "rho": 28.0, "beta": 8 / 3}
    states = {"x": 1.0, "y": 0.0, "z": 0.0}
    by_function = rubie.create_ODE_system(right, states=states, parameters=parameters)
    lines = lorenz.text.splitlines()
    by_text = rubie.create_ODE_system("\n".join(lines))
    expected = rubie.solve(lorenz, {"rho": [5.0, 20.0]}).time_domain_array
    for system in (by_function, by_text):
        np.testing.assert_array_equal(rubie.solve(system, {"rho": [5.0, 20.0]}).time_domain_array, expected)


def test_sympy():
    sympy = pytest.importorskip("sympy")
    t, k = sympy.symbols("t k")
    x = sympy.Function("x")(t)
    equations = [sympy.Eq(sympy.Derivative(x, t), -k * x + sympy.Piecewise((0, t < 1), (k, True)))]
    system = rubie.create_ODE_system(equations, states={"x": 1.0}, parameters={"k": 2.0})
    result = rubie.solve(system, until=1.0, save="final", dt_max=0.1, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(result["x"], np.exp(-2.0), rtol=1e-9)


def test_undeclared_names_become_parameters():
    with pytest.warns(rubie.EquationWarning, match="k: declared nowhere"):
        system = rubie.create_ODE_system("dx = -k*x", states={"x": 1.0})
    assert system.parameters == {"k": 0.0}
    with pytest.raises(ValueError, match="undefined names in the equations: k"):
        rubie.create_ODE_system("dx = -k*x", states={"x": 1.0}, strict=True)


def test_observables_and_ternaries():
    system = rubie.create_ODE_system(
        ["dx = -x if x > limit else 0.0", "twice = 2*Max(x, 0)"],
        states={"x": 1.0},
        parameters={"limit": 0.5},
        observables=["twice"],
    )
    result = rubie.solve(system, until=3.0, save_every=1.0, output_types=["state", "observables"])
    np.testing.assert_array_equal(result["twice"], 2 * result["x"])
    assert abs(result["x"][-1, 0] - 0.5) < 1e-3
    assert result.observables.shape == (4, 1, 1) and result.state.shape == (4, 1, 1)


def test_mistakes_are_told_with_place_or_nearest_name(decay):
    with pytest.raises(ValueError, match="did you mean `sin`"):
        rubie.OdeSystem("state x = 1; x' = sni(x)")
    with pytest.raises(KeyError, match="did you mean 'save_every'"):
        rubie.Solver(decay, save_evry=0.1)
    with pytest.raises(KeyError, match="unknown parameter 'kk'"):
        rubie.Solver(decay).solve(parameters={"kk": 1.0})
    with pytest.raises(ValueError, match="did you mean `tsit5`"):
        rubie.solve(decay, method="tsit6")
    with pytest.raises(ValueError, match="duration must be positive"):
        rubie.solve(decay, until=0.0)
    with pytest.raises(ValueError, match="grid_type"):
        rubie.solve(decay, grid_type="full")
    with pytest.raises(TypeError):
        rubie.create_ODE_system(None)


def test_options_without_effect_are_taken(decay):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rubie.Solver(decay, blocksize=256, unroll_stage=True, lineinfo=False)
    with pytest.warns(UserWarning, match="krylov_atol: without effect"):
        rubie.Solver(decay, krylov_atol=1e-3)


def test_linear_solvers_by_the_names_of_cubie(decay):
    direct = rubie.solve(decay, algorithm="rodas5p").time_domain_array
    for solver in ["lu", "bicgstab", "minimal_residual", "steepest_descent"]:
        for preconditioner, order in [("jacobi", 0), ("neumann", 2), ("none", None)]:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = rubie.solve(
                    decay,
                    algorithm="rodas5p",
                    linear_correction_type=solver,
                    preconditioner_type=preconditioner,
                    preconditioner_order=order,
                )
            np.testing.assert_allclose(found.time_domain_array, direct, rtol=1e-6)
            name = "sparse" if solver == "lu" else solver
            assert found.report["linear_solver"] == name
    with pytest.raises(ValueError, match="did you mean `minimal_residual`"):
        rubie.solve(decay, algorithm="rodas5p", linear_correction_type="minimal_residua")


def test_updates_hold_or_change_nothing(decay):
    solver = rubie.Solver(decay, rtol=1e-3)
    assert solver.update(rtol=1e-8, atol=1e-10) == {"rtol", "atol"}
    with pytest.raises(KeyError):
        solver.update(rtol=1.0, unknown=2.0)
    assert solver.rtol == 1e-8 and solver.is_given("atol")
    solver.update(rtol=None)
    assert solver.rtol == 1e-6


def test_tolerances_by_name_and_list(lorenz):
    by_name = rubie.solve(lorenz, rtol={"x": 1e-9, "y": 1e-8}).time_domain_array
    by_list = rubie.solve(lorenz, rtol=[1e-9, 1e-8, 1e-6]).time_domain_array
    np.testing.assert_array_equal(by_name, by_list)


def test_defaults_can_be_changed(decay):
    decay.set_default_parameters({"k": 3.0})
    decay.set_initial_values({"x": 2.0})
    result = rubie.solve(decay.copy(), until=1.0, save="final", rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(result["x"], 2 * np.exp(-3.0), rtol=1e-9)
    with pytest.raises(KeyError):
        decay.set_default_parameters({"q": 1.0})


def test_solve_ivp_with_raw_equations():
    result = rubie.solve_ivp("dx = v\ndv = -x", y0={"x": [1.0, 2.0], "v": 0.0}, duration=np.pi, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(result.time_domain_array[-1, 0], [-1.0, -2.0], rtol=1e-8)
    with pytest.raises(TypeError):
        rubie.solve_ivp("dx = -x", parameters=[1.0])


def hill(u, k):
    power = u**2
    return power / (k**2 + power)


def test_functions_of_the_user_are_differentiated():
    system = rubie.create_ODE_system("dx = a - b*hill(x, 0.5)", states={"x": 0.1}, parameters={"a": 0.3, "b": 1.0}, user_functions={"hill": hill})
    written = rubie.create_ODE_system("dx = a - b*x**2/(0.25 + x**2)", states={"x": 0.1}, parameters={"a": 0.3, "b": 1.0})
    for method in ("tsit5", "rodas5p"):
        found, expected = (rubie.solve(s, until=5.0, method=method, rtol=1e-9, atol=1e-12)["x"] for s in (system, written))
        np.testing.assert_allclose(found, expected, rtol=1e-8)

    def right(t, y, p):
        return [p.a - p.b * hill(y[0], 0.5)]

    from_function = rubie.create_ODE_system(right, states={"x": 0.1}, parameters={"a": 0.3, "b": 1.0}, user_functions={"hill": hill})
    np.testing.assert_array_equal(rubie.solve(from_function, until=5.0)["x"], rubie.solve(system, until=5.0)["x"])
    with pytest.raises(rubie.TranslationError, match="did you mean `hill`"):
        rubie.create_ODE_system("dx = hil(x, 0.5)", states={"x": 0.1}, user_functions={"hill": hill})


def test_units_reach_legends_and_files(tmp_path):
    system = rubie.create_ODE_system(
        "dx = -k*x", states={"x": 1.0}, parameters={"k": 1.0}, state_units={"x": "mol"}, parameter_units=["1/s"]
    )
    assert system.get_states_info()[0]["unit"] == "mol" and system.get_parameters_info()[0]["unit"] == "1/s"
    result = rubie.solve(system, {"k": [1.0, 2.0]}, until=1.0, save_every=0.5)
    assert result.time_domain_legend == {0: "x [mol]"}
    result.to_zarr(tmp_path / "r.zarr")
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("zarr")
    assert xarray.open_zarr(tmp_path / "r.zarr").x.attrs["units"] == "mol"
    with pytest.raises(ValueError, match="2 units are given for 1 names"):
        rubie.create_ODE_system("dx = -x", states=["x"], state_units=["a", "b"])


def test_derivatives_of_higher_order():
    with pytest.warns(rubie.EquationWarning, match="x_t: states for derivatives"):
        system = rubie.create_ODE_system("d(d(x, t), t) = -w**2*x - 0*d(x, t)", states={"x": 1.0}, parameters={"w": 2.0})
    assert list(system.states) == ["x", "x_t"]
    result = rubie.solve(system, until=1.0, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(result["x"][-1], np.cos(2.0), rtol=1e-8)
    third = rubie.create_ODE_system(
        ["d(d(d(x, t), t), t) = -d(d(x, t), t)", "a = d(x, t)"], states={"x": 0.0, "x_t": 1.0, "x_tt": -1.0}, observables=["a"]
    )
    result = rubie.solve(third, until=1.0, output_types=["state", "observables"], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(result.time_domain_array[-1, :, 0], [1 - np.exp(-1), np.exp(-1), -np.exp(-1), np.exp(-1)], rtol=1e-8)


def test_elements_in_equations():
    system = rubie.create_ODE_system("dx0 = -x[1]\ndx1 = x[0]", states={"x0": 1.0, "x1": 0.0})
    np.testing.assert_allclose(rubie.solve(system, until=1.0, rtol=1e-10, atol=1e-12)["x0"][-1], np.cos(1.0), rtol=1e-8)


def test_equations_between_states_and_derivatives():
    """A capacitor and a divider: u follows v at once."""
    system = rubie.create_ODE_system(
        "c*dv = -u/r\n0 = v - 2*u", states={"v": 1.0, "u": 0.3}, parameters={"c": 2.0, "r": 0.5}
    )
    result = rubie.solve(system, {"c": [1.0, 2.0]}, until=1.0, method="rodas5p", rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(result["v"][-1], np.exp(-1.0 / np.array([1.0, 2.0])), rtol=1e-7)
    np.testing.assert_allclose(result["u"], result["v"] / 2, rtol=1e-7)


def test_equations_that_are_none():
    with pytest.raises(ValueError, match="an equation begins with"):
        rubie.create_ODE_system("2*x = 3", states={"x": 1.0})
