"""Systems of equations: from text, functions, SymPy or files."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from rubie import _engine
from rubie.errors import EquationWarning
from rubie.expressions import RESERVED, expression
from rubie.functions import from_function, user_function
from rubie.grid import numbers
from rubie.symbolic import from_sympy
from rubie.text import model_text, with_units

_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*")
_DERIVATIVE = re.compile(r"^\s*(?:d([^\W\d]\w*)(?:\s*/\s*dt)?|([^\W\d]\w*)\s*'|d\(\s*([^\W\d]\w*)\s*,\s*t\s*\))\s*=(?!=)")
_HIGHER = re.compile(r"^\s*((?:d\(\s*){2,})([^\W\d]\w*)((?:\s*,\s*t\s*\)){2,})\s*=(?!=)")
_INNERMOST = re.compile(r"\bd\(\s*([^\W\d]\w*)\s*,\s*t\s*\)")
#: Numbers that equations know by name where it has no other meaning, as in SymPy.
_CONSTANTS = {"E": 2.718281828459045, "EulerGamma": 0.5772156649015329}
_AUXILIARY = re.compile(r"^\s*([^\W\d]\w*)\s*=(?!=)")


class OdeSystem:
    """A checked system of ordinary differential equations.

    Parameters
    ----------
    text : str
        A model in RuBIE's language.
    name : str
        What messages call it.
    precision : dtype
        `numpy.float64` or `numpy.float32`: the precision of states while they are integrated. Time is always float64.
    drivers : iterable of str
        Parameters that always follow samples over time: each solve must be given some.
    swept_parameters : iterable of str, optional
        Which parameters arrays of parameters have rows for; all of them where absent.

    Attributes
    ----------
    states, parameters : dict
        Names and defaults; the initial value of a state is None where it depends on parameters.
    observables : list of str
        Auxiliary values that can be saved.
    units : dict
        Units by name, where the model has any.
    text : str
        The model.

    Examples
    --------
    >>> decay = OdeSystem("state x = 1; param k = 2; x' = -k*x")
    >>> decay.states, decay.parameters
    ({'x': 1.0}, {'k': 2.0})
    """

    def __init__(self, text: str, name: str = "model", precision: Any = np.float64, drivers: Iterable[str] = (), swept_parameters: Iterable[str] | None = None):
        self.engine = _engine.Model(text, name)
        self.text, self.name = text, name
        self.precision = float_type(precision)
        states, parameters, observables = self.engine.states, self.engine.parameters, self.engine.observables
        self.states = {name: value for name, value, _ in states}
        #: Parameters that follow samples.
        self.drivers = list(drivers)
        absent = [name for name in self.drivers if name not in [known for known, _, _ in parameters]]
        if absent:
            raise ValueError(f"the driver {absent[0]!r} is no parameter of the model; there are {', '.join(n for n, _, _ in parameters)}")
        self.parameters = {name: float(value or 0.0) for name, value, _ in parameters if name not in self.drivers}
        self.observables = [name for name, _, _ in observables]
        self.units = {name: unit for name, _, unit in (*states, *parameters, *observables) if unit}
        #: What arrays of parameters have rows for; all parameters where None.
        self.swept_parameters = swept_names(swept_parameters, self.parameters)
        #: Values that replace the model's defaults.
        self.values: dict[str, float] = {}
        if self.engine.warnings:
            warnings.warn(self.engine.warnings, EquationWarning, stacklevel=3)

    def set_default_parameters(self, values: Mapping[str, float]) -> None:
        """Other defaults of parameters."""
        self._set(values, self.parameters, "parameter")

    def set_initial_values(self, values: Mapping[str, float]) -> None:
        """Other initial values."""
        self._set(values, self.states, "state")

    def _set(self, values: Mapping[str, float], known: dict[str, float | None] | dict[str, float], what: str) -> None:
        for name in values:
            if name not in known:
                raise KeyError(f"unknown {what} {name!r}; there are {', '.join(known)}")
        for name, value in values.items():
            known[name] = self.values[name] = float(value)

    def get_parameters_info(self) -> list[dict[str, Any]]:
        """Name, value and unit of each parameter."""
        return self._info(self.parameters)

    def get_states_info(self) -> list[dict[str, Any]]:
        """Name, initial value and unit of each state."""
        return self._info(self.states)

    def _info(self, entries: Mapping[str, float | None]) -> list[dict[str, Any]]:
        return [{"name": k, "value": v, "unit": self.units.get(k, "dimensionless")} for k, v in entries.items()]

    def set_swept_parameters(self, names: Iterable[str] | None) -> None:
        """Which parameters arrays of parameters have rows for in solvers that are made from now on; None for all."""
        self.swept_parameters = swept_names(names, self.parameters)

    state_units = property(lambda self: self._units(self.states), doc="Unit of each state.")
    parameter_units = property(lambda self: self._units(self.parameters), doc="Unit of each parameter.")
    observable_units = property(lambda self: self._units(self.observables), doc="Unit of each observable.")

    def _units(self, names: Iterable[str]) -> dict[str, str]:
        return {name: self.units.get(name, "dimensionless") for name in names}

    num_states = property(lambda self: len(self.states), doc="Number of states.")
    num_parameters = property(lambda self: len(self.parameters), doc="Number of parameters.")
    num_observables = property(lambda self: len(self.observables), doc="Number of observables.")
    num_drivers = property(lambda self: len(self.drivers), doc="Number of parameters that follow samples.")

    @classmethod
    def create(cls, *args: Any, **kwargs: Any) -> OdeSystem:
        """:func:`create_ODE_system`, by its place in CuBIE."""
        return create_ODE_system(*args, **kwargs)

    def copy(self) -> OdeSystem:
        """An independent copy."""
        return _remade(*self.__reduce__()[1])

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (self.text, self.name, self.precision.str, dict(self.values), self.drivers, self.swept_parameters)

    def __repr__(self) -> str:
        return f"<OdeSystem {self.name!r}: {self.num_states} states, {self.num_parameters} parameters, {self.num_observables} observables>"


def float_type(precision: Any) -> np.dtype[Any]:
    """The type of a precision; ValueError for what is neither float64 nor float32.

    >>> float_type("float32")
    dtype('float32')
    """
    for known in (np.dtype(np.float64), np.dtype(np.float32)):
        if precision in (known, known.name, known.type):
            return known
    raise ValueError(f"precision is float64 or float32, not {precision!r}")


def swept_names(names: Iterable[str] | None, parameters: Iterable[str]) -> list[str] | None:
    """Which parameters arrays have rows for; None for all of them. KeyError for what is none."""
    if names is None:
        return None
    for name in _names(names):
        if name not in parameters:
            raise KeyError(f"unknown parameter {name!r}; there are {', '.join(parameters)}")
    return _names(names)


def checked(system: Any) -> OdeSystem:
    """The same; TypeError for what is no system."""
    if not isinstance(system, OdeSystem):
        raise TypeError(f"a system is needed, from create_ODE_system or load_model, not {type(system).__name__}")
    return system


#: :class:`OdeSystem` by CuBIE's name.
SymbolicODE = OdeSystem


def _remade(text: str, name: str, precision: str, values: dict[str, float], drivers: list[str], swept: list[str] | None) -> OdeSystem:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EquationWarning)
        system = OdeSystem(text, name, precision, drivers, swept)
    system.set_default_parameters({k: v for k, v in values.items() if k in system.parameters})
    system.set_initial_values({k: v for k, v in values.items() if k in system.states})
    return system


def load_model(path: str | PathLike[str], precision: Any = np.float64) -> OdeSystem:
    """Reads a model file in RuBIE's language."""
    path = Path(path)
    return OdeSystem(path.read_text(encoding="utf-8"), str(path), precision)


