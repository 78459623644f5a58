"""Python expressions and functions as text of a model.

Sources are read, never called. What a model cannot say is refused with the place where it stands.
"""

from __future__ import annotations

import ast
import copy
import difflib
import inspect
import math
import re
import textwrap
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from rubie.errors import TranslationError

#: Functions of Python, NumPy and SymPy by their name in models.
FUNCTIONS = {
    **{name: name for name in """exp expm1 log log1p log10 log2 sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh
       atanh pow sqrt cbrt abs sign floor ceil min max mod erf""".split()},
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
    "Abs": "abs", "fabs": "abs", "absolute": "abs", "Min": "min", "Max": "max", "minimum": "min", "maximum": "max",
    "fmin": "min", "fmax": "max", "ceiling": "ceil", "ln": "log", "power": "pow", "Mod": "mod",
}  # fmt: skip

_MODULES = {"math", "np", "numpy", "sympy", "sp", "cmath"}
_CONSTANTS = {"pi": math.pi, "e": math.e, "E": math.e, "tau": math.tau}
_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
#: Words that a model gives a meaning of its own.
RESERVED = {"t", "pi", "true", "false", "state", "param", "const", "observe", "and", "or", "not", "if", "piecewise", *FUNCTIONS.values()}


class Source:
    """Where a piece of Python stands, for messages."""

    def __init__(self, text: str, file: str = "<equation>", line: int = 1, indent: int = 0):
        self.lines, self.file, self.line, self.indent = text.splitlines(), file, line, indent

    def refuse(self, node: ast.AST, message: str) -> NoReturn:
        row, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        text = self.lines[row - 1] if row <= len(self.lines) else ""
        place = (self.file, self.line + row - 1, self.indent + column + 1, " " * self.indent + text)
        raise TranslationError(message, place)


