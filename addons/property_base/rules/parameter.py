# SPDX-License-Identifier: LGPL-3.0-or-later
"""Typed values of parameters: read what a person typed, check it, write it in one form."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from .errors import RuleError

KINDS = ("integer", "decimal", "boolean", "text", "selection", "percent", "duration")
TRUE_WORDS = frozenset({"1", "true", "yes", "y", "on", "是"})
FALSE_WORDS = frozenset({"0", "false", "no", "n", "off", "否"})


@dataclass(frozen=True)
class Definition:
    """What a value of a parameter must look like.

    :param kind: one of ``KINDS``
    :param minimum: smallest allowed number, in the unit of the parameter
    :param maximum: largest allowed number
    :param options: allowed texts of a selection
    """

    kind: str
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    options: tuple[str, ...] = ()


def _number(text: str) -> Decimal:
    plain = text.replace(",", "").replace(" ", "").removesuffix("%")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise RuleError("not_a_number") from None
    if not number.is_finite() or abs(number.adjusted()) > 15:
        raise RuleError("not_a_number")
    return number


def parse(definition: Definition, text: str | None) -> int | Decimal | bool | str:
    """Return the typed value of what was typed.

    :param definition: the kind and limits
    :param text: as typed; full-width digits, thousands separators and a percent sign are accepted
    :return: ``int`` for integer and duration (whole units), ``Decimal`` for decimal and percent
        (5 means 5 %), ``bool``, or ``str``
    :raise RuleError: ``empty``, ``not_a_number``, ``not_whole``, ``not_a_boolean``,
        ``not_an_option``, ``too_small``, ``too_large``
    """
    raw = (text or "").strip()
    if definition.kind == "text":
        return raw
    raw = unicodedata.normalize("NFKC", raw)
    if not raw:
        raise RuleError("empty")
    if definition.kind == "boolean":
        word = raw.lower()
        if word not in TRUE_WORDS | FALSE_WORDS:
            raise RuleError("not_a_boolean")
        return word in TRUE_WORDS
    if definition.kind == "selection":
        if raw not in definition.options:
            raise RuleError("not_an_option")
        return raw
    number = _number(raw)
    if definition.minimum is not None and number < definition.minimum:
        raise RuleError("too_small")
    if definition.maximum is not None and number > definition.maximum:
        raise RuleError("too_large")
    if definition.kind in ("integer", "duration"):
        if number != number.to_integral_value():
            raise RuleError("not_whole")
        return int(number)
    return number


def canonical(definition: Definition, text: str | None) -> str:
    """Return the one form in which a value is stored, such as ``2.5`` for ``２.５０``.

    :raise RuleError: as :func:`parse`
    """
    value = parse(definition, text)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        plain = format(value, "f")
        if "." in plain:
            plain = plain.rstrip("0").rstrip(".")
        return "0" if plain in ("-0", "") else plain
    return str(value)
