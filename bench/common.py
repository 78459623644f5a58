"""What the measurements share: the RuBIE command, one core for everything, tables. Standard library only."""

import functools
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BUILD = TARGET / "bench"
FIGURES = ROOT / "docs" / "figures"


def core():
    """The core that everything runs on: the environment's CORE, else the last one."""
    return int(os.environ.get("CORE", (os.cpu_count() or 1) - 1))


@functools.cache
def priority():
    """Words that give a command realtime priority, where the system allows it: other work then matters less."""
    words = ["chrt", "-f", "50"]
    allowed = (
        shutil.which("chrt")
        and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    )
    return words if allowed else []


def pinned(command, cores=1):
    """The command, bound to `cores` cores where `taskset` is there."""
    if not shutil.which("taskset"):
        return [*priority(), *command]
    first = core() if cores == 1 else 0
    return [*priority(), "taskset", "-c", ",".join(str(first + i) for i in range(cores)), *command]


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
    """The path of the command: the environment's RUBIE, else this checkout's, built for release first."""
    given = os.environ.get("RUBIE")
    if given:
        if not Path(given).exists():
            sys.exit(f"RUBIE={given}: there is no such file")
        return Path(given).resolve()
    done = subprocess.run(
        ["cargo", "build", "--release", "--quiet", "-p", "rubie-cli"], cwd=ROOT, check=False
    )
    if done.returncode != 0:
        sys.exit("RuBIE could not be built; RUBIE=/path/to/rubie takes one that is there already")
    return TARGET / "release" / "rubie"


def methods(command):
    """Names of the methods that this RuBIE knows."""
    lines = iter(
        subprocess.run([command, "info"], capture_output=True, text=True, check=True).stdout.splitlines()
    )
    found = []
    for line in lines:
        if line.startswith("methods"):
            for row in lines:
                if not row.startswith("  "):
                    break
                found += row.replace(",", " ").split()
    return set(found)


def solve(command, model, *options, threads=1):
    """RuBIE's report of one solve on the CPU unless the options name a device, with the seconds of the whole process; no file unless
    they say so."""
    device = [] if any(str(option).split("=")[0] == "--device" for option in options) else ["--device", "cpu"]
    words = [command, "solve", model, *options, *device, "--threads", threads, "--quiet", "--report", "json"]
    begin = time.perf_counter()
    report = json.loads(run(words, threads))
    return report | {"process_seconds": time.perf_counter() - begin}


def compile_c(source, *options, libraries=("-lm",), name=None):
    """The path of a C program compiled for this processor."""
    BUILD.mkdir(parents=True, exist_ok=True)
    out = BUILD / (name or Path(source).stem)
    command = [
        os.environ.get("CC", "gcc"),
        "-O3",
        "-march=native",
        "-Wall",
        *options,
        "-o",
        out,
        source,
        *libraries,
    ]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(done.stderr.strip())
    return out


# GCC moves constants out of loops and onto the stack; which of these suits a program best is found by trying.
TUNING = (
    (),
    ("-fno-gcse", "-fno-tree-loop-im", "-fno-move-loop-invariants", "-fschedule-insns", "-fsched-pressure"),
)


def compile_by_hand(source):
    """A program by hand with one to four vectors in flight, with every tuning: number of vectors by path."""
    stem = Path(source).stem
    return {
        compile_c(source, f"-DUNITS={n}", *flags, name=f"{stem}-{n}-{f}"): n
        for n in (1, 2, 3, 4)
        for f, flags in enumerate(TUNING)
    }


def vectors():
    """The vectors that the C programs by hand use here, None where there are none for them."""
    try:
        flags = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return None
    if "avx512dq" in flags:
        return "AVX-512"
    return "AVX2" if {"avx2", "fma"} <= flags else None


def ratio(seconds, name, other):
    """(median, least, greatest) of other's seconds over name's, pair by pair; above 1, `name` is faster."""
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
        fields = dict(
            line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
        )
        fields = {key.strip(): value.strip() for key, value in fields.items()}
        model = f"{fields['model name']} (family {fields['cpu family']}, model {fields['model']})"
    except (OSError, KeyError, ValueError):
        pass
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    commit = version(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"])
    built = os.environ.get("RUBIE", "release build")
    urgent = "realtime priority" if priority() else "normal priority"
    return "\n".join(
        [
            f"processor   {model}, {os.cpu_count()} cores; core {core()} used, {urgent}, load {load}",
            f"compilers   {version(['rustc', '--version'])}; {version([os.environ.get('CC', 'gcc'), '--version'])}",
            f"system      {platform.platform()}",
            f"RuBIE       {built}; checkout {commit}",
            f"date        {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}",
        ]
    )


def peers_python(package=None):
    """A Python that has the packages of `peers/requirements.txt`, and `package`, which is RuBIE itself or one of them."""
    path = Path(os.environ.get("PEERS_PYTHON", ROOT / "bench" / "peers" / ".venv" / "bin" / "python"))
    if not path.exists():
        raise Unavailable(
            "no Python with the peers: python3 -m venv bench/peers/.venv && "
            "bench/peers/.venv/bin/pip install . -r bench/peers/requirements.txt, or PEERS_PYTHON=/path/to/python"
        )
    if package and subprocess.run([path, "-c", f"import {package}"], capture_output=True, check=False).returncode != 0:
        raise Unavailable(f"{path} has no {package}: {path} -m pip install {'.' if package == 'rubie' else package}")
    return path
