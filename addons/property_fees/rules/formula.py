# SPDX-License-Identifier: LGPL-3.0-or-later
"""Formulas that people write: a small whitelist of Python expressions over named quantities.

Nothing is executed: the parsed tree is walked, what is not listed here is refused. Numbers are
exact fractions, so 0.1 is a tenth.
"""

import ast
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .errors import RuleError
from .rounding import round_money, to_decimal

MAX_LENGTH = 300
MAX_NODES = 120
NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
MAX_BITS = 512  # of a numerator or denominator; a chain of products grows without this
SIGNS = str.maketrans(
    {
        "×": "*",
        "÷": "/",
        "（": "(",
        "）": ")",
        "，": ",",
        "＋": "+",
        "－": "-",
        "＞": ">",
        "＜": "<",
    }
)
OPERATORS: dict[type, Callable] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
}
COMPARISONS: dict[type, Callable] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}


def _round(value: Fraction, digits: Fraction = Fraction(0)) -> Fraction:
    if digits.denominator != 1 or not 0 <= digits <= 6:
        raise RuleError("formula_round", digits=str(digits))
    return Fraction(round_money(value, Decimal(1).scaleb(-int(digits))))


FUNCTIONS: dict[str, tuple[Callable, int, int]] = {
    "min": (min, 2, 10),
    "max": (max, 2, 10),
    "round": (_round, 1, 2),
    "ceil": (lambda value: Fraction(math.ceil(value)), 1, 1),
    "floor": (lambda value: Fraction(math.floor(value)), 1, 1),
}


@dataclass(frozen=True)
class Formula:
    """A checked formula.

    :param text: as written, with plain signs
    :param names: the quantities it asks for
    """

    text: str
    names: frozenset[str]
    tree: ast.expr

    def evaluate(self, values: Mapping[str, Fraction]) -> Fraction:
        """Exact value for named quantities.

        :raise RuleError: ``formula_value_missing``, ``formula_division_by_zero``,
            ``formula_too_large``, ``formula_round``, ``formula_not_a_number``,
            ``formula_negative``
        """
        missing = sorted(name for name in self.names if values.get(name) is None)
        if missing:
            raise RuleError("formula_value_missing", names=", ".join(missing))
        result = _value(self.tree, self.text, values)
        if isinstance(result, bool):
            raise RuleError("formula_not_a_number", text=self.text)
        if result < 0:
            raise RuleError("formula_negative", text=self.text, result=str(to_decimal(result)))
        return result

    def explain(self, values: Mapping[str, Fraction]) -> str:
        """The formula with the numbers in the places of their names, e.g. 89.56 × 2.45 + 5."""
        spots = sorted(
            (
                (node.col_offset, node.end_col_offset or 0, node.id)
                for node in ast.walk(self.tree)
                if isinstance(node, ast.Name) and node.id not in FUNCTIONS
            ),
            reverse=True,
        )
        shown = self.text.encode()
        for start, end, name in spots:
            number = format(to_decimal(values[name]), "f").encode()
            shown = shown[:start] + number + shown[end:]
        return shown.decode().replace("*", "×").replace("/", "÷")


def parse(text: str, names: Collection[str], aliases: Mapping[str, str] | None = None) -> Formula:
    """Check a formula before it is used.

    :param text: arithmetic, comparisons, ``a if condition else b``, ``and``/``or``/``not``, and
        the functions min, max, round, ceil, floor
    :param names: quantities that may be named
    :param aliases: other words for them, e.g. 面积 for area
    :raise RuleError: ``formula_empty``, ``formula_too_long``, ``formula_syntax``,
        ``formula_not_allowed`` (with what), ``formula_unknown_name``, ``formula_arguments``
    Source: docs/rules/formula.md
    """
    text = " ".join((text or "").translate(SIGNS).split())
    if not text:
        raise RuleError("formula_empty")
    if len(text) > MAX_LENGTH:
        raise RuleError("formula_too_long", limit=MAX_LENGTH)
    text = _canonical(text, aliases or {})
    tree = _parse(text)
    found = list(ast.walk(tree))
    if len(found) > MAX_NODES:
        raise RuleError("formula_too_long", limit=MAX_LENGTH)
    functions = {id(node.func) for node in found if isinstance(node, ast.Call)}
    used = set()
    for node in found:
        _check(node, text)
        if isinstance(node, ast.Name) and id(node) not in functions:
            if node.id not in names:
                raise RuleError("formula_unknown_name", name=node.id, known=", ".join(names))
            used.add(node.id)
    return Formula(text, frozenset(used), tree)


def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise RuleError("formula_syntax", text=text) from error


