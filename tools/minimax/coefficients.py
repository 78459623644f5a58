#!/usr/bin/env python3
"""Computes every polynomial of the elementary functions with Sollya and writes the Rust table.

    python3 tools/minimax/coefficients.py > crates/rubie-program/src/functions/coefficients.rs
"""

import math
import re
import subprocess
import sys

# name, what it is, function, exact part, exponents of the monomials (f64; f32), interval (f64; f32), kind of error.
# An interval that should start at 0 starts at 2^-20 where the function vanishes there: the error is relative.
POLYNOMIALS = [
    ("EXP", "`(e^x - 1 - x) / x^2` in x", "exp(x)", "1 + x", (range(2, 12), range(2, 7)),
     ("[-0.34660;0.34660]", "[-0.3467;0.3467]"), "relative"),
    ("EXP2", "`(2^x - 1) / x` in x", "2^x", "1", (range(1, 12), range(1, 7)),
     ("[-0.5;0.5]", "[-0.5;0.5]"), "relative"),
    ("LOG", "`(log((1 + s) / (1 - s)) - 2 s) / s^3` in s^2", "log((1+x)/(1-x))", "2*x",
     (range(3, 17, 2), range(3, 9, 2)), ("[1b-20;0.17158]", "[1b-20;0.1716]"), "relative"),
    ("LOG2_TAIL", "`(log2((1 + s) / (1 - s)) - 2 / ln 2 (s + s^3 / 3)) / s^5` in s^2", "log2((1+x)/(1-x))",
     "2/log(2)*(x + x^3/3)", (range(5, 21, 2), range(5, 13, 2)), ("[1b-20;0.17158]", "[1b-20;0.1716]"), "relative"),
    ("SIN", "`(sin x - x) / x^3` in x^2", "sin(x)", "x", (range(3, 15, 2), range(3, 9, 2)),
     ("[1b-20;0.78541]", "[1b-20;0.7925]"), "relative"),
    ("COS", "`(cos x - 1 + x^2 / 2) / x^4` in x^2", "cos(x)", "1 - x^2/2", (range(4, 16, 2), range(4, 10, 2)),
     ("[1b-20;0.78541]", "[1b-20;0.7925]"), "relative"),
    ("TAN", "`(tan x - x) / x^3` in x^2", "tan(x)", "x", (range(3, 33, 2), range(3, 17, 2)),
     ("[1b-20;0.78541]", "[1b-20;0.7925]"), "relative"),
    ("ASIN", "`(asin x - x) / x^3` in x^2", "asin(x)", "x", (range(3, 29, 2), range(3, 13, 2)),
     ("[1b-20;0.5]", "[1b-20;0.5]"), "relative"),
    ("ATAN", "`(atan x - x) / x^3` in x^2", "atan(x)", "x", (range(3, 43, 2), range(3, 21, 2)),
     ("[1b-20;1]", "[1b-20;1]"), "relative"),
    ("SINH", "`(sinh x - x) / x^3` in x^2", "sinh(x)", "x", (range(3, 12, 2), range(3, 9, 2)),
     ("[1b-20;0.34660]", "[1b-20;0.3467]"), "relative"),
    ("COSH", "`(cosh x - 1) / x^2` in x^2", "cosh(x)", "1", (range(2, 14, 2), range(2, 8, 2)),
     ("[1b-20;0.34660]", "[1b-20;0.3467]"), "relative"),
    ("TANH", "`(tanh x - x) / x^3` in x^2", "tanh(x)", "x", (range(3, 27, 2), range(3, 15, 2)),
     ("[1b-20;0.625]", "[1b-20;0.625]"), "relative"),
    ("ATANH", "`(atanh x - x) / x^3` in x^2", "atanh(x)", "x", (range(3, 25, 2), range(3, 13, 2)),
     ("[1b-20;0.36]", "[1b-20;0.36]"), "relative"),
    ("RECIPROCAL_CBRT", "`x^(-1/3)` in x", "x^(-1/3)", "0", (range(0, 7), range(0, 5)),
     ("[0.5;4]", "[0.5;4]"), "relative"),
    ("ERF", "`erf(x) / x - 1` in x^2", "erf(x)", "x", (range(1, 27, 2), range(1, 15, 2)),
     ("[1b-20;1]", "[1b-20;1]"), "relative"),
    ("LOG_ERFC", "`log(erfc x)` in x, the error times erfc x", None, "0", (range(0, 20), range(0, 10)),
     ("[1;6]", "[1;4]"), "absolute"),
]

