#!/usr/bin/env python3
"""Reference values for the example models, computed without RuBIE.

    python3 make_references.py [MODEL ...]        (needs numpy, scipy, mpmath)

Every right-hand side is written here a second time, from the model's source. Each case is integrated twice by
different means or at different precision; `digits` says how far both agree (relative to the largest value that a state
takes in the case). Writes <model>.json beside this file: sets of parameters and initial values that differ from
the model's defaults, times, and values[time][state].
"""
import json
import math
import pathlib
import sys

import mpmath
import numpy as np
import scipy
from scipy.integrate import solve_ivp

HERE = pathlib.Path(__file__).parent


# ---------------------------------------------------------------------- integrators

def taylor(rhs, y0, times, digits):
    """mpmath's Taylor-series integrator in `digits` decimal digits."""
    mpmath.mp.dps = digits
    solution = mpmath.odefun(lambda t, y: rhs(t, y, mpmath), 0, [mpmath.mpf(v) for v in y0])
    return [[v for v in solution(mpmath.mpf(t))] for t in times]


def numeric(rhs, y0, times, method, rtol, atol, breaks):
    """SciPy, restarted at the breaks of the right-hand side."""
    y, t, values = np.array(y0, float), 0.0, []
    for end in sorted(set(times) | {b for b in breaks if b < times[-1]}):
        if end > t:
            # A point just inside the interval keeps the right-hand side on its own side of a break.
            inside = 0.5 * (t + end)
            side = lambda s, y: rhs(s, y, math, inside)
            y = solve_ivp(side, (t, end), y, method=method, rtol=rtol, atol=atol).y[:, -1]
            t = end
        if end in times:
            values.append(list(y))
    return values


def agreement(first, second):
    """Decimal digits to which both agree, in the state that agrees least."""
    a, b = (np.array([[float(v) for v in row] for row in values]) for values in (first, second))
    scale = np.abs(a).max(axis=0)
    worst = (np.abs(a - b) / np.where(scale > 0, scale, 1)).max()
    return round(float(-math.log10(max(worst, 1e-17))), 1)


# ---------------------------------------------------------------------- models: rhs(t, y, m, inside=None)

def lorenz(p):
    return lambda t, y, m, inside=None: [
        p["sigma"] * (y[1] - y[0]), y[0] * (p["rho"] - y[2]) - y[1], y[0] * y[1] - p["beta"] * y[2]]


def lotka_volterra(p):
    return lambda t, y, m, inside=None: [
        (p["alpha"] - p["beta"] * y[1]) * y[0], (p["delta"] * y[0] - p["gamma"]) * y[1]]


def van_der_pol(p):
    return lambda t, y, m, inside=None: [y[1], p["mu"] * (1 - y[0] * y[0]) * y[1] - y[0]]


def robertson(p):
    def rhs(t, y, m, inside=None):
        first, second, third = p["k1"] * y[0], p["k2"] * y[1] * y[1], p["k3"] * y[1] * y[2]
        return [third - first, first - third - second, second]
    return rhs


def sir(p):
    def rhs(t, y, m, inside=None):
        infections, recoveries = p["beta"] * y[0] * y[1], p["gamma"] * y[1]
        return [-infections, infections - recoveries, recoveries]
    return rhs


def hodgkin_huxley(p):
    def rhs(t, y, m, inside=None):
        V, a, b, n = y
        v = V + 65                              # depolarisation from rest, as in the paper (with reversed sign)
        vtrap = lambda x, s: s * (1 - x / s / 2) if abs(x / s) < 1e-6 else x / (m.exp(x / s) - 1)
        am, bm = 0.1 * vtrap(25 - v, 10), 4 * m.exp(-v / 18)
        ah, bh = 0.07 * m.exp(-v / 20), 1 / (m.exp((30 - v) / 10) + 1)
        an, bn = 0.01 * vtrap(10 - v, 10), 0.125 * m.exp(-v / 80)
        current = (p["g_Na"] * a**3 * b * (V - p["E_Na"]) + p["g_K"] * n**4 * (V - p["E_K"])
                   + p["g_L"] * (V - p["E_L"]))
        return [(p["I_app"] - current) / p["C_m"], am * (1 - a) - bm * a, ah * (1 - b) - bh * b,
                an * (1 - n) - bn * n]
    return rhs