def _canonical(text: str, aliases: Mapping[str, str]) -> str:
    if not aliases:
        return text
    raw = text.encode()
    spots = sorted(
        (node.col_offset, node.end_col_offset or 0, aliases[node.id])
        for node in ast.walk(_parse(text))
        if isinstance(node, ast.Name) and node.id in aliases
    )
    for start, end, name in reversed(spots):
        raw = raw[:start] + name.encode() + raw[end:]
    return raw.decode()


def _check(node: ast.AST, text: str) -> None:
    allowed = (
        ast.BinOp,
        ast.UnaryOp,
        ast.BoolOp,
        ast.Compare,
        ast.IfExp,
        ast.Call,
        ast.Name,
        ast.Constant,
        ast.operator,
        ast.unaryop,
        ast.boolop,
        ast.cmpop,
        ast.expr_context,
    )
    if not isinstance(node, allowed):
        raise RuleError("formula_not_allowed", what=type(node).__name__)
    if isinstance(node, ast.operator) and type(node) not in {*OPERATORS, ast.Div}:
        raise RuleError("formula_not_allowed", what=type(node).__name__)
    if isinstance(node, ast.unaryop) and not isinstance(node, ast.USub | ast.UAdd | ast.Not):
        raise RuleError("formula_not_allowed", what=type(node).__name__)
    if isinstance(node, ast.cmpop) and type(node) not in COMPARISONS:
        raise RuleError("formula_not_allowed", what=type(node).__name__)
    if isinstance(node, ast.Constant):
        _number(node, text)
    if isinstance(node, ast.Call):
        _check_call(node)


def _check_call(node: ast.Call) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in FUNCTIONS or node.keywords:
        raise RuleError("formula_not_allowed", what=name or "call")
    _function, least, most = FUNCTIONS[name]
    if not least <= len(node.args) <= most:
        raise RuleError("formula_arguments", name=name)


def _number(node: ast.Constant, text: str) -> Fraction:
    """Exact number as it is written; Python would have made a float of it."""
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise RuleError("formula_not_allowed", what=repr(node.value))
    written = text.encode()[node.col_offset : node.end_col_offset].decode()
    if not NUMBER.fullmatch(written):  # 1e999 would be exact, and take the memory of the server
        raise RuleError("formula_not_allowed", what=written)
    return Fraction(written)


def _value(node: ast.expr, text: str, values: Mapping[str, Fraction]) -> Fraction | bool:
    match node:
        case ast.Constant():
            return _number(node, text)
        case ast.Name():
            return Fraction(values[node.id])
        case ast.UnaryOp():
            return _unary(node, text, values)
        case ast.BinOp():
            return _binary(node, text, values)
        case ast.BoolOp():
            parts = (_truth(_value(part, text, values), text) for part in node.values)
            return all(parts) if isinstance(node.op, ast.And) else any(parts)
        case ast.Compare():
            return _compare(node, text, values)
        case ast.IfExp():
            taken = node.body if _truth(_value(node.test, text, values), text) else node.orelse
            return _value(taken, text, values)
        case ast.Call(func=ast.Name(id=name)):
            arguments = [_amount(_value(part, text, values), text) for part in node.args]
            return _bounded(FUNCTIONS[name][0](*arguments))
    raise RuleError("formula_not_allowed", what=type(node).__name__)


def _unary(node: ast.UnaryOp, text: str, values: Mapping[str, Fraction]) -> Fraction | bool:
    operand = _value(node.operand, text, values)
    if isinstance(node.op, ast.Not):
        return not _truth(operand, text)
    number = _amount(operand, text)
    return -number if isinstance(node.op, ast.USub) else number


def _binary(node: ast.BinOp, text: str, values: Mapping[str, Fraction]) -> Fraction:
    left = _amount(_value(node.left, text, values), text)
    right = _amount(_value(node.right, text, values), text)
    if isinstance(node.op, ast.Div):
        if not right:
            raise RuleError("formula_division_by_zero", text=text)
        return _bounded(left / right)
    return _bounded(OPERATORS[type(node.op)](left, right))


def _compare(node: ast.Compare, text: str, values: Mapping[str, Fraction]) -> bool:
    left = _amount(_value(node.left, text, values), text)
    for operator, part in zip(node.ops, node.comparators, strict=True):
        right = _amount(_value(part, text, values), text)
        if not COMPARISONS[type(operator)](left, right):
            return False
        left = right
    return True


def _amount(value: Fraction | bool, text: str) -> Fraction:
    if isinstance(value, bool):
        raise RuleError("formula_not_a_number", text=text)
    return value


def _truth(value: Fraction | bool, text: str) -> bool:
    if not isinstance(value, bool):
        raise RuleError("formula_not_a_condition", text=text)
    return value


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise RuleError("formula_too_large")
    return value
