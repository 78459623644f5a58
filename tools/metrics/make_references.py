#!/usr/bin/env python3
"""Summaries of sampled trajectories by NumPy and SciPy, as references for the metrics.

    python3 -m venv venv && venv/bin/pip install numpy scipy
    venv/bin/python tools/metrics/make_references.py > crates/rubie-output/tests/data/metrics.json

Whole trajectories are at hand here, so nothing is computed sample by sample as the metrics do it: moments in
extended precision, differences by `numpy.diff`, peaks from the list of plateaus, crossings from the list of sides. A metric that
looks at a sample that is not a number has no result; `null` stands for NaN.
"""

import itertools
import json
import math

import numpy as np
from scipy.integrate import solve_ivp, trapezoid

SLOTS = 3
LEVEL = 0.5
# Exact in binary: sums of them do not depend on how they are formed, nor do the algorithm's decisions.
FRACTIONS = (0.25, 0.5, 0.875)


def peaks(samples, sign):
    """Indices of the peaks, and of the samples that show them (the first after a plateau)."""
    plateaus, place = [], 0
    for value, group in itertools.groupby(samples):
        length = len(list(group))
        plateaus.append((sign * value, place + length - 1))
        place += length
    found = []
    for (a, _), (b, last), (c, _) in zip(plateaus, plateaus[1:], plateaus[2:]):
        if b > a and b > c:
            found.append((last, last + 1))
    return found


def p_square(samples, p):
    """The quantile estimate of Jain and Chlamtac, CACM 28 (1985) 1076-1085, box 1, with lists as printed there."""
    if any(math.isnan(x) for x in samples):
        return math.nan
    if len(samples) <= 5:
        return float(np.quantile(samples, p))
    q, n = sorted(samples[:5]), [1, 2, 3, 4, 5]
    desired, rates = [1, 1 + 2 * p, 1 + 4 * p, 3 + 2 * p, 5], [0, p / 2, p, (1 + p) / 2, 1]
    for x in samples[5:]:
        if x < q[0]:
            q[0], cell = x, 0
        elif x >= q[4]:
            q[4], cell = x, 3
        else:
            cell = max(i for i in range(4) if q[i] <= x)
        for i in range(cell + 1, 5):
            n[i] += 1
        desired = [a + b for a, b in zip(desired, rates)]
        for i in (1, 2, 3):
            d = desired[i] - n[i]
            if (d >= 1 and n[i + 1] - n[i] > 1) or (d <= -1 and n[i - 1] - n[i] < -1):
                d = 1 if d > 0 else -1
                new = q[i] + d / (n[i + 1] - n[i - 1]) * (
                    (n[i] - n[i - 1] + d) * (q[i + 1] - q[i]) / (n[i + 1] - n[i])
                    + (n[i + 1] - n[i] - d) * (q[i] - q[i - 1]) / (n[i] - n[i - 1]))
                if not q[i - 1] < new < q[i + 1]:
                    new = q[i] + d * (q[i + d] - q[i]) / (n[i + d] - n[i])
                q[i], n[i] = new, n[i] + d
    return q[2]


def window_results(case, first, last):
    """Results of the samples first..last (exclusive)."""
    v = np.array(case["samples"], dtype=float)
    h = case["interval"]
    t = case["start"] + h * np.arange(1, len(v) + 1)
    w, exact = v[first:last], v[first:last].astype(np.longdouble)
    n = len(w)
    out = {}

    mean = exact.sum() / n
    std = np.sqrt(((exact - mean) ** 2).sum() / n)
    rms = np.sqrt((exact**2).sum() / n)
    out["mean"], out["std"], out["rms"] = mean, std, rms
    out["mean_std"], out["std_rms"], out["mean_std_rms"] = [mean, std], [std, rms], [mean, std, rms]
    out["max"], out["min"] = np.max(w), np.min(w)
    out["extrema"] = [np.max(w), np.min(w)]
    out["max_magnitude"] = np.max(np.abs(w))
    # A window of one infinite sample has a maximum; NaN makes all of them NaN.
    nan = bool(np.any(np.isnan(w)))
    out["time_of_max"] = math.nan if nan else t[first + int(np.argmax(w))]
    out["time_of_min"] = math.nan if nan else t[first + int(np.argmin(w))]
    out["final"] = w[-1]

    joined = np.concatenate([[case["start_value"]], v])
    out["auc"] = trapezoid(joined[first : last + 1].astype(np.longdouble), dx=h)
    sides = joined > LEVEL
    changes = np.flatnonzero(sides[1:] != sides[:-1])
    count = int(np.sum((changes >= first) & (changes < last)))
    looked_at = bool(np.any(np.isnan(joined[first : last + 1])))
    out["threshold_crossings[0.5]"] = math.nan if looked_at else count

    for p in FRACTIONS:
        out[f"quantile[{p}]"] = p_square(list(w), p)

    # A difference belongs to the window of its last sample.
    for name, order in (("dxdt", 1), ("d2xdt2", 2)):
        ends = np.arange(order, len(v))
        quotients = np.diff(v, n=order)[(ends >= first) & (ends < last)] / h**order
        top = np.max(quotients) if len(quotients) else math.nan
        low = np.min(quotients) if len(quotients) else math.nan
        out[f"{name}_max"], out[f"{name}_min"], out[f"{name}_extrema"] = top, low, [top, low]

    for name, sign in (("peak", 1), ("negative_peak", -1)):
        found = [at for at, shown in peaks(case["samples"], sign) if first <= shown < last][:SLOTS]
        rest = SLOTS - len(found)
        undefined = [math.nan] * SLOTS
        out[f"{name}s[{SLOTS}]"] = undefined if nan else found + [0] * rest
        out[f"{name}_times[{SLOTS}]"] = undefined if nan else [t[i] for i in found] + [math.nan] * rest
    return out