def beeler_reuter(p):
    # Table 1 of the paper: C1 ... C7.
    table = {
        "x1": ((0.0005, 0.083, 50, 0, 0, 0.057, 1), (0.0013, -0.06, 20, 0, 0, -0.04, 1)),
        "m": ((0, 0, 47, -1, 47, -0.1, -1), (40, -0.056, 72, 0, 0, 0, 0)),
        "h": ((0.126, -0.25, 77, 0, 0, 0, 0), (1.7, 0, 22.5, 0, 0, -0.082, 1)),
        "j": ((0.055, -0.25, 78, 0, 0, -0.2, 1), (0.3, 0, 32, 0, 0, -0.1, 1)),
        "d": ((0.095, -0.01, -5, 0, 0, -0.072, 1), (0.07, -0.017, 44, 0, 0, 0.05, 1)),
        "f": ((0.012, -0.008, 28, 0, 0, 0.15, 1), (0.0065, -0.02, 30, 0, 0, -0.2, 1)),
    }

    def rhs(t, y, m, inside=None):
        V, Ca, gates = y[0], y[1], dict(zip(("m", "h", "j", "d", "f", "x1"), y[2:]))

        def rate(c):
            return ((c[0] * m.exp(c[1] * (V + c[2])) + c[3] * (V + c[4])) / (m.exp(c[5] * (V + c[2])) + c[6]))

        I_s = p["g_s"] * gates["d"] * gates["f"] * (V + 82.3 + 13.0287 * m.log(Ca))
        I_Na = (p["g_Na"] * gates["m"]**3 * gates["h"] * gates["j"] + p["g_NaC"]) * (V - p["E_Na"])
        I_x1 = gates["x1"] * 0.8 * (m.exp(0.04 * (V + 77)) - 1) / m.exp(0.04 * (V + 35))
        I_K1 = 0.35 * (4 * (m.exp(0.04 * (V + 85)) - 1) / (m.exp(0.08 * (V + 53)) + m.exp(0.04 * (V + 53)))
                       + 0.2 * (V + 23) / (1 - m.exp(-0.04 * (V + 23))))
        when = t if inside is None else inside
        stimulus = p["amplitude"] if p["start"] <= when < p["start"] + p["duration"] else 0
        dV = (stimulus - I_K1 - I_x1 - I_Na - I_s) / p["C_m"]
        dgates = [rate(table[g][0]) * (1 - v) - rate(table[g][1]) * v for g, v in gates.items()]
        return [dV, -1e-7 * I_s + 0.07 * (1e-7 - Ca)] + dgates
    return rhs


def theophylline_exact(p, t):
    """States gut and body in closed form."""
    ka, ke, dose = (mpmath.mpf(p[k]) for k in ("ka", "ke", "dose"))
    gut = dose * mpmath.exp(-ka * t)
    return [gut, dose * ka / (ka - ke) * (mpmath.exp(-ke * t) - mpmath.exp(-ka * t))]


INSULIN = np.loadtxt(HERE.parent / "minimal_model_insulin.csv", delimiter=",", skiprows=1).T


def minimal_model(p):
    def rhs(t, y, m, inside=None):
        # Linear between samples; `numeric` restarts at each of them.
        insulin = float(np.interp(t, *INSULIN))
        return [p["SG"] * (p["basal_glucose"] - y[0]) - y[1] * y[0],
                p["p3"] * (insulin - p["basal_insulin"]) - p["p2"] * y[1]]
    return rhs


# ---------------------------------------------------------------------- cases

HH = dict(I_app=10, C_m=1, g_Na=120, g_K=36, g_L=0.3, E_Na=50, E_K=-77, E_L=-54.387)
HH_START = [-65, 0.05293248525724958, 0.5961207535084603, 0.3176769140606974]
BR = dict(C_m=1, g_Na=4, g_NaC=0.003, E_Na=50, g_s=0.09, amplitude=25, start=0, duration=2)
BR_START = [-84.624, 1e-7, 0.011, 0.988, 0.975, 0.003, 0.994, 0.0001]

