"""What the measurements share: the RuBIE command, one core for everything, alternating runs, tables. Standard library only."""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BUILD = TARGET / "bench"


def core():
    """The core that everything runs on: the environment's CORE, else the last one."""
    return int(os.environ.get("CORE", (os.cpu_count() or 1) - 1))


def pinned(command, cores=1):
    """The command, bound to `cores` cores where `taskset` is there."""
    if not shutil.which("taskset"):
        return command
    first = core() if cores == 1 else 0
    return ["taskset", "-c", ",".join(str(first + i) for i in range(cores)), *command]


def run(command, cores=1):
    """Standard output of a command; ends the program with its message if it fails."""
    command = [str(word) for word in command]
    done = subprocess.run(pinned(command, cores), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr or done.stdout}")
    return done.stdout


class Unavailable(Exception):
    """A peer or a method that is not there; the message says what to do."""


def rubie():
    """The path of the command, built for release."""
    subprocess.run(["cargo", "build", "--release", "--quiet", "--bin", "rubie"], cwd=ROOT, check=True)
    return TARGET / "release" / "rubie"


def solve(command, model, *options, threads=1):
    """RuBIE's report of one solve, results kept nowhere unless the options say so."""
    words = [command, "solve", model, *options, "--threads", threads, "--quiet", "--report", "json"]
    words = [str(word) for word in words]
    done = subprocess.run(pinned(words, threads), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        if "unknown method" in done.stderr.lower() or "method" in done.stderr and "not" in done.stderr:
            raise Unavailable(done.stderr.strip())
        sys.exit(f"{' '.join(words)}\n{done.stderr}")
    return json.loads(done.stdout)


def compile_c(source, *options, libraries=("-lm",), name=None):
    """The path of a C program compiled for this processor."""
    BUILD.mkdir(parents=True, exist_ok=True)
    out = BUILD / (name or Path(source).stem)
    command = [os.environ.get("CC", "gcc"), "-O3", "-march=native", "-Wall", *options, "-o", out, source, *libraries]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(done.stderr.strip())
    return out


def has_avx512():
    """Whether the C programs by hand can run here."""
    try:
        return " avx512dq" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


def alternate(rounds, **tasks):
    """Calls each task once per round, one after the other, and returns the seconds of each by name."""
    seconds = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            seconds[name].append(task())
    return seconds


def ratio(seconds, name, other):
    """(median, least, greatest) of other's seconds over name's, pair by pair: above 1, `name` is the faster."""
    pairs = [b / a for a, b in zip(seconds[name], seconds[other])]
    return statistics.median(pairs), min(pairs), max(pairs)


def table(header, rows):
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def version(command):
    """First line of what a command says of its version."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return f"{command[0]}: not there"


def machine():
    """Processor, cores, load, compilers."""
    model = platform.processor() or platform.machine()
    try:
        fields = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines())
        fields = {key.strip(): value.strip() for key, value in fields.items()}
        model = f"{fields['model name']} (family {fields['cpu family']}, model {fields['model']})"
    except (OSError, KeyError, ValueError):
        pass
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    commit = version(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"])
    return "\n".join([
        f"processor   {model}, {os.cpu_count()} cores, core {core()} used; load {load}",
        f"compilers   {version(['rustc', '--version'])}; {version([os.environ.get('CC', 'gcc'), '--version'])}",
        f"RuBIE       {commit}",
    ])


def peers_python():
    """A Python that has the packages of `peers/requirements.txt`."""
    path = Path(os.environ.get("PEERS_PYTHON", ROOT / "bench" / "peers" / ".venv" / "bin" / "python"))
    if not path.exists():
        raise Unavailable(
            "no Python with the peers: python3 -m venv bench/peers/.venv && "
            "bench/peers/.venv/bin/pip install -r bench/peers/requirements.txt, or PEERS_PYTHON=/path/to/python"
        )
    return path
