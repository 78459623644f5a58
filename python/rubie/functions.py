"""Functions of Python as text of a model.

Sources are read, never called. Local values become auxiliaries, lists are taken apart into their elements, loops over known numbers are
written out, branches become a choice between values; what a model cannot say is refused with the place where it stands.
"""

from __future__ import annotations

import ast
import copy
import inspect
import operator
import re
import textwrap
from collections.abc import Callable, Iterable
from typing import Any

from rubie.errors import TranslationError
from rubie.expressions import LONGEST, RESERVED, Expressions, Source, literal, number
from rubie.text import model_text

#: What is computed where a number must be known: places in lists, ranges of loops.
_FOLD: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod, ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip

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


def user_function(name: str, function: Callable[..., Any], functions: Iterable[str] = ()) -> str:
    """A function of numbers as a line of a model; it may call others of `functions`.

    >>> import math
    >>> def hill(u, k):
    ...     return u**2/(k**2 + u**2)
    """
    return _UserFunction(function, {}, {}, [], [], list(functions)).definition(name)


class _Function:
    def __init__(self, function: Callable[..., Any], states: dict[str, float], parameters: dict[str, float], observables: list[str], drivers: list[str], functions: list[str]):
        # What a compiler of Python has wrapped.
        function = inspect.unwrap(getattr(function, "py_func", function))
        try:
            lines, line = inspect.getsourcelines(function)
        except (OSError, TypeError):
            raise TranslationError(f"the source of {function!r} cannot be read; write the equations as text") from None
        text = textwrap.dedent("".join(lines))
        indent = len(lines[0]) - len(lines[0].lstrip())
        self.source = Source(text, inspect.getsourcefile(function) or "<function>", line, indent)
        try:
            tree = ast.parse(text).body[0]
        except SyntaxError:
            tree = ast.Pass(lineno=1, col_offset=0)
        if not isinstance(tree, ast.FunctionDef):
            self.source.refuse(tree, "a function is written with `def`, on lines of its own")
        self.tree, self.states, self.parameters, self.observables = tree, states, parameters, observables
        self.drivers = drivers
        self.outer = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
        self.time: str | None = None
        self.vector: str | None = None
        self.container: str | None = None
        self.driving: str | None = None
        self.scalars: set[str] = set()
        self.values: dict[str, str] = {}
        #: What names in the model are, where that is a number.
        self.known: dict[str, float | None] = {}
        #: Lists and arrays of the function; an element is None until it has a value.
        self.lists: dict[str, list[str | None]] = {}
        #: Those that are the vector of states by another name.
        self.frozen: set[str] = set()
        self.lines: list[str] = []
        self.used: set[str] = set()
        self.printer = Expressions(self.source, self.lookup, functions, self.outer)
        self.bind(self.arguments(tree, bound=inspect.ismethod(function)))

    def arguments(self, tree: ast.FunctionDef, bound: bool) -> list[str]:
        """Names of the arguments; numbers that stand as their defaults become those of parameters."""
        for decorator in tree.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if ast.unparse(called).split(".")[-1] not in ("jit", "njit"):
                self.source.refuse(decorator, "a decorator may change what a function does; give the function without it")
        given = tree.args
        for strange in (given.vararg, given.kwarg):
            if strange is not None:
                self.source.refuse(strange, f"name each argument: what is in `{strange.arg}` cannot be known")
        plain = [*given.posonlyargs, *given.args]
        pairs = [*zip(plain[len(plain) - len(given.defaults) :], given.defaults), *zip(given.kwonlyargs, given.kw_defaults)]
        for argument, default in pairs:
            if default is not None:
                value = self.fold(default)
                if value is None:
                    self.source.refuse(default, f"the default of `{argument.arg}` is no number that stands here")
                self.parameters.setdefault(argument.arg, float(value))
        return [argument.arg for argument in (*plain, *given.kwonlyargs)][1 if bound else 0 :]

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
        if not self.states:
            self.states.update(dict.fromkeys(self.returned_names(), 0.0))
        try:
            returned = self.block(self.tree.body)
            if returned is None:
                self.source.refuse(self.tree, "a right-hand side returns the derivatives")
            derivatives = self.derivatives(returned)
        except RecursionError:
            self.source.refuse(self.tree, "an expression of this function is nested too deeply; give parts of it names")
        for name in self.observables:
            if name not in self.values:
                self.source.refuse(self.tree, f"the observable `{name}` is no local value of the function")
            self.lines.append(f"{name} = {self.values[name]}")
        return model_text(self.states, self.parameters, self.observables, self.lines + derivatives)

    def returned_names(self) -> list[str]:
        """Names of the states where the derivatives are returned by name."""
        last = self.tree.body[-1]
        keys = last.value.keys if isinstance(last, ast.Return) and isinstance(last.value, ast.Dict) else []
        return [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]

    def derivatives(self, node: ast.expr) -> list[str]:
        if isinstance(node, ast.Dict):
            pairs = []
            for key, value in zip(node.keys, node.values):
                if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                    self.source.refuse(node, "the derivatives are returned by names of states")
                if key.value not in self.states:
                    self.source.refuse(key, f"`{key.value}` is no state; states are {', '.join(self.states)}")
                pairs.append((key.value, self.printer.text(value)))
        else:
            elements = self.elements(node)
            texts = []
            for i, text in enumerate([self.printer.text(node)] if elements is None else elements):
                if text is None:
                    self.source.refuse(node, f"derivative {i} has no value")
                texts.append(text)
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
        """What a name, an attribute or an element is in the model; None for what is not known here."""
        if isinstance(node, ast.Name):
            if node.id in self.values:
                return self.values[node.id]
            if node.id in self.lists or node.id == self.vector:
                self.source.refuse(node, f"`{node.id}` is a list; a model computes with its elements")
            if node.id == self.time:
                return "t"
            if node.id in self.scalars:
                return node.id
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id not in self.values:
            element = self.element(node.value.id, node.attr, node)
            if element is not None:
                return element
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id not in self.values:
            key = node.slice.value if isinstance(node.slice, ast.Constant) else self.fold(node.slice)
            element = None if key is None else self.element(node.value.id, key, node)
            if element is not None:
                return element
        if isinstance(node, (ast.Name, ast.Subscript, ast.Attribute)):
            outside = self.outside(node)
            if isinstance(outside, bool):
                return "true" if outside else "false"
            if isinstance(outside, (int, float)):
                return self.printer.text(ast.copy_location(ast.Constant(outside), node))
        if isinstance(node, ast.Call):
            length = self.fold(node)
            return None if length is None else number(length)
        return None

    def element(self, container: str, key: Any, node: ast.expr) -> str | None:
        if container in self.lists:
            elements = self.lists[container]
            text = elements[self.place(key, len(elements), node)]
            if text is None:
                self.source.refuse(node, f"this element of `{container}` has no value yet")
            return text
        if container == self.vector:
            if isinstance(key, int):
                if key >= 0 and (not self.states or all(name == f"y{i}" for i, name in enumerate(self.states))):
                    for i in range(key + 1):
                        self.states.setdefault(f"y{i}", 0.0)
                return list(self.states)[self.place(key, len(self.states), node)]
            if key not in self.states:
                self.source.refuse(node, f"`{key}` is no state; states are {', '.join(self.states)}")
            return str(key)
        if container == self.container:
            if not isinstance(key, str):
                self.source.refuse(node, f'name the parameter: {container}["k"] or {container}.k')
            self.parameters.setdefault(key, 0.0)
            return key
        if container == self.driving:
            if key not in self.drivers:
                self.source.refuse(node, f"`{key}` is no driver; drivers are {', '.join(self.drivers)}")
            return str(key)
        return None

    def place(self, key: Any, length: int, node: ast.expr) -> int:
        """A place in a list, counted from its end where it is negative."""
        if not isinstance(key, int) or not -length <= key < length:
            self.source.refuse(node, f"there are {length} elements, counted from 0")
        return key % length

    def fold(self, node: ast.expr) -> Any:
        """The number that an expression of numbers is; None where it is none."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, (int, float)) and not isinstance(node.value, bool) else None
        if isinstance(node, ast.UnaryOp) and type(node.op) in _FOLD:
            operand = self.fold(node.operand)
            return None if operand is None else _FOLD[type(node.op)](operand)
        if isinstance(node, ast.BinOp) and type(node.op) in _FOLD:
            left, right = self.fold(node.left), self.fold(node.right)
            try:
                return None if left is None or right is None else _FOLD[type(node.op)](left, right)
            except (ArithmeticError, ValueError) as error:
                self.source.refuse(node, str(error))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "len" and len(node.args) == 1:
            elements = self.elements(node.args[0])
            return None if elements is None else len(elements)
        if isinstance(node, ast.Name) and node.id in self.values:
            return self.known.get(self.values[node.id])
        value = self.outside(node)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def outside(self, node: ast.expr) -> Any:
        """The value of a name, or of an element of a list, that is defined outside of the function; None for all else."""
        if isinstance(node, ast.Name):
            if node.id in {*self.values, *self.lists, *self.scalars, self.time, self.vector, self.container, self.driving}:
                return None
            value = self.outer.get(node.id)
        elif isinstance(node, ast.Subscript):
            whole = self.outside(node.value)
            key: Any = node.slice.value if isinstance(node.slice, ast.Constant) else self.fold(node.slice)
            if not isinstance(whole, (list, tuple, dict)) or key is None:
                return None
            try:
                value = whole[key]
            except (LookupError, TypeError):
                self.source.refuse(node, f"`{ast.unparse(node.value)}` has no element {key!r}")
        elif isinstance(node, ast.Attribute):
            whole = self.outside(node.value)
            value = getattr(whole, node.attr, None) if inspect.ismodule(whole) else None
        else:
            return None
        # Arrays and numbers of NumPy as lists and numbers of Python.
        return value.tolist() if value is not None and type(value).__module__ == "numpy" and hasattr(value, "tolist") else value

    def elements(self, node: ast.expr) -> list[str | None] | None:
        """The elements of a list that stands here, of an array that is made of one, or of one that has a name; None for all else."""
        if isinstance(node, (ast.List, ast.Tuple)):
            return [self.printer.text(element) for element in node.elts]
        if isinstance(node, ast.Name):
            if node.id in self.lists:
                return self.lists[node.id]
            return list(self.states) or None if node.id == self.vector and node.id not in self.values else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.left, ast.List):
            return (self.elements(node.left) or []) * self.length(self.fold(node.right), node)
        if not isinstance(node, ast.Call):
            return None
        name, arguments = ast.unparse(node.func).split(".")[-1], node.args
        if name == "copy" and isinstance(node.func, ast.Attribute) and not arguments:
            arguments = [node.func.value]
        if len(arguments) != 1 or any(keyword.arg != "dtype" for keyword in node.keywords):
            return None
        if name in ("array", "asarray", "stack", "list", "tuple", "copy"):
            elements = self.elements(arguments[0])
            return None if elements is None else list(elements)
        if name in ("zeros_like", "empty_like", "ones_like"):
            length = len(self.elements(arguments[0]) or ()) or None
        elif name in ("zeros", "empty", "ones"):
            length = self.fold(arguments[0])
        else:
            return None
        return [{"zeros": "0.0", "ones": "1.0", "empty": None}[name.partition("_")[0]]] * self.length(length, node)

    def length(self, known: Any, node: ast.expr) -> int:
        """A number of elements; refused where it is none."""
        if not isinstance(known, int) or known < 1:
            self.source.refuse(node, "how many elements there are must be a number that is known here")
        return known

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
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, (ast.Name, ast.Subscript)):
            load = copy.copy(node.target)
            self.define(node.target, self.printer.text(ast.copy_location(ast.BinOp(load, node.op, node.value), node)))
        elif isinstance(node, ast.If):
            self.branch(node)
        elif isinstance(node, ast.For):
            self.loop(node)
        else:
            self.source.refuse(node, f"a right-hand side cannot have this statement ({type(node).__name__.lower()})")

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        elements = self.elements(value)
        if isinstance(target, (ast.Tuple, ast.List)):
            if isinstance(value, ast.Name) and value.id == self.vector and not self.states:
                self.states.update({f"y{i}": 0.0 for i in range(len(target.elts))})
                elements = list(self.states)
            if elements is None:
                self.source.refuse(value, "only the states or a list of values can be taken apart")
            if len(elements) != len(target.elts):
                self.source.refuse(target, f"{len(target.elts)} names for {len(elements)} values")
            for name, text in zip(target.elts, elements):
                if text is None:
                    self.source.refuse(value, "not every element has a value yet")
                self.define(name, text)
        elif elements is None:
            self.define(target, self.printer.text(value))
        elif not isinstance(target, ast.Name):
            self.source.refuse(target, "a list is given to a name")
        else:
            source = self.shared(value)
            if source in self.lists and source not in self.frozen and source != target.id:
                self.source.refuse(value, f"a second name for `{source}`; write `{source}.copy()`")
            self.values.pop(target.id, None)
            self.frozen.discard(target.id)
            if source is not None and source not in self.lists or source in self.frozen:
                self.frozen.add(target.id)
            self.lists[target.id] = elements

    def shared(self, value: ast.expr) -> str | None:
        """The name of the list that an expression stands for, without a copy; None for new lists."""
        while isinstance(value, ast.Call) and ast.unparse(value.func).split(".")[-1] == "asarray" and value.args:
            value = value.args[0]
        return value.id if isinstance(value, ast.Name) else None

    def define(self, target: ast.expr, text: str) -> None:
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and target.value.id in self.lists:
            name = target.value.id
            if name in self.frozen:
                self.source.refuse(target, f"`{name}` are the states, which cannot be changed; write `.copy()` where it is made")
            place = self.place(self.fold(target.slice), len(self.lists[name]), target)
            self.lists[name][place] = self.named(f"{name}_{place}", text)
        elif isinstance(target, ast.Name):
            self.lists.pop(target.id, None)
            self.values[target.id] = self.named(target.id, text)
        else:
            self.source.refuse(target, "a value is given to a name, or to an element of a list that the function has made")

    def named(self, name: str, text: str) -> str:
        """A name in the model for a value, which may have one already."""
        if text in self.states or text in self.parameters or text in self.used:
            return text
        name = self.fresh(name)
        self.lines.append(f"{name} = {text}")
        self.known[name] = literal(text)
        return name

    def fresh(self, name: str) -> str:
        # The name of an observable is kept for its last value, and `dx` would be the derivative of a state x.
        derivatives = {f"d{state}" for state in self.states}
        taken = {*self.states, *self.parameters, *self.used, *self.observables, *RESERVED, *derivatives}
        choice, count = name, 1
        while choice in taken or re.fullmatch(r"d?y\d+", choice):
            count += 1
            choice = f"{name}_{count}"
        self.used.add(choice)
        return choice

    def branch(self, node: ast.If) -> None:
        condition = self.printer.text(node.test)
        before, outcomes = (dict(self.values), copy.deepcopy(self.lists)), []
        for statements in (node.body, node.orelse):
            self.values, self.lists = dict(before[0]), copy.deepcopy(before[1])
            for statement in statements:
                if isinstance(statement, ast.Return):
                    self.source.refuse(statement, "return once, behind the branches")
                self.statement(statement)
            outcomes.append((self.values, self.lists))
        (then, then_lists), (other, other_lists) = outcomes
        self.values, self.lists = {}, {}
        for name in {**then, **other, **then_lists, **other_lists}:
            if name in then and name in other:
                self.values[name] = self.chosen(name, condition, then[name], other[name]) or ""
            elif name in then_lists and name in other_lists and len(then_lists[name]) == len(other_lists[name]):
                pairs = zip(then_lists[name], other_lists[name])
                self.lists[name] = [self.chosen(f"{name}_{i}", condition, *pair) for i, pair in enumerate(pairs)]
            else:
                self.source.refuse(node, f"`{name}` has a value in one branch only; give it one in each, or before")

    def chosen(self, name: str, condition: str, then: str | None, other: str | None) -> str | None:
        if then == other or then is None or other is None:
            return then if then == other else None
        return self.named(name, f"if({condition}, {then}, {other})")

    def loop(self, node: ast.For) -> None:
        if node.orelse or not isinstance(node.target, ast.Name):
            self.source.refuse(node, "a loop has one name and no else")
        values = self.loop_values(node.iter)
        for value in values:
            body = [_Replaced(node.target.id, value).visit(copy.deepcopy(statement)) for statement in node.body]
            for statement in body:
                if isinstance(statement, ast.Return):
                    self.source.refuse(statement, "return once, behind the loop")
                self.statement(statement)
        if values:
            self.lists.pop(node.target.id, None)
            self.values[node.target.id] = number(values[-1])

    def loop_values(self, node: ast.expr) -> list[float]:
        """The numbers of a range or a list."""
        values: list[Any] = []
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "range" and node.args:
            bounds = [self.fold(argument) for argument in node.args]
            if all(isinstance(bound, int) for bound in bounds) and len(bounds) <= 3 and bounds[2:] != [0]:
                return list(range(*bounds))
        elif isinstance(node, (ast.List, ast.Tuple)):
            values = [self.fold(element) for element in node.elts]
        else:
            values = self.outside(node)
        if not isinstance(values, (list, tuple)) or not values or not all(isinstance(value, (int, float)) for value in values):
            self.source.refuse(node, "a loop goes over a range or a list of numbers that are known here")
        return list(values)


class _UserFunction(_Function):
    """A function of numbers: all arguments are numbers, and local values are written where they are used."""

    def bind(self, arguments: list[str]) -> None:
        self.scalars = set(arguments)
        self.names = arguments

    def named(self, name: str, text: str) -> str:
        if len(text) > LONGEST:
            self.source.refuse(self.tree, f"`{name}` becomes too long when it is written out")
        return f"({text})"

    def definition(self, name: str) -> str:
        returned = self.block(self.tree.body)
        if returned is None or isinstance(returned, (ast.List, ast.Tuple, ast.Dict)):
            self.source.refuse(self.tree, f"`{name}` returns one number")
        return f"{name}({', '.join(self.names)}) = {self.printer.text(returned)}"


class _Replaced(ast.NodeTransformer):
    """The loop's name as a number."""

    def __init__(self, name: str, value: Any):
        self.name, self.value = name, value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.copy_location(ast.Constant(self.value), node) if node.id == self.name else node
