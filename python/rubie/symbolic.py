"""Equations of SymPy as lines of a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rubie.errors import TranslationError
from rubie.expressions import expression


def from_sympy(equations: Iterable[Any]) -> list[str]:
    """Equations of pairs (left, right) or `sympy.Eq` as lines of a model.

    The left side is a symbol `dx`, a `Derivative(x, t)`, or the symbol of an auxiliary.
    """
    lines = []
    for equation in equations:
        try:
            left, right = equation if isinstance(equation, (tuple, list)) else (equation.lhs, equation.rhs)
        except (AttributeError, ValueError):
            raise TranslationError(f"an equation is text, a sympy.Eq or a pair (left, right), not {equation!r}") from None
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

        strange = value.atoms(sympy.I, sympy.oo, -sympy.oo, sympy.nan, sympy.zoo)
        if strange:
            raise TranslationError(f"{value} has {strange.pop()}, which is no real number")
        applied = value.atoms(sympy.core.function.AppliedUndef)
        value = value.subs({f: sympy.Symbol(f.func.__name__) for f in applied})
        # E, EulerGamma and their like, but not the E in exp(x).
        value = value.xreplace({constant: sympy.Symbol(repr(float(constant))) for constant in value.atoms(sympy.NumberSymbol)})
    return str(value)
