"""The package must be installed: `pip install .[test]`."""

import pytest

import rubie

LORENZ = "dx = sigma*(y - x)\ndy = x*(rho - z) - y\ndz = x*y - beta*z"


@pytest.fixture
def lorenz():
    return rubie.create_ODE_system(
        LORENZ,
        states={"x": 1.0, "y": 0.0, "z": 0.0},
        parameters={"sigma": 10.0, "rho": 28.0, "beta": 8 / 3},
    )


@pytest.fixture
def decay():
    return rubie.create_ODE_system("dx = -k*x", states={"x": 1.0}, parameters={"k": 1.0})
