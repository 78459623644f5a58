"""Random functions of Python, translated, beside what Python itself computes.

`RUBIE_RANDOM_FUNCTIONS=5000` tries that many.
"""

import linecache
import math
import os
import random
import warnings

import numpy as np
import pytest

import rubie

STATES, RUNS = 3, 12
COUNT = int(os.environ.get("RUBIE_RANDOM_FUNCTIONS", "60"))
TABLE = [0.25, -1.5, 2.0]
SCALE = 1.25


class Writer:
    """Writes a function of time, states and parameters with every construct that a model can say."""

    def __init__(self, seed):
        self.random, self.lines, self.names, self.size = random.Random(seed), [], [], 0

    def function(self):
        self.lines = ["def right(t, y, p):"]
        self.names, self.lists = [], {}
        for _ in range(self.random.randint(2, 6)):
            self.statement(1)
        results = [f"out{i}" for i in range(STATES)]
        for name in results:
            self.line(1, f"{name} = {self.number(3)}")
        self.line(1, "return [0.0*y[0], 0.0, 0.0]")
        return "\n".join(self.lines) + "\n", results

    def line(self, depth, text):
        self.lines.append("    " * depth + text)

    def statement(self, depth):
        choose = self.random.choice
        kind = choose(["value", "value", "several", "change", "if", "for", "list", "element"])
        if kind == "change" and self.names:
            self.line(depth, f"{choose(self.names)} {choose('+-*')}= {self.number(2)}")
        elif kind == "several":
            one, other = self.name(), self.name()
            self.line(depth, f"{one}, {other} = {self.number(2)}, {self.number(2)}")
            self.names += [one, other]
        elif kind == "if" and depth < 3:
            target = self.name()
            self.line(depth, f"if {self.truth(2)}:")
            self.line(depth + 1, f"{target} = {self.number(2)}")
            if self.random.random() < 0.5:
                self.line(depth, f"elif {self.truth(1)}:")
                self.line(depth + 1, f"{target} = {self.number(1)}")
            self.line(depth, "else:")
            self.line(depth + 1, f"{target} = {self.number(2)}")
            self.names.append(target)
        elif kind == "for" and depth < 2:
            total = self.name()
            self.line(depth, f"{total} = {self.number(1)}")
            self.line(depth, choose(["for i in range(3):", "for i in range(len(y)):", "for i in range(2, -1, -1):"]))
            self.line(depth + 1, f"{total} = {total}/2 + {choose(['y[i]', 'TABLE[i]*y[(i + 1) % 3]', 'y[i - 1]*i', '(-1)**i'])}")
            self.names += [total, "i"]
        elif kind == "list" and depth < 2:
            name = self.name()
            self.line(depth, f"{name} = {choose(['np.zeros(3)', '[1.0, 2.0, y[0]]', 'np.array(y)', 'np.ones_like(y)', 'y.copy()'])}")
            self.lists[name] = 3
        elif kind == "element" and self.lists:
            self.line(depth, f"{choose(list(self.lists))}[{choose(['0', '1', '-1'])}] {choose(['', '+'])}= {self.number(2)}")
        else:
            name = self.name()
            self.line(depth, f"{name} = {self.number(3)}")
            self.names.append(name)

    def name(self):
        self.size += 1
        return self.random.choice(["a", "dx", "state", "k_", "flow", "mu"]) + str(self.size)

    def number(self, depth):
        choose, number = self.random.choice, lambda: self.number(depth - 1)
        if depth <= 0:
            leaves = ["t", "y[0]", "y[-1]", 'y["v"]', "y.w", "p.k", 'p["m"]', "SCALE", "TABLE[1]", repr(self.random.randint(-16, 16) / 8)]
            return choose([*leaves, *(f"{name}[{choose([0, 1, 2])}]" for name in self.lists), *self.names, *self.names])
        kind = choose(["leaf", "sum", "product", "quotient", "power", "floor", "mod", "minus", "if", "call", "call", "truth", "or"])
        if kind == "sum":
            return f"({number()} {choose('+-')} {number()})"
        if kind == "product":
            return f"{number()}*{number()}"
        if kind == "quotient":
            return f"({number()}/({number()} + 3.5))"
        if kind == "power":
            return f"({number()})**{choose([2, 3, -1])}"
        if kind == "floor":
            return f"({number()} // {choose([0.75, 2, -1.5])})"
        if kind == "mod":
            return f"({number()} % {choose([0.75, 2, -1.5])})"
        if kind == "minus":
            return f"(-{number()})"
        if kind == "if":
            return f"({number()} if {self.truth(depth - 1)} else {number()})"
        if kind == "truth":
            return f"({self.truth(depth - 1)})*{number()}"
        if kind == "or":
            return f"({number()} {choose(['or', 'and'])} {number()})"
        if kind == "call":
            # The angle of a negative number and zero would depend on the sign of the zero.
            one, other = number(), number()
            return choose(
                [
                    f"math.exp(min({one}, 2))", f"np.sin({one})", f"math.sqrt(abs({one}))", f"np.log1p(np.abs({one}))", f"math.tanh({one})",
                    f"np.arctan2({one}, abs({other}) + 0.5)", f"np.hypot({one}, {other})", f"max({one}, {other}, 0.5)", f"np.minimum({one}, {other})",
                    f"np.where({one} > {other}, {one}, 1.0)", f"np.clip({one}, -1, 1)", f"np.sign({one})", f"math.floor({one})",
                    f"math.log(2 + abs({one}), 2)", f"pow({one}, 2)", f"np.heaviside({one}, 0.5)",
                ]
            )  # fmt: skip
        return self.number(0)

    def truth(self, depth):
        choose = self.random.choice
        if depth > 0 and self.random.random() < 0.4:
            return f"({self.truth(depth - 1)} {choose(['and', 'or'])} {self.truth(depth - 1)})"
        if self.random.random() < 0.2:
            return f"(not {self.truth(depth - 1)})"
        if self.random.random() < 0.2:
            return f"{self.number(1)} < {self.number(0)} <= {self.number(1)}"
        return f"{self.number(1)} {choose(['<', '<=', '>', '>=', '==', '!='])} {self.number(1)}"


