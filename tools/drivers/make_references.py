#!/usr/bin/env python3
"""Splines through samples by SciPy, as references for drivers.

    python3 -m venv venv && venv/bin/pip install numpy scipy
    venv/bin/python tools/drivers/make_references.py > crates/rubie-driver/tests/data/splines.json

Cubic splines are `scipy.interpolate.CubicSpline`, all others `make_interp_spline`: with its own knots for not-a-knot, with knots
at the samples (odd orders) or midway between them (even orders) and explicit derivatives at the ends for natural and clamped
boundaries. SciPy has no periodic splines of even order with knots midway: for those, and for odd ones as a check of the method, the
coefficients of periodic B-splines solve a dense system here.
"""

import json

import numpy as np
import scipy
from scipy.interpolate import BSpline, CubicSpline, make_interp_spline


def periodic(x, y, k):
    period, m = x[-1] - x[0], len(x) - 1
    base = x[:-1] if k % 2 else (x[1:] + x[:-1]) / 2
    turns = k + 2
    knots = np.concatenate([base + turn * period for turn in range(-turns, turns + 1)])
    elements = [BSpline.basis_element(knots[i : i + k + 2], extrapolate=False) for i in range(len(knots) - k - 1)]

    def row(at, nu=0):
        out = np.zeros(m)
        for i, b in enumerate(elements):
            if knots[i] <= at < knots[i + k + 1]:
                out[i % m] += float(b(at, nu))
        return out

    c = np.linalg.solve(np.array([row(at) for at in x[:-1]]), y[:-1])
    return lambda at, nu=0: float(row(at, nu) @ c)


def spline(x, y, k, boundary):
    if boundary == "periodic":
        found = periodic(x, y, k)
        if k % 2:
            other = CubicSpline(x, y, bc_type="periodic") if k == 3 else make_interp_spline(x, y, k, bc_type="periodic")
            for at in np.linspace(x[0], x[-1], 50)[:-1]:
                assert abs(found(at) - other(at)) < 1e-12
            return lambda at, nu=0: float(other(at, nu))
        return found
    if k == 1:
        return make_interp_spline(x, y, 1)
    if boundary == "not-a-knot":
        return CubicSpline(x, y, bc_type=boundary) if k == 3 else make_interp_spline(x, y, k)
    if k == 3:
        return CubicSpline(x, y, bc_type=boundary)
    first = 1 if boundary == "clamped" else 2
    ends = [(d, 0.0) for d in range(first, first + k // 2)]
    inner = x[1:-1] if k % 2 else (x[1:] + x[:-1]) / 2
    knots = np.concatenate([[x[0]] * (k + 1), inner, [x[-1]] * (k + 1)])
    return make_interp_spline(x, y, k, t=knots, bc_type=(ends, ends))


def value(f, x, y, outside, at, nu, k):
    first, last = x[0], x[-1]
    if outside == "wrap":
        period = last - first
        place = at - period * np.floor((at - first) / period)
        return float(f(place, nu))
    if outside == "hold" and nu == 0:
        return float(f(min(max(at, first), last), 0))
    return float(f(at, nu)) if first <= at <= last else 0.0


def case(name, axis, y, k, boundary, outside, rng):
    times = np.array(axis["times"]) if "times" in axis else axis["start"] + axis["interval"] * np.arange(len(y))
    x, samples = times, y
    if outside == "ramp":
        x = np.concatenate([[2 * x[0] - x[1]], x, [2 * x[-1] - x[-2]]])
        samples = np.concatenate([[0.0], y, [0.0]])
    f = spline(x, samples, k, boundary)
    reach = 1.5 * (x[-1] - x[0]) if outside == "wrap" else 0.3 * (x[-1] - x[0])
    ats = np.concatenate([times, rng.uniform(x[0], x[-1], 12), rng.uniform(x[0] - reach, x[0], 4), rng.uniform(x[-1], x[-1] + reach, 4)])
    # At knots the highest derivative jumps, at the ends of what wraps all may: they are asked for elsewhere.
    joints = np.concatenate([x, (x[1:] + x[:-1]) / 2])
    points = []
    for at in ats:
        near = np.min(np.abs(joints - at)) < 1e-9
        if near and outside == "wrap" and abs(at - x[-1]) < 1e-9:
            continue
        orders = range(0, 1 if near else k + 1)
        points.append([float(at)] + [value(f, x, samples, outside, at, nu, k) for nu in orders])
    return {"name": name, **axis, "samples": [float(v) for v in y], "order": k, "boundary": boundary, "outside": outside, "points": points}


def main():
    rng = np.random.default_rng(7)
    regular = {"start": -2.0, "interval": 0.125}
    uneven = np.cumsum(rng.uniform(0.2, 1.8, 14))
    few = {"start": 10.0, "interval": 3.0}
    found = []
    for label, axis, n in (("even", regular, 17), ("uneven", {"times": [float(t) for t in uneven]}, 14)):
        for k in range(1, 6):
            noise = rng.normal(size=n)
            closed = noise.copy()
            closed[-1] = closed[0]
            found.append(case(f"{label} periodic {k}", axis, closed, k, "periodic", "wrap", rng))
            for boundary, outside in (("natural", "zero"), ("clamped", "ramp"), ("not-a-knot", "hold"), ("clamped", "wrap")):
                found.append(case(f"{label} {boundary} {k} {outside}", axis, noise, k, boundary, outside, rng))
    for k in range(1, 6):
        short = rng.normal(size=k + 1)
        for boundary in ("natural", "clamped", "not-a-knot"):
            found.append(case(f"fewest {boundary} {k}", few, short, k, boundary, "zero", rng))
        if k > 1:
            closed = np.append(short, short[0])
            found.append(case(f"few periodic {k}", few, closed, k, "periodic", "wrap", rng))
    print("[" + ",\n".join(json.dumps(c) for c in found) + "]")


main()
