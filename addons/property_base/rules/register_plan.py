# SPDX-License-Identifier: LGPL-3.0-or-later
"""Keep the rows of a register between two steps of an import, as plain JSON values."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .register_types import Finding, Owner, UnitRow


def dump_row(row: UnitRow) -> dict[str, Any]:
    """Return a row as JSON values."""
    values = dict(vars(row))  # asdict() copies deeply, ten times slower
    values["area"] = str(row.area)
    values["inner_area"] = str(row.inner_area) if row.inner_area is not None else None
    values["delivery_date"] = row.delivery_date.isoformat() if row.delivery_date else None
    values["owners"] = [{**vars(owner), "share": str(owner.share)} for owner in row.owners]
    return values


def load_row(values: dict[str, Any]) -> UnitRow:
    """Return the row that :func:`dump_row` wrote."""
    owners = tuple(
        Owner(**{**owner, "key": tuple(owner["key"]), "share": Fraction(owner["share"])})
        for owner in values["owners"]
    )
    day, inner = values["delivery_date"], values["inner_area"]
    return UnitRow(
        **{
            **values,
            "area": Decimal(values["area"]),
            "inner_area": Decimal(inner) if inner is not None else None,
            "delivery_date": date.fromisoformat(day) if day else None,
            "owners": owners,
            "siblings": tuple((name, value) for name, value in values["siblings"]),
        }
    )


def dump_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON values."""
    return {**asdict(finding), "params": {k: str(v) for k, v in finding.params.items()}}


def load_finding(values: dict[str, Any]) -> Finding:
    """Return the finding that :func:`dump_finding` wrote."""
    return Finding(**values)