class Vector(np.ndarray):
    """An array whose elements have names, too."""

    def __getitem__(self, key):
        return np.ndarray.__getitem__(self, ("u", "v", "w").index(key) if isinstance(key, str) else key)

    u, v, w = (property(lambda self, i=i: np.ndarray.__getitem__(self, i)) for i in range(3))


class Parameters(dict):
    __getattr__ = dict.__getitem__


def evaluated(observing, t, states, parameters):
    """What Python computes; None where that is no finite real number."""
    try:
        with np.errstate(all="raise"):
            values = [complex(value) for value in observing(t, states.view(Vector), Parameters(parameters))]
    except (ArithmeticError, ValueError, TypeError):
        return None
    array = np.array(values)
    good = np.isfinite(array).all() and (array.imag == 0).all() and (np.abs(array) < 1e12).all()
    return array.real if good else None


@pytest.mark.parametrize("part", range(6))
def test_random_functions(part):
    compared = 0
    for seed in range(part, COUNT, 6):
        text, results = Writer(seed).function()
        file = f"<random {seed}>"
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        space = {"np": np, "math": math, "TABLE": TABLE, "SCALE": SCALE, "__name__": "random"}
        exec(compile(text, file, "exec"), space)
        observing = text.rpartition("    return")[0] + f"    return {', '.join(results)}\n"
        python = dict(space)
        exec(compile(observing, file, "exec"), python)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            system = rubie.create_ODE_system(
                space["right"], states=dict.fromkeys("uvw", 0.0), parameters={"k": 1.0, "m": 1.0}, observables=results, name=file
            )
        rng = np.random.default_rng(seed)
        inputs = np.round(rng.uniform(-2, 2, (5, RUNS)) * 64) / 64
        solver = rubie.Solver(system, "euler", dt=0.5, save_variables=results)
        found = solver.solve(inputs[:3], inputs[3:], duration=0.5, t0=0.5).time_domain_array[0]
        for run in range(RUNS):
            states, (k, m) = inputs[:3, run], inputs[3:, run]
            expected = evaluated(python["right"], 0.5, states.copy(), {"k": k, "m": m})
            near = [evaluated(python["right"], 0.5 * (1 + e), states * (1 - e), {"k": k * (1 + e), "m": m * (1 - e)}) for e in (1e-11, -1e-11)]
            # Beside a jump rounding decides.
            if expected is None or any(other is None or not np.allclose(other, expected, 1e-6, 1e-6) for other in near):
                continue
            compared += 1
            np.testing.assert_allclose(found[:, run], expected, rtol=1e-9, atol=1e-9, err_msg=f"{text}\nstates {states}, k {k}, m {m}")
    assert compared > COUNT // 6 * RUNS // 4
