"""Two stiff sweeps: RuBIE beside C by hand and established solvers; time per run, and errors against 113-bit arithmetic."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402

# Runs minus one are multiples of this, so that all contestants meet the same values of the parameter.
SAMPLES = 8
PROBLEMS = {
    "robertson": {
        "title": "Robertson, k2 from 1e7 to 1e8, t to 1e5, rtol 1e-6, atol 1e-9",
        "range": ("k2", 1e7, 1e8), "until": "1e5", "rtol": "1e-6", "atol": "1e-9", "states": ("A", "B", "C"),
    },
    "van_der_pol": {
        "title": "Van der Pol, mu from 1 to 1000, t to 200, rtol = atol = 1e-6",
        "range": ("mu", 1.0, 1e3), "until": "200", "rtol": "1e-6", "atol": "1e-6", "states": ("x", "v"),
    },
}


def swept(problem):
    _, low, high = PROBLEMS[problem]["range"]
    return [low * (high / low) ** (i / SAMPLES) for i in range(SAMPLES + 1)]


def reference(problem):
    """Exact final states at the sampled values; kept in the build folder, for it takes seconds per value."""
    source = b"".join((HERE / name).read_bytes() for name in ("reference.c", "problem.h", "rodas5p.h"))
    kept = common.BUILD / f"{problem}-{hashlib.sha256(source).hexdigest()[:12]}.json"
    if not kept.exists():
        program = common.compile_c(HERE / "reference.c", libraries=("-lquadmath", "-lm"), name="reference")
        values = "\n".join(repr(value) for value in swept(problem))
        done = subprocess.run([program, problem, "1e-15"], input=values, capture_output=True, text=True, check=True)
        kept.write_text(json.dumps([[float(word) for word in line.split()] for line in done.stdout.splitlines()]))
    return json.loads(kept.read_text())


def errors(problem, file):
    """The largest error of each state over the sampled runs of a table with one row per run."""
    names = PROBLEMS[problem]["states"]
    with open(file, newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    every, rest = divmod(len(rows) - 1, SAMPLES)
    assert rest == 0, "runs minus one must be a multiple of the samples"
    exact = reference(problem)
    return [max(abs(float(rows[i * every][name]) - exact[i][s]) for i in range(SAMPLES + 1)) for s, name in enumerate(names)]


def by_hand(problem, _):
    if problem != "robertson":
        raise common.Unavailable("there is no program by hand for this problem")
    if not common.has_avx512():
        raise common.Unavailable("this processor has no AVX-512")
    programs = [common.compile_c(HERE / "robertson.c", f"-DUNITS={n}", name=f"robertson{n}") for n in (1, 2, 3, 4)]
    best = min(programs, key=lambda program: min(json.loads(common.run([program, 10001]))["seconds"] for _ in range(3)))
    return lambda runs, file: json.loads(common.run([best, runs, file]))


def rubie(problem, command):
    facts = PROBLEMS[problem]
    name, low, high = facts["range"]
    model = common.EXAMPLES / f"{problem}.model"

    def task(runs, file):
        options = [
            "--method", "rodas5p", "--sweep", f"{name}=log:{low:g}:{high:g}:{runs}", "--until", facts["until"],
            "--rtol", facts["rtol"], "--atol", facts["atol"], "--save", "final",
        ]
        report = common.solve(command, model, *options)
        common.run([command, "solve", model, *options, "--threads", 1, "--quiet", "--out", file])
        return {
            "seconds": report["solve_seconds"], "accepted": report["accepted_steps"],
            "rejected": report["rejected_steps"], "failed": report["failed_runs"],
        }

    task(SAMPLES + 1, common.BUILD / "probe.csv")
    return task


def cvode(problem, _):
    root = Path(os.environ.get("SUNDIALS", "/usr"))
    if not (root / "include/cvode/cvode.h").exists():
        raise common.Unavailable(
            "SUNDIALS is not there: `apt-get install libsundials-dev`, or `apt-get download libsundials-dev`, "
            "`dpkg -x libsundials-dev*.deb FOLDER` and SUNDIALS=FOLDER/usr"
        )
    folder = next((found.parent for found in root.rglob("libsundials_cvode.a")), root / "lib")
    names = ("cvode", "nvecserial", "sunlinsoldense", "sunmatrixdense")
    libraries = [f"-L{folder}", *(f"-l:libsundials_{name}.a" for name in names), "-lm"]
    program = common.compile_c(HERE / "cvode.c", f"-I{root}/include", libraries=libraries, name="cvode")
    return lambda runs, file: json.loads(common.run([program, problem, runs, file]))


def python_peer(solver):
    def build(problem, _):
        python = common.peers_python()
        script = HERE.parent / "peers" / "stiff.py"
        return lambda runs, file: json.loads(common.run([python, script, solver, problem, runs, file]))
    return build


CONTESTANTS = [
    ("RuBIE, rodas5p", rubie, 40001),
    ("C by hand, rodas5p", by_hand, 40001),
    ("SUNDIALS CVODE, BDF", cvode, 2001),
    ("SciPy odeint (LSODA)", python_peer("lsoda"), 201),
    ("diffrax Kvaerno5, vmap + jit", python_peer("kvaerno5"), 2001),
]


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    command = common.rubie()
    print(common.machine())
    for problem, facts in PROBLEMS.items():
        rows, ready = [], {}
        for label, build, runs in CONTESTANTS:
            try:
                ready[label] = (build(problem, command), runs if problem == "robertson" else (runs - 1) // 4 // 8 * 8 + 1)
            except common.Unavailable as reason:
                print(f"left out: {label} on {problem}: {reason}", file=sys.stderr)
        found = {label: [] for label in ready}
        for _ in range(rounds):
            for label, (task, runs) in ready.items():
                found[label].append(task(runs, common.BUILD / "final.csv") | {"runs": runs})
                found[label][-1]["errors"] = errors(problem, common.BUILD / "final.csv")
        for label, results in found.items():
            best = min(results, key=lambda result: result["seconds"])
            times = sorted(result["seconds"] / result["runs"] for result in results)
            steps = best.get("accepted")
            rows.append([
                label, f"{best['runs']:,}", f"{1 / times[0]:,.0f}", f"{1e6 * times[0]:,.2f}",
                f"{1e6 * times[len(times) // 2]:,.2f}", f"{steps / best['runs']:,.0f}" if steps else "",
                best.get("failed", 0), *(f"{error:.1e}" for error in best["errors"]),
            ])
        header = ["solver", "runs", "runs/s, best", "us per run, best", "median", "steps per run", "failed"]
        print(f"\n{facts['title']}\n")
        print(common.table(header + [f"error in {name}" for name in facts["states"]], rows))


main()
