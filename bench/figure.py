"""Figures from kept measurements: `figure.py peers|compile DATA.json FIGURE.svg` (or .png). Needs matplotlib."""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

INK, OURS, OTHERS = "#30343b", "#c2410c", "#94a3b8"
plt.rcParams.update(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "rubie",
        "font.family": "sans-serif",
        "font.size": 11,
        "axes.edgecolor": INK,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
)


def processor(data):
    """The first line of the machine's description, without the load."""
    return data["machine"].splitlines()[0].removeprefix("processor").strip().split(";")[0]


def peers(data):
    records = data["records"][::-1]
    figure, axes = plt.subplots(figsize=(8, 0.62 * len(records) + 1.3), layout="constrained")
    rates = [1 / one["best"] for one in records]
    colours = [OURS if one["label"].startswith("RuBIE") else OTHERS for one in records]
    axes.barh([one["label"] for one in records], rates, color=colours, height=0.62)
    for i, (one, rate) in enumerate(zip(records, rates)):
        axes.text(
            1.15 * rate,
            i,
            f"{float(f'{rate:.2g}'):,.0f} runs/s, error {one['error']:.0e}",
            va="center",
            fontsize=10,
        )
    axes.set_xscale("log")
    axes.set_xlim(30, 600 * max(rates))
    axes.set_xticks([10.0**n for n in range(2, 8) if 10.0**n < 3 * max(rates)])
    axes.minorticks_off()
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("runs per second on one core, logarithmic scale")
    axes.set_title(f"Lorenz equations, tolerance 1e-8, {processor(data)}", fontsize=10, loc="left")
    return figure


def compile_times(data):
    figure, axes = plt.subplots(figsize=(7, 4.4), layout="constrained")
    records = sorted(data["records"], key=lambda one: one["instructions"])
    sizes = [one["instructions"] for one in records]
    parts = {
        "lowering": ([one["total"] - one["jit"] for one in records], OTHERS, "s"),
        "machine code": ([one["jit"] for one in records], OURS, "o"),
    }
    for label, (values, colour, marker) in parts.items():
        axes.loglog(sizes, [1e3 * value for value in values], marker, color=colour, label=label, markersize=6)
    for each, label, at in [(1e-7, "100 ns per instruction", 8e3), (1e-6, "1 us per instruction", 4e2)]:
        axes.loglog(
            (sizes[0], sizes[-1]),
            [1e3 * each * size for size in (sizes[0], sizes[-1])],
            ":",
            color=INK,
            linewidth=1,
        )
        beside = {"xytext": (6, -11), "textcoords": "offset points"}
        axes.annotate(label, (at, 1e3 * each * at), **beside, fontsize=9)
    axes.set_xlabel("instructions of all programs")
    axes.set_ylabel("milliseconds")
    axes.legend(frameon=False)
    axes.set_title(processor(data), fontsize=10, loc="left")
    return figure


def main():
    kind, source, target = sys.argv[1:]
    figure = {"peers": peers, "compile": compile_times}[kind](json.loads(Path(source).read_text()))
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, metadata={"Date": None} if target.endswith(".svg") else None)


main()