class Expressions:
    """Prints expressions of Python as those of a model.

    `lookup` turns a name, an attribute or a subscript into text; it answers None for what it does not know.
    """

    def __init__(self, source: Source, lookup: Callable[[ast.expr], str | None], functions: Iterable[str] = ()):
        self.source, self.lookup, self.functions = source, lookup, list(functions)

    def text(self, node: ast.expr) -> str:
        known = self.lookup(node)
        if known is not None:
            return known
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            self.source.refuse(node, f"a model has no counterpart of this ({type(node).__name__})")
        return method(node)

    def _constant(self, node: ast.Constant) -> str:
        if isinstance(node.value, bool):
            return "true" if node.value else "false"
        if not isinstance(node.value, (int, float)):
            self.source.refuse(node, f"{node.value!r} is not a real number")
        return number(node.value)

    def _name(self, node: ast.Name) -> str:
        self.source.refuse(node, f"unknown name `{node.id}`: neither a local value, a state, a parameter nor a number outside of the function")

    def _attribute(self, node: ast.Attribute) -> str:
        if isinstance(node.value, ast.Name) and node.value.id in _MODULES and node.attr in _CONSTANTS:
            return number(_CONSTANTS[node.attr])
        self.source.refuse(node, f"unknown value `{ast.unparse(node)}`")

    def _subscript(self, node: ast.Subscript) -> str:
        self.source.refuse(node, f"`{ast.unparse(node)}` is no element of the states or parameters")

    def _unaryop(self, node: ast.UnaryOp) -> str:
        operand = self.text(node.operand)
        if isinstance(node.op, ast.USub):
            return f"(-{operand})"
        if isinstance(node.op, ast.Not):
            return f"(not {operand})"
        if isinstance(node.op, ast.UAdd):
            return operand
        self.source.refuse(node, "a model has no operations on bits")

    def _binop(self, node: ast.BinOp) -> str:
        left, right = self.text(node.left), self.text(node.right)
        if type(node.op) in _BINARY:
            return f"({left} {_BINARY[type(node.op)]} {right})"
        if isinstance(node.op, ast.Mod):
            return f"mod({left}, {right})"
        if isinstance(node.op, ast.FloorDiv):
            return f"floor({left}/{right})"
        self.source.refuse(node, "a model has no operations on bits or matrices; powers are written `**`")

    def _boolop(self, node: ast.BoolOp) -> str:
        word = " and " if isinstance(node.op, ast.And) else " or "
        return "(" + word.join(self.text(value) for value in node.values) + ")"

    def _compare(self, node: ast.Compare) -> str:
        sides = [self.text(side) for side in (node.left, *node.comparators)]
        parts = []
        for left, op, right in zip(sides, node.ops, sides[1:]):
            if type(op) not in _COMPARE:
                self.source.refuse(node, "a model compares by <, <=, >, >=, == and != only")
            parts.append(f"({left} {_COMPARE[type(op)]} {right})")
        return parts[0] if len(parts) == 1 else "(" + " and ".join(parts) + ")"

    def _ifexp(self, node: ast.IfExp) -> str:
        return f"if({self.text(node.test)}, {self.text(node.body)}, {self.text(node.orelse)})"

    def _call(self, node: ast.Call) -> str:
        name = node.func
        if isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name) and name.value.id in _MODULES:
            name = name.attr
        elif isinstance(name, ast.Name):
            name = name.id
        else:
            self.source.refuse(node, f"`{ast.unparse(node.func)}` is not a function that a model knows")
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            self.source.refuse(node, f"write the arguments of `{name}` one by one, without names")
        if name == "Piecewise":
            return self._piecewise(node)
        arguments = [self.text(argument) for argument in node.args]
        if name == "where" and len(arguments) == 3:
            return "if({}, {}, {})".format(*arguments)
        if name == "clip" and len(arguments) == 3:
            return "min(max({}, {}), {})".format(*arguments)
        if name == "hypot" and len(arguments) == 2:
            return "sqrt({0}^2 + {1}^2)".format(*arguments)
        if name in ("heaviside", "Heaviside") and len(arguments) == 2:
            return "piecewise(0, {0} < 0, {1}, {0} == 0, 1)".format(*arguments)
        if name == "square" and len(arguments) == 1:
            return f"{arguments[0]}^2"
        if name == "float" and len(arguments) == 1:
            return arguments[0]
        if name in ("if", "piecewise"):
            return f"{name}({', '.join(arguments)})"
        if name in self.functions:
            return f"{name}({', '.join(arguments)})"
        if name not in FUNCTIONS:
            near = difflib.get_close_matches(name, [*FUNCTIONS, *self.functions], 1)
            hint = f"; did you mean `{near[0]}`?" if near else f"; it knows {', '.join(sorted(set(FUNCTIONS.values())))}"
            self.source.refuse(node, f"`{name}` is not a function that a model knows{hint}")
        return f"{FUNCTIONS[name]}({', '.join(arguments)})"

    def _piecewise(self, node: ast.Call) -> str:
        parts = []
        for case in node.args:
            if not isinstance(case, ast.Tuple) or len(case.elts) != 2:
                self.source.refuse(case, "a case of Piecewise is a pair: value, condition")
            value, condition = case.elts
            if isinstance(condition, ast.Constant) and condition.value is True:
                return "piecewise(" + ", ".join([*parts, self.text(value)]) + ")" if parts else self.text(value)
            parts += [self.text(value), self.text(condition)]
        self.source.refuse(node, "the last case of Piecewise must hold always: (value, True)")


def number(value: float) -> str:
    """A number as a model writes it."""
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"a model has no number {value}")
    text = repr(value)
    return f"({text})" if text.startswith("-") else text


def expression(text: str, functions: Iterable[str] = ()) -> str:
    """The right-hand side of an equation, written in Python or in the language of models.

    >>> expression("Max(a, 0)**2 if a < 1 else -k")
    'if((a < 1.0), (max(a, 0.0) ^ 2.0), (-k))'
    >>> expression("x' + y^2")               # no Python: left as it is
    "x' + y^2"
    """
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError):
        return text
    source = Source(text.strip())
    return Expressions(source, lambda node: node.id if isinstance(node, ast.Name) else None, functions).text(tree)