def load_cellml_model(path: str | PathLike[str], *_: object, **__: object) -> OdeSystem:
    """Raises: there is no reader of CellML here. Write the equations with `create_ODE_system`, or in a model file."""
    raise NotImplementedError(
        f"{path}: RuBIE reads no CellML. A converter such as libcellml's generator or Myokit's exporter writes the equations as Python or "
        "text, which create_ODE_system takes"
    )


def metrics() -> dict[str, str]:
    """The metrics of summaries, and what each is."""
    return dict(_engine.metrics())


def methods() -> dict[str, list[str]]:
    """The integration methods and their aliases."""
    return {name: aliases for name, aliases, _, _ in _engine.methods()}


def create_ODE_system(
    dxdt: str | Iterable[Any] | Callable[..., Any],
    precision: Any = np.float64,
    states: Mapping[str, float] | Iterable[str] | None = None,
    observables: Iterable[str] | None = None,
    parameters: Mapping[str, float] | Iterable[str] | None = None,
    drivers: Any = None,
    name: str | None = None,
    strict: bool = False,
    *,
    constants: Mapping[str, float] | None = None,
    user_functions: Mapping[str, Callable[..., Any]] | None = None,
    user_function_derivatives: Mapping[str, Any] | None = None,
    swept_parameters: Iterable[str] | None = None,
    operation_ordering: str | None = None,
    state_units: Mapping[str, str] | Iterable[str] | None = None,
    parameter_units: Mapping[str, str] | Iterable[str] | None = None,
    observable_units: Mapping[str, str] | Iterable[str] | None = None,
    driver_units: Mapping[str, str] | Iterable[str] | None = None,
) -> OdeSystem:
    """A system from equations.

    Parameters
    ----------
    dxdt : str, iterable, or callable
        Lines such as `dx = -k*x` (or `x' = -k*x`, `d(x, t) = -k*x`, `d(d(x, t), t) = -k*x`), with further lines for auxiliary values; strings, SymPy equations
        or pairs of SymPy expressions; a function `f(t, y)`, `f(t, y, p)`, whose source is read; or a whole model in
        RuBIE's language.
    precision : dtype
        float64 (the default) or float32.
    states, parameters : dict or list
        Names with defaults; names alone start from 0.
    observables : list of str
        Auxiliary values that can be saved.
    drivers : list, dict or DriverSamples, optional
        Names of parameters that follow samples over time, which each solve must then be given.
    name : str
        What messages call the system.
    strict : bool
        Whether names that are declared nowhere are refused. If not, they become parameters with the default 0, with a warning.
    constants : dict
        As `parameters`.
    user_functions : dict
        Functions that the equations may call by name; their source is read, never called, and they are differentiated as
        everything else.
    user_function_derivatives : dict
        Without effect: the engine differentiates functions itself.
    swept_parameters : list of str
        Which parameters arrays of parameters have rows for; all of them where absent.
    operation_ordering : str
        Without effect: it steers the kernels of CuBIE.
    state_units, parameter_units, observable_units, driver_units : dict or list
        Units for legends and files, by name or in the order of the names.

    Returns
    -------
    OdeSystem

    Raises
    ------
    ValueError
        Whatever is wrong with the equations, with its place.

    Examples
    --------
    >>> create_ODE_system("dx = v\\ndv = -w**2*x", states={"x": 1.0, "v": 0.0}, parameters={"w": 2.0})
    <OdeSystem 'system': 2 states, 1 parameters, 0 observables>

    >>> def oscillator(t, y, p):
    ...     x, v = y
    ...     return [v, -p["w"]**2*x]
    """
    if not (callable(dxdt) or isinstance(dxdt, Iterable)):
        raise TypeError(f"equations are needed: text, a list of lines, or a function, not {type(dxdt).__name__}")
    name = name or "system"
    strange = [called for called in user_function_derivatives or {} if called not in (user_functions or {})]
    if strange:
        raise ValueError(f"there is a derivative of {strange[0]!r}, but no such function in user_functions")
    states, parameters = _defaults(states), {**_defaults(parameters), **_defaults(constants)}
    observables, drivers = _names(observables), _names(getattr(drivers, "names", drivers))
    drivers = [driver for driver in drivers if driver != "time"]
    undriven = list(parameters)
    parameters.update(dict.fromkeys(drivers, 0.0))
    functions = [user_function(called, function, user_functions or ()) for called, function in (user_functions or {}).items()]
    if callable(dxdt):
        text = from_function(
            dxdt, states=states, parameters=parameters, observables=observables, drivers=drivers, functions=user_functions or {}
        )
    elif isinstance(dxdt, str) and not states and re.search(r"(?m)^\s*state\b", dxdt):
        text = dxdt
    else:
        lines = dxdt.replace(";", "\n").splitlines() if isinstance(dxdt, str) else _lines(dxdt)
        lines = [line for line in (re.sub(r"(#|//).*", "", line) for line in lines) if line.strip()]
        if not lines:
            raise ValueError("no equations are given")
        text = _model(lines, states, parameters, observables, strict, list(user_functions or {}))
    groups = (
        (state_units, list(states)),
        (parameter_units, undriven or list(parameters)),
        (observable_units, observables),
        (driver_units, drivers),
    )
    units = {name: unit for given, names in groups for name, unit in _units(given, names).items()}
    text = "\n".join([with_units(text, units), *functions])
    return OdeSystem(text, name, precision, drivers, swept_parameters)


