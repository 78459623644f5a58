"""Functions of Python as models: what they compute, and what is refused where."""

import math

import numpy as np
import pytest

import rubie

RATE = 0.25


def check(function, states, parameters=(), t=0.7):
    """One small Euler step of the translated model has the derivatives that the function itself returns."""
    parameters = dict(parameters)
    system = rubie.create_ODE_system(function, states=states, parameters=parameters)
    dt = 2.0**-20
    result = rubie.Solver(system, "euler", dt=dt, save="final").solve(duration=dt, t0=t)
    found = (result.time_domain_array[0, :, 0] - np.array(list(states.values()))) / dt
    arguments = [np.array(list(states.values()))]
    if parameters:
        arguments.append(parameters)
    np.testing.assert_allclose(found, np.array(function(t, *arguments), dtype=float), rtol=1e-8, atol=1e-8)


def test_arithmetic_functions_and_names_outside():
    def right(t, y, p):
        """Everything at once."""
        a = np.exp(-y[0]) + math.sin(t) % 0.3
        b: float = RATE * max(a, p["k"]) // 0.1
        b += np.where(a > 0.2, a**2, -a)
        return [b - y[0], np.clip(a, 0.0, 0.5) - abs(y[1]) * math.pi]

    check(right, {"u": 0.3, "w": -0.4}, {"k": 0.9})


def test_lists_that_are_repeated():
    def right(t, y, p):
        n = len(y)
        flow = [0.0] * n
        for i in range(n):
            flow[i] = y[(i + 1) % n] - p["k"] * y[i]
        return flow

    check(right, {"a": 0.3, "b": -0.4, "c": 1.0}, {"k": 0.9})


def test_branches_and_loops():
    def right(t, y, p):
        total = 0.0
        for i in range(1, 4):
            total += y[0] / i
        if y[0] > 0.5 and not y[1] > 2:
            flow = total
            extra = 1.0
        elif 0.1 < y[1] <= 0.4:
            flow = -total
            extra = 2.0
        else:
            flow, extra = 0.0, 3.0
        return flow * p["k"], extra

    for first in (0.2, 0.8):
        for second in (0.3, 1.0):
            check(right, {"u": first, "w": second}, {"k": 1.5})


def test_names_that_models_reserve_are_renamed():
    def right(time, y):
        t = 2.0 * time
        state = t + y[0]
        return [state]

    check(right, {"x": 0.5})


def test_derivatives_by_name_and_observables():
    def right(t, y, k):
        flux = k * y["a"]
        flux = 2 * flux
        return {"b": flux, "a": -flux}

    system = rubie.create_ODE_system(right, states={"a": 1.0, "b": 0.0}, parameters={"k": 0.5}, observables=["flux"])
    result = rubie.solve(system, until=1.0, output_types=["state", "observables"], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(result["a"][-1], np.exp(-1.0), rtol=1e-9)
    np.testing.assert_allclose(result["flux"], result["a"], rtol=1e-12)


def refuse_while(t, y):
    x = y[0]
    while x > 1:
        x = x - 1
    return [x]


def refuse_call(t, y):
    return [open(y[0])]


def refuse_branch(t, y):
    if y[0] > 1:
        late = 1.0
    return [late]


def refuse_name(t, y):
    return [-nowhere * y[0]]


@pytest.mark.parametrize(
    ("function", "offset", "words"),
    [
        (refuse_while, 2, "while"),
        (refuse_call, 1, "`open` is not a function"),
        (refuse_branch, 1, "`late` has a value in one branch only"),
        (refuse_name, 1, "unknown name `nowhere`"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_place(function, offset, words):
    with pytest.raises(rubie.TranslationError, match=words) as caught:
        rubie.create_ODE_system(function, states={"x": 1.0})
    assert caught.value.filename.endswith("test_translate.py")
    assert caught.value.lineno == function.__code__.co_firstlineno + offset
    assert caught.value.text.strip()