def case(name, start, interval, start_value, samples, per_window):
    return {"name": name, "start": start, "interval": interval, "start_value": float(start_value),
            "samples": [float(x) for x in samples], "samples_per_window": per_window}


def cases():
    rng = np.random.default_rng(20)
    h = 0.05
    grid = h * np.arange(0, 121)

    sine = np.sin(2.3 * grid) * np.exp(-0.1 * grid)
    yield case("damped oscillation", 0.0, h, sine[0], sine[1:], 40)
    yield case("damped oscillation, one window", 0.0, h, sine[0], sine[1:], 120)

    lorenz = solve_ivp(lambda t, y: [10 * (y[1] - y[0]), y[0] * (28 - y[2]) - y[1], y[0] * y[1] - 8 / 3 * y[2]],
                       (0, 20), [1.0, 0.0, 0.0], t_eval=np.linspace(0, 20, 1001), rtol=1e-9, atol=1e-9)
    for name, row in zip("xyz", lorenz.y):
        yield case(f"Lorenz {name}", 0.0, 0.02, row[0], row[1:], 250)

    small = 1e8 + 1e-3 * np.sin(7 * grid)
    yield case("small oscillation about a large mean", 3.0, h, small[0], small[1:], 60)
    yield case("fall from a large value", 0.0, h, 1e6, 1e6 * np.exp(-8 * grid[1:]) + 1, 120)
    yield case("constant", -2.0, 0.1, 0.1, [0.1] * 30, 10)
    yield case("zero", 0.0, 0.1, 0.0, [0.0] * 12, 4)

    spikes = np.where(rng.random(200) < 0.1, 10 * rng.random(200), 0.0)
    yield case("spikes from zero", 0.0, 1e-3, 0.0, spikes, 50)
    steps = rng.integers(-2, 3, 240).astype(float)
    yield case("random steps with plateaus", 10.0, 0.5, 1.0, steps, 24)
    yield case("peaks through exact zeros", 0.0, 1.0, 0.0, [0, 1, 0, -1, 0, 1, 0, -1, 0, 1, 0, -1], 6)
    yield case("plateau at first, peak across windows", 0.0, 1.0, 2.0, [2, 2, 1, 3, 3, 1, 1, 0, 0, 4], 5)
    yield case("crossings", 0.0, 1.0, 1.0, [0, 0.5, 1, 0.5, 0.6, 0.4, 2, 2], 4)

    yield case("one sample", 0.0, 1.0, 1.0, [2.5], 1)
    yield case("two samples", 0.0, 0.5, 1.0, [2.5, -1.5], 2)
    yield case("three samples", 0.0, 0.5, 1.0, [2.5, -1.5, 0.25], 3)
    yield case("windows of one sample", 0.0, 0.5, 1.0, [2.5, -1.5, 0.25, 7.0], 1)

    failing = sine[1:].copy()
    failing[30] = math.nan
    yield case("one sample undefined", 0.0, h, sine[0], failing, 20)
    failing[70:] = math.nan
    yield case("undefined from the middle on", 0.0, h, sine[0], failing, 30)


def number(x):
    x = float(x)
    return None if math.isnan(x) else x


def listed(x):
    return [number(e) for e in x] if isinstance(x, (list, tuple)) else [number(x)]


def main():
    found = []
    for c in cases():
        n = c["samples_per_window"]
        windows = []
        for first in range(0, len(c["samples"]) // n * n, n):
            with np.errstate(invalid="ignore"):
                windows.append({k: listed(v) for k, v in window_results(c, first, first + n).items()})
        c["windows"] = windows
        c["samples"] = [number(x) for x in c["samples"]]
        found.append(c)
    print("[" + ",\n".join(json.dumps(c) for c in found) + "]")


main()