def _units(units: Any, names: list[str]) -> dict[str, str]:
    if units is None:
        return {}
    if not isinstance(units, Mapping):
        units = list(units)
        if len(units) != len(names):
            raise ValueError(f"{len(units)} units are given for {len(names)} names: {', '.join(names)}")
        units = dict(zip(names, units))
    for name in units:
        if name not in names:
            raise ValueError(f"a unit is given for {name!r}; names are {', '.join(names)}")
    return dict(units)


def _lines(equations: Iterable[Any]) -> list[str]:
    lines: list[str] = []
    for equation in equations:
        lines += equation.splitlines() if isinstance(equation, str) else from_sympy([equation])
    return lines


def _defaults(entries: Any) -> dict[str, float]:
    if isinstance(entries, Mapping):
        return {name: _default(name, value) for name, value in zip(_names(entries), entries.values())}
    return dict.fromkeys(_names(entries), 0.0)


def _names(given: Any) -> list[str]:
    """Names from a list, or from one name; a symbol of SymPy is one, too."""
    names = [given] if isinstance(given, str) else [str(name) for name in given or []]
    for name in names:
        if not name.isidentifier():
            raise ValueError(f"{name!r} is no name: it has letters, digits and underscores, and no digit first")
    return names


def _default(name: str, value: Any) -> float:
    """A number, or the first of several that will be swept."""
    values = numbers(value, repr(name)).ravel()
    if not values.size:
        raise ValueError(f"{name!r} needs a default, but its list is empty")
    return float(values[0])


