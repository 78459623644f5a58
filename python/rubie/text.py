"""The text of a model from its parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rubie.expressions import number


def model_text(states: Mapping[str, float], parameters: Mapping[str, float], observables: Iterable[str], lines: Iterable[str]) -> str:
    """A model of these parts."""

    def declared(keyword: str, entries: Mapping[str, float]) -> list[str]:
        return [f"{keyword} {name} = {number(value)}" for name, value in entries.items()]

    observed = [f"observe {name}" for name in observables]
    return "\n".join([*declared("state", states), *declared("param", parameters), *observed, *lines, ""])


def with_units(text: str, units: dict[str, str]) -> str:
    """A model whose declarations have units.

    >>> with_units("state x = 1.0\\nx' = -x", {"x": "mol"})
    "state x = 1.0 [mol]\\nx' = -x"
    """

    def line(text: str) -> str:
        declared = re.match(r"(?:state|param|observe) ([^\W\d]\w*)", text)
        unit = units.get(declared.group(1)) if declared else None
        return f"{text} [{unit}]" if unit else text

    return "\n".join(line(text) for text in text.splitlines())
