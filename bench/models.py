"""Models of any size for the measurements."""

import re
import subprocess


def ring(n):
    """Text of `n` oscillators in a ring, each coupled to its neighbours, one driven by a sine of time.

    A step of tsit5 has about 87 instructions for each."""
    lines = ["param k = 1.5, c = 0.1"]
    for i in range(n):
        left, right = (i - 1) % n, (i + 1) % n
        lines += [
            f"state x{i} = {0.001 * i}",
            f"x{i}' = k*(x{left} - 2*x{i} + x{right}) - c*x{i}^3 + {'sin(t)' if i == 0 else '0.1*t'}",
        ]
    return "\n".join(lines) + "\n"


def instructions(command, model):
    """Instructions of each program that a solve of the model with tsit5 runs, by the program's name."""
    words = [str(command), "check", str(model), "--listing", "--method", "tsit5"]
    listing = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return {
        name: int(count)
        for name, count in re.findall(r"^program (\S+) \S+: (\d+) instructions", listing, re.MULTILINE)
    }
