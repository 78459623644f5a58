"""Equations of SymPy as lines of a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rubie.expressions import expression


def from_sympy(equations: Iterable[Any]) -> list[str]:
    """Equations of pairs (left, right) or `sympy.Eq` as lines of a model.

    The left side is a symbol `dx`, a `Derivative(x, t)`, or the symbol of an auxiliary.
    """
    lines = []
    for equation in equations:
        left, right = equation if isinstance(equation, (tuple, list)) else (equation.lhs, equation.rhs)
        if type(left).__name__ == "Derivative":
            name = _plain(left.args[0])
            left = f"{name}'"
        else:
            left = _plain(left)
        lines.append(f"{left} = {expression(_plain(right))}")
    return lines


def _plain(value: Any) -> str:
    """SymPy's own text, with functions of time as plain names."""
    if hasattr(value, "atoms"):
        import sympy  # type: ignore[import-untyped]

        applied = value.atoms(sympy.core.function.AppliedUndef)
        value = value.subs({f: sympy.Symbol(f.func.__name__) for f in applied})
    return str(value)