# model: (rhs, states, default parameters, default start, times, changes of parameters and start, means)
CASES = {
    "lorenz": (lorenz, "x y z", dict(sigma=10.0, rho=28.0, beta=8 / 3), [1, 0, 0], [0.5, 1.0],
               [dict(rho=r) for r in (0.0, 3.5, 7.0, 10.5, 14.0, 17.5, 21.0)], "taylor"),
    "lotka_volterra": (lotka_volterra, "x y", dict(alpha=1.5, beta=1.0, gamma=3.0, delta=1.0), [1, 1],
                       [2.5, 5.0, 10.0], [{}, dict(alpha=1.2, delta=0.8), dict(x=4.0, y=2.0)], "taylor"),
    "van_der_pol": (van_der_pol, "x v", dict(mu=1.0), [2, 0], [5.0, 10.0],
                    [{}, dict(mu=0.1), dict(mu=3.0), dict(mu=0.0)], "taylor"),
    "sir": (sir, "S I R", dict(beta=2.18e-3, gamma=0.44036), [762, 1, 0], [5.0, 10.0, 15.0],
            [{}, dict(beta=1e-3), dict(I=20.0, gamma=0.3)], "taylor"),
    "robertson": (robertson, "A B C", dict(k1=0.04, k2=3e7, k3=1e4), [1, 0, 0], [0.4, 4.0, 40.0],
                  [{}, dict(k2=1e7), dict(k2=1e8)], "stiff"),
    "hodgkin_huxley": (hodgkin_huxley, "V m h n", HH, HH_START, [2.0, 10.0, 50.0],
                       [{}, dict(I_app=0.0), dict(I_app=20.0), dict(g_Na=100.0)], "numeric"),
    "beeler_reuter": (beeler_reuter, "V Cai m h j d f x1", BR, BR_START, [2.0, 10.0, 100.0, 400.0],
                      [{}, dict(g_s=0.06), dict(amplitude=5.0)], "numeric"),
    "minimal_model": (minimal_model, "glucose effect",
                      dict(basal_insulin=11, basal_glucose=92, SG=0.026, p2=0.025, p3=1.25e-5), [279, 0],
                      [10.0, 50.0, 182.0], [{}, dict(p3=4e-5), dict(SG=0.01, glucose=200.0)], "numeric"),
}


def make(name):
    rhs, states, defaults, start, times, changes, means = CASES[name]
    states = states.split()
    sets, digits = [], 99
    for change in changes:
        p = dict(defaults, **{k: v for k, v in change.items() if k in defaults})
        y0 = [change.get(s, v) for s, v in zip(states, start)]
        breaks = [p["start"], p["start"] + p["duration"]] if "duration" in p else []
        breaks = list(INSULIN[0]) if name == "minimal_model" else breaks
        if means == "taylor":
            first = taylor(rhs(p), y0, times, 25)
            second = numeric(rhs(p), y0, times, "DOP853", 1e-13, 1e-13, breaks)
        elif means == "stiff":
            first = numeric(rhs(p), y0, times, "Radau", 1e-12, 1e-19, breaks)
            second = numeric(rhs(p), y0, times, "LSODA", 1e-12, 1e-19, breaks)
        else:
            first = numeric(rhs(p), y0, times, "DOP853", 3e-14, 1e-18, breaks)
            second = numeric(rhs(p), y0, times, "Radau", 1e-12, 1e-17, breaks)
        digits = min(digits, agreement(first, second))
        text = lambda v: mpmath.nstr(v, 17) if isinstance(v, mpmath.mpf) else repr(float(v))
        sets.append({"set": change, "values": [[text(v) for v in row] for row in first]})
    origins = {
        "taylor": f"mpmath {mpmath.__version__} odefun, 25 digits; compared with SciPy {scipy.__version__} DOP853 at 1e-13",
        "stiff": f"SciPy {scipy.__version__} Radau at rtol 1e-12; compared with LSODA at 1e-12",
        "numeric": f"SciPy {scipy.__version__} DOP853 at rtol 3e-14; compared with Radau at 1e-12",
    }
    return {"model": name, "origin": origins[means], "digits": digits, "states": states, "times": times, "sets": sets}


def theophylline():
    mpmath.mp.dps = 30
    defaults, times, sets = dict(dose=4.5, ka=1.6, ke=0.0863), [0.5, 2.0, 24.0], []
    for change in ({}, dict(ka=0.5), dict(dose=6.0, ke=0.2)):
        p = dict(defaults, **change)
        rows = [theophylline_exact(p, mpmath.mpf(t)) for t in times]
        sets.append({"set": change, "values": [[mpmath.nstr(v, 17) for v in row] for row in rows]})
    return {"model": "theophylline", "origin": "closed form", "digits": 16.0, "states": ["gut", "body"],
            "times": times, "sets": sets}


def main():
    for name in sys.argv[1:] or [*CASES, "theophylline"]:
        result = theophylline() if name == "theophylline" else make(name)
        (HERE / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
        print(f"{name:16} {result['digits']} digits")


if __name__ == "__main__":
    main()