def from_function(
    function: Callable[..., Any],
    *,
    states: dict[str, float] | None = None,
    parameters: dict[str, float] | None = None,
    observables: Iterable[str] = (),
    drivers: Iterable[str] = (),
    functions: Iterable[str] = (),
) -> str:
    """Equations of a right-hand side `f(t, y)`, `f(t, y, p)`, `f(t, y, p, d)` or `f(t, y, a, b, ...)`.

    Parameters
    ----------
    function : callable
        Its source is read. Elements of `y` are `y[0]`, `y["x"]` or `y.x`, those of `p` are `p["k"]` or `p.k`, those of `d`, the
        drivers, are `d["u"]` or `d.u`; other further arguments are parameters of that name. It returns the derivatives in the order of the states, as a list, a tuple, an array, or a
        dictionary by state.
    states, parameters : dict
        Names and defaults.
    observables : iterable of str
        Local values that can be saved.

    Returns
    -------
    str
        A model.

    Raises
    ------
    TranslationError
        A construct that a model cannot say; the message names file, line and column.
    """
    return _Function(function, dict(states or {}), dict(parameters or {}), list(observables), list(drivers), list(functions)).model()


def user_function(name: str, function: Callable[..., Any]) -> str:
    """A function of numbers as a line of a model.

    >>> import math
    >>> def hill(u, k):
    ...     return u**2/(k**2 + u**2)
    """
    return _UserFunction(function, {}, {}, [], [], []).definition(name)


