# SPDX-License-Identifier: LGPL-3.0-or-later
"""The date promised to a resident: its window and its one postponement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from .errors import RuleError


@dataclass(frozen=True)
class Window:
    """How far a promise may reach.

    :param usual_days: up to so many days nobody asks
    :param maximum_days: beyond so many days a supervisor gives the reason
    :param postponements: how often it may be moved
    """

    usual_days: int = 2
    maximum_days: int = 7
    postponements: int = 1


def check(window: Window, taken: date, promised: date, *, is_supervisor: bool, reason: str) -> str:
    """Return ``usual``, ``long`` or ``supervised``.

    :param taken: local day of intake
    :param promised: local day promised
    :raise RuleError: ``past``, ``beyond_maximum`` (a supervisor with a reason may)
    """
    if promised < taken:
        raise RuleError("past")
    if promised <= taken + timedelta(days=window.usual_days):
        return "usual"
    if promised <= taken + timedelta(days=window.maximum_days):
        return "long"
    if not (is_supervisor and reason.strip()):
        raise RuleError("beyond_maximum", days=window.maximum_days)
    return "supervised"


def postpone(window: Window, moved: int, old: date, new: date) -> int:
    """Return how often the promise has been moved after this one.

    :raise RuleError: ``postponed_already``, ``not_later``
    """
    if moved >= window.postponements:
        raise RuleError("postponed_already", count=moved)
    if new <= old:
        raise RuleError("not_later")
    return moved + 1
