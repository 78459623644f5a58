"""How long a model of any size takes to become a kernel, and how much of that is machine code."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402
import models  # noqa: E402

# Oscillators in the ring: about 1,000, 3,000, 10,000, 30,000, 100,000 and 200,000 instructions per step.
RINGS = (8, 31, 111, 341, 1146, 2295)


def seconds(command, model, rounds):
    """Least seconds from the checked model to the kernel, with machine code and without, taken in turns."""
    words = [model, "--until", 1e-6, "--dt", 1e-6, "--save", "final", "--backend"]
    found = {backend: [] for backend in ("jit", "interpreter")}
    for _ in range(rounds):
        for backend, values in found.items():
            values.append(common.solve(command, *words, backend)["compile_seconds"])
    return min(found["jit"]), min(found["interpreter"])


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    command = common.rubie()
    machine = common.machine()
    print(machine, flush=True)
    records = []
    with tempfile.TemporaryDirectory() as folder:
        cases = [(name, common.EXAMPLES / f"{name}.model") for name in ("lorenz", "beeler_reuter")]
        for n in RINGS:
            path = Path(folder) / f"ring{n}.model"
            path.write_text(models.ring(n))
            cases.append((f"ring of {n:,}", path))
        for label, path in cases:
            programs = models.instructions(command, path)
            total, before = seconds(command, path, rounds)
            records.append(
                {
                    "label": label,
                    "attempt": programs["attempt"],
                    "instructions": sum(programs.values()),
                    "total": total,
                    "jit": total - before,
                }
            )
    rows = [
        [
            one["label"],
            f"{one['attempt']:,}",
            f"{one['instructions']:,}",
            f"{1e3 * (one['total'] - one['jit']):,.2f}",
            f"{1e3 * one['jit']:,.2f}",
            f"{1e9 * one['jit'] / one['instructions']:,.0f}",
        ]
        for one in records
    ]
    header = [
        "model",
        "instructions per attempted step",
        "of all programs",
        "lowering, ms",
        "machine code, ms",
        "ns per instruction",
    ]
    print("\n" + common.table(header, rows))
    print("\nmachine code: compile_seconds with --backend jit less those with --backend interpreter")
    common.BUILD.mkdir(parents=True, exist_ok=True)
    data = common.BUILD / "compile.json"
    data.write_text(json.dumps({"machine": machine, "records": records}, indent=1))
    try:
        figure = [
            common.peers_python(),
            HERE.parent / "figure.py",
            "compile",
            data,
            common.FIGURES / "compile.svg",
        ]
        subprocess.run([str(word) for word in figure], check=True)
    except common.Unavailable as reason:
        print(f"no figure: {reason}", file=sys.stderr)


main()
