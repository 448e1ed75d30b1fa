# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who of the couriers and riders may come in (PAR-01, PAR-03, PAR-36)."""

from dataclasses import dataclass
from datetime import date

FILING_DAYS = 15


@dataclass(frozen=True)
class Pass:
    """What the gate knows of a pass, its courier, vehicle and carrier."""

    state: str = "active"
    start: date | None = None
    end: date | None = None
    plate: str = ""
    rider: bool = False
    vehicle: str = "van"
    canopy: bool = False
    closed_body: bool = True
    marked: bool = True
    accepted_rules: bool = True
    courier_state: str = "active"
    licence: str = "valid"
    needs_licence: bool = True


def plate_key(text: str) -> str:
    """Return a plate without spaces, dots and case."""
    return "".join(char for char in (text or "").upper() if char.isalnum())


def refusals(entry: Pass, today: date, plate: str | None) -> list[str]:
    """Return every reason against the entry; an empty list admits.

    :param plate: plate at the gate; None when the gate reads none
    """
    reasons = []
    if entry.state != "active":
        reasons.append(f"pass_{entry.state}")
    if (entry.start and today < entry.start) or (entry.end and today > entry.end):
        reasons.append("pass_expired")
    if entry.courier_state != "active":
        reasons.append(f"courier_{entry.courier_state}")
    if not entry.accepted_rules:
        reasons.append("rules_not_accepted")
    if entry.needs_licence and entry.licence in ("missing", "expired"):
        reasons.append(f"licence_{entry.licence}")
    if plate is not None and plate_key(plate) != plate_key(entry.plate):
        reasons.append("plate_mismatch")
    if entry.rider:
        if entry.vehicle != "electric_two_wheeler":
            reasons.append("rider_vehicle")
        if entry.canopy:
            reasons.append("rider_canopy")
    elif entry.vehicle in ("van", "tricycle") and not (entry.closed_body and entry.marked):
        reasons.append("vehicle_unmarked")
    return reasons


def licence_state(number: str, start: date | None, end: date | None, today: date) -> str:
    """Return ``missing``, ``expired``, ``future`` or ``valid``."""
    if not number:
        return "missing"
    if end and today > end:
        return "expired"
    return "future" if start and today < start else "valid"


def filing_late(signed: date | None, filed: date | None, today: date) -> bool:
    """Tell whether a franchise was not filed within fifteen days of signing."""
    return bool(signed) and ((filed or today) - signed).days > FILING_DAYS