# name, expression, parts: each rounded towards zero but the last, so that all have one sign.
CONSTANTS = [
    ("LN_2", "log(2)", 2),
    ("LOG2_E", "1 / log(2)", 2),
    ("LOG10_E", "1 / log(10)", 2),
    ("LOG10_2", "log(2) / log(10)", 2),
    ("HALF_PI", "pi / 2", 3),
    ("TWO_OVER_PI", "2 / pi", 1),
    ("TWO_OVER_LN_2", "2 / log(2)", 2),
    ("TWO_THIRDS_OVER_LN_2", "2 / (3 * log(2))", 2),
]

SETTINGS = "prec=300!; display=hexadecimal!; points=201!; roundingwarnings=off!;"


def sollya(text):
    answer = subprocess.run(["sollya", "--warnonstderr"], input=text, capture_output=True, text=True, timeout=600)
    return answer.stdout


def polynomial(function, exact, powers, digits, interval, kind):
    """Coefficients and the logarithm to base 2 of the error."""
    powers = list(powers)
    kind_of_number = {"f64": "D", "f32": "SG"}[digits]
    formats = ",".join([kind_of_number] * len(powers))
    error = "f" if kind == "relative" else "1"
    text = SETTINGS + f"""
        f = {function}; I = {interval};
        p = fpminimax(f, [|{",".join(map(str, powers))}|], [|{formats}|], I, {kind}, {exact});
        for i in [|{",".join(map(str, powers))}|] do print("C", coeff(p - ({exact}), i));
        display=decimal!; print("E", dirtyinfnorm((p - f) / ({error}), I));
    """
    return read(sollya(text), powers)


def constant(expression, parts, digits):
    """The parts of a constant."""
    kind_of_number = {"f64": "D", "f32": "SG"}[digits]
    text = SETTINGS + f"c = {expression};"
    for part in range(parts):
        mode = "RN" if part == parts - 1 else "RZ"
        text += f'p = round(c, {kind_of_number}, {mode}); print("C", p); c = c - p;\n'
    return [float.fromhex(n) for n in re.findall(r"^C (\S+)", sollya(text), re.M)]


def weighted_log_erfc(powers, digits, interval):
    """The polynomial p with erfc(x) |p(x) - log erfc(x)| smallest: Remez, then rounded."""
    powers = list(powers)
    round_to = {"f64": "D", "f32": "SG"}[digits]
    text = SETTINGS + f"""
        I = {interval}; f = log(erfc(x));
        p = remez(f * erfc(x), [|{",".join(map(str, powers))}|], I, erfc(x));
        r = roundcoefficients(p, [|{",".join([round_to] * len(powers))}|]);
        for i from 0 to {len(powers) - 1} do print("C", coeff(r, i));
        display=decimal!; print("E", dirtyinfnorm((r - f) * erfc(x), I));
    """
    return read(sollya(text), powers)


def read(answer, powers):
    numbers = [float.fromhex(n) for n in re.findall(r"^C (\S+)", answer, re.M)]
    error = re.search(r"^E (\S+)", answer, re.M)
    if error is None or len(numbers) != len(powers):
        raise RuntimeError(answer)
    return numbers, math.log2(float(error.group(1)))


def main():
    wanted = sys.argv[1:]
    print("//! The polynomials of the elementary functions, lowest power first.")
    print("//!")
    print("//! Written by `tools/minimax/coefficients.py`; change that and run it again.")
    print()
    print("use super::polynomial::{Constant, Polynomial};")
    for name, expression, parts in CONSTANTS:
        count = "" if parts == 1 else f" in {parts} parts"
        print(f"\n/// {expression.replace(' * ', ' ')}{count}.")
        print(f"pub(super) const {name}: Constant = Constant {{")
        for digits in ("f64", "f32"):
            print(f"    {digits}: &{constant(expression, parts, digits)},")
        print("};")
    for name, what, function, exact, powers, intervals, kind in POLYNOMIALS:
        if wanted and name not in wanted:
            continue
        found = {}
        for digits, those, interval in zip(("f64", "f32"), powers, intervals):
            if function is None:
                found[digits] = weighted_log_erfc(those, digits, interval)
            else:
                found[digits] = polynomial(function, exact, those, digits, interval, kind)
        print(f"\n/// {what}.")
        print("///")
        errors = ", ".join(f"2^{found[d][1]:.1f} on {i.replace('1b-20', '0').replace(';', ', ')} ({d})"
                           for d, i in zip(found, intervals))
        print(f"/// Error ({kind}): {errors}.")
        print(f"pub(super) const {name}: Polynomial = Polynomial {{")
        for digits, (numbers, _) in found.items():
            print(f"    {digits}: &[")
            for number in numbers:
                print(f"        {number!r},")
            print("    ],")
        print("};")
        print(name, {d: (len(found[d][0]), round(found[d][1], 1)) for d in found}, file=sys.stderr)


if __name__ == "__main__":
    main()