class _Function:
    def __init__(self, function: Callable[..., Any], states: dict, parameters: dict, observables: list[str], drivers: list[str], functions: list[str]):
        try:
            lines, line = inspect.getsourcelines(function)
        except (OSError, TypeError):
            raise TranslationError(f"the source of {function!r} cannot be read; write the equations as text") from None
        text = textwrap.dedent("".join(lines))
        indent = len(lines[0]) - len(lines[0].lstrip())
        self.source = Source(text, inspect.getsourcefile(function) or "<function>", line, indent)
        tree = ast.parse(text).body[0]
        if not isinstance(tree, ast.FunctionDef):
            self.source.refuse(tree, "a function is written with `def`")
        self.tree, self.states, self.parameters, self.observables = tree, states, parameters, observables
        self.outer = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
        self.time = self.vector = self.container = self.driving = None
        self.drivers = drivers
        self.scalars: set[str] = set()
        self.bind([argument.arg for argument in tree.args.args])
        self.values: dict[str, str] = {}
        self.lines: list[str] = []
        self.used: set[str] = set()
        self.printer = Expressions(self.source, self.lookup, functions)

    def bind(self, arguments: list[str]) -> None:
        """What the arguments stand for."""
        if len(arguments) < 2:
            self.source.refuse(self.tree, "a right-hand side takes the time and the states: f(t, y) or f(t, y, p)")
        self.time, self.vector, *rest = arguments
        parameters, drivers = self.parameters, self.drivers
        if len(rest) == 1 and rest[0] not in parameters:
            self.container = rest[0]
        elif len(rest) == 2 and drivers and not {*rest} & {*parameters}:
            self.container, self.driving = rest
        else:
            self.scalars = set(rest)
            for name in rest:
                parameters.setdefault(name, 0.0)

    def model(self) -> str:
        returned = self.block(self.tree.body)
        if returned is None:
            self.source.refuse(self.tree, "a right-hand side returns the derivatives")
        derivatives = self.derivatives(returned)
        for name in self.observables:
            if name not in self.values:
                self.source.refuse(self.tree, f"the observable `{name}` is no local value of the function")
            self.lines.append(f"{name} = {self.values[name]}")
        return model_text(self.states, self.parameters, self.observables, self.lines + derivatives)

    def derivatives(self, node: ast.expr) -> list[str]:
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).split(".")[-1] in ("array", "asarray", "stack"):
            node = node.args[0]
        if isinstance(node, ast.Dict):
            pairs = []
            for key, value in zip(node.keys, node.values):
                if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                    self.source.refuse(node, "the derivatives are returned by names of states")
                self.states.setdefault(key.value, 0.0)
                pairs.append((key.value, self.printer.text(value)))
        else:
            values = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
            texts = [self.printer.text(value) for value in values]
            if not self.states:
                self.states.update({f"y{i}": 0.0 for i in range(len(texts))})
            if len(texts) != len(self.states):
                self.source.refuse(node, f"{len(texts)} derivatives are returned for {len(self.states)} states")
            pairs = list(zip(self.states, texts))
        missing = set(self.states) - {name for name, _ in pairs}
        if missing:
            self.source.refuse(node, f"no derivative is returned for {', '.join(sorted(missing))}")
        return [f"{name}' = {text}" for name, text in pairs]

    def lookup(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Name):
            if node.id in self.values:
                return self.values[node.id]
            if node.id == self.time:
                return "t"
            if node.id in self.scalars:
                return node.id
            outside = self.outer.get(node.id)
            if isinstance(outside, (int, float)) and not isinstance(outside, bool):
                return number(outside)
            return None
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return self.element(node.value.id, node.attr, node)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant):
            return self.element(node.value.id, node.slice.value, node)
        return None

    def element(self, container: str, key: Any, node: ast.expr) -> str | None:
        if container == self.vector:
            if isinstance(key, int):
                if not self.states or all(name == f"y{i}" for i, name in enumerate(self.states)):
                    for i in range(key + 1):
                        self.states.setdefault(f"y{i}", 0.0)
                if not 0 <= key < len(self.states):
                    self.source.refuse(node, f"there are {len(self.states)} states, counted from 0")
                return list(self.states)[key]
            if key not in self.states:
                self.source.refuse(node, f"`{key}` is no state; states are {', '.join(self.states)}")
            return key
        if container == self.container:
            if not isinstance(key, str):
                self.source.refuse(node, f'name the parameter: {container}["k"] or {container}.k')
            self.parameters.setdefault(key, 0.0)
            return key
        if container == self.driving:
            if key not in self.drivers:
                self.source.refuse(node, f"`{key}` is no driver; drivers are {', '.join(self.drivers)}")
            return key
        return None

    def block(self, statements: list[ast.stmt]) -> ast.expr | None:
        for i, statement in enumerate(statements):
            if isinstance(statement, ast.Return):
                if statement.value is None or i + 1 < len(statements):
                    self.source.refuse(statement, "the last line, and no other, returns the derivatives")
                return statement.value
            self.statement(statement)
        return None

    def statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) or isinstance(node, ast.Pass):
            return
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            self.assign(node.targets[0], node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.assign(node.target, node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            load = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
            self.define(node.target, self.printer.text(ast.copy_location(ast.BinOp(load, node.op, node.value), node)))
        elif isinstance(node, ast.If):
            self.branch(node)
        elif isinstance(node, ast.For):
            self.loop(node)
        else:
            self.source.refuse(node, f"a right-hand side cannot have this statement ({type(node).__name__.lower()})")

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        if not isinstance(target, (ast.Tuple, ast.List)):
            return self.define(target, self.printer.text(value))
        if isinstance(value, ast.Name) and value.id == self.vector:
            if not self.states:
                self.states.update({f"y{i}": 0.0 for i in range(len(target.elts))})
            texts = list(self.states)
        elif isinstance(value, (ast.Tuple, ast.List)):
            texts = [self.printer.text(element) for element in value.elts]
        else:
            self.source.refuse(value, "only the states or a list of values can be taken apart")
        if len(texts) != len(target.elts):
            self.source.refuse(target, f"{len(target.elts)} names for {len(texts)} values")
        for name, text in zip(target.elts, texts):
            self.define(name, text)

    def define(self, target: ast.expr, text: str) -> None:
        if not isinstance(target, ast.Name):
            self.source.refuse(target, "a value is given to a name")
        if text in self.states or text in self.parameters or text in self.used:
            self.values[target.id] = text  # another name for something that is there
            return
        name = self.fresh(target.id)
        self.lines.append(f"{name} = {text}")
        self.values[target.id] = name

    def fresh(self, name: str) -> str:
        # The name of an observable is kept for its last value.
        taken = {*self.states, *self.parameters, *self.used, *self.observables, *RESERVED}
        choice, count = name, 1
        while choice in taken:
            count += 1
            choice = f"{name}_{count}"
        self.used.add(choice)
        return choice

    def branch(self, node: ast.If) -> None:
        condition = self.printer.text(node.test)
        before, outcomes = dict(self.values), []
        for statements in (node.body, node.orelse):
            self.values = dict(before)
            for statement in statements:
                if isinstance(statement, ast.Return):
                    self.source.refuse(statement, "return once, behind the branches")
                self.statement(statement)
            outcomes.append(self.values)
        self.values = dict(before)
        then, other = outcomes
        for name in {**then, **other}:
            if name not in then or name not in other:
                self.source.refuse(node, f"`{name}` has a value in one branch only; give it one in each, or before")
            if then[name] != other[name]:
                self.define(ast.copy_location(ast.Name(name), node), f"if({condition}, {then[name]}, {other[name]})")
            else:
                self.values[name] = then[name]

    def loop(self, node: ast.For) -> None:
        if node.orelse or not isinstance(node.target, ast.Name):
            self.source.refuse(node, "a loop has one name and no else")
        try:
            call = node.iter
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "range":
                values = list(range(*(ast.literal_eval(argument) for argument in call.args)))
            else:
                values = list(ast.literal_eval(call))
        except (ValueError, TypeError):
            self.source.refuse(node.iter, "a loop goes over a range or a list of numbers that stand here")
        for value in values:
            body = [_Replaced(node.target.id, value).visit(copy.deepcopy(statement)) for statement in node.body]
            for statement in body:
                self.statement(statement)


class _UserFunction(_Function):
    """A function of numbers: all arguments are numbers, and local values are written where they are used."""

    def bind(self, arguments: list[str]) -> None:
        self.scalars = set(arguments)
        self.arguments = arguments

    def define(self, target: ast.expr, text: str) -> None:
        if not isinstance(target, ast.Name):
            self.source.refuse(target, "a value is given to a name")
        self.values[target.id] = f"({text})"

    def definition(self, name: str) -> str:
        returned = self.block(self.tree.body)
        if returned is None or isinstance(returned, (ast.List, ast.Tuple, ast.Dict)):
            self.source.refuse(self.tree, f"`{name}` returns one number")
        return f"{name}({', '.join(self.arguments)}) = {self.printer.text(returned)}"


class _Replaced(ast.NodeTransformer):
    """The loop's name as a number."""

    def __init__(self, name: str, value: Any):
        self.name, self.value = name, value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.copy_location(ast.Constant(self.value), node) if node.id == self.name else node


def from_sympy(equations: Iterable[tuple[Any, Any]]) -> list[str]:
    """Equations of pairs (left, right) or `sympy.Eq` as lines of a model.

    The left side is a symbol `dx`, a `Derivative(x, t)`, or the symbol of an auxiliary.
    """
    lines = []
    for equation in equations:
        left, right = (equation.lhs, equation.rhs) if hasattr(equation, "lhs") else equation
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
        import sympy

        applied = value.atoms(sympy.core.function.AppliedUndef)
        value = value.subs({f: sympy.Symbol(f.func.__name__) for f in applied})
    return str(value)


def model_text(states: dict, parameters: dict, observables: Iterable[str], lines: Iterable[str]) -> str:
    """A model of these parts."""

    def declared(keyword: str, entries: dict) -> list[str]:
        return [f"{keyword} {name} = {value if isinstance(value, str) else number(value)}" for name, value in entries.items()]

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