def _first_order(lines: list[str], states: dict[str, float]) -> list[str]:
    """The same equations, where each derivative of higher order is that of a state more: `d(d(x, t), t)` that of `x_t`."""
    written, made = [], []
    for line in lines:
        found = _HIGHER.match(line)
        order = found.group(1).count("d(") if found else 0
        if not found or order != found.group(3).count(")"):
            written.append(line)
            continue
        name = found.group(2)
        chain = [name, *(f"{name}_{'t' * k}" for k in range(1, order))]
        made += chain[1:]
        states.setdefault(name, 0.0)
        written += [f"{low}' = {high}" for low, high in zip(chain, chain[1:])]
        written.append(f"{chain[-1]}' ={line[found.end() :]}")
    new = [name for name in made if name not in states]
    states.update(dict.fromkeys(new, 0.0))
    if new:
        message = f"{', '.join(new)}: states for derivatives of higher order, which start from 0 where nothing else is said"
        warnings.warn(message, EquationWarning, stacklevel=5)

    def known(found: re.Match[str]) -> str:
        base, _, rest = found.group(1).rpartition("_")
        above = f"{found.group(1)}t" if base and set(rest) == {"t"} else f"{found.group(1)}_t"
        return above if above in made else f"{found.group(1)}'"

    # From the inside to the outside.
    for i, line in enumerate(written):
        left, equals, right = line.partition("=")
        while made and _INNERMOST.search(right):
            right = _INNERMOST.sub(known, right)
        written[i] = left + equals + right
    return written


def _model(
    lines: list[str], states: dict[str, float], parameters: dict[str, float], observables: list[str], strict: bool, functions: list[str]
) -> str:
    derivatives, auxiliaries, equations = [], [], []
    for line in _first_order(lines, states):
        line = re.sub(r"\b([^\W\d]\w*)\[(\d+)\]", r"\1\2", line)
        left, equals, right = line.partition("=")
        found = _DERIVATIVE.match(line)
        state = next((group for group in found.groups() if group), None) if found else None
        if state and (not states or state in states or strict is False and left.strip() not in observables):
            derivatives.append(state)
            left = f"{state}' "
        elif _AUXILIARY.match(line):
            auxiliaries.append(left.strip())
        elif equals:
            # An equation between states and derivatives, for which the model language has the same form.
            left = _INNERMOST.sub(r"\1'", left)
            left = re.sub(r"\bd([^\W\d]\w*)\b(?!\s*\()", lambda found: f"{found[1]}'" if found[1] in states else found[0], left)
            if left.strip() != "0" and "'" not in left:
                raise ValueError(f"an equation begins with dx, x', 0 or a name: {line.strip()}")
        right = re.sub(r"\bd\(\s*([^\W\d]\w*)\s*,\s*t\s*\)", r"\1'", right)
        equations.append(f"{left.strip()} = {expression(right, functions).strip()}")
    if not states:
        states.update(dict.fromkeys(derivatives, 0.0))
    for state in derivatives:
        if state not in states:
            if strict:
                raise ValueError(f"`{state}` has a derivative but is no state; states are {', '.join(states)}")
            warnings.warn(f"`{state}` has a derivative and becomes a state that starts from 0", EquationWarning, stacklevel=4)
            states[state] = 0.0
    for constant, value in _CONSTANTS.items():
        if constant not in {*states, *parameters, *auxiliaries}:
            equations = [re.sub(rf"(?<![\w.]){constant}\b(?!\s*\()", repr(value), equation) for equation in equations]
    known = {*states, *(f"d{state}" for state in states), *parameters, *auxiliaries, *functions, *RESERVED, "dt"}
    unknown = [name for equation in equations for name in _NAME.findall(equation.partition("=")[2]) if name not in known]
    unknown = [name for name in dict.fromkeys(unknown) if not re.search(rf"\b{name}\s*\(", "\n".join(equations))]
    if unknown and strict:
        raise ValueError(f"undefined names in the equations: {', '.join(unknown)}")
    if unknown:
        message = f"{', '.join(unknown)}: declared nowhere, taken as parameters with the default 0"
        warnings.warn(message, EquationWarning, stacklevel=4)
    parameters = {**parameters, **dict.fromkeys(unknown, 0.0)}
    return model_text(states, parameters, observables, equations)
