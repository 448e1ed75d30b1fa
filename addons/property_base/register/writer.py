# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write believed rows of a register into the database, a batch at a time."""

import json
import logging
from collections import Counter
from datetime import timedelta
from fractions import Fraction

import psycopg2

from odoo.exceptions import UserError
from odoo.tools import float_compare

from ..rules.errors import RuleError
from ..rules.place import building_code, entrance_code, unit_key
from ..rules.register_types import ERROR, WARNING, Finding
from ..rules.text import parse_phone

_logger = logging.getLogger(__name__)

SILENT = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
    "property_share_check_later": True,
}


class RegisterWriter:
    """Bring a community's register to what the rows say.

    :param people: person key (JSON) -> partner id, carried from batch to batch
    """

    def __init__(self, env, community, today, people):
        self.env, self.community, self.today = env, community, today
        self.people = people
        self.counts = Counter()
        self.findings = []
        # sudo: an officer takes over owners without being a contact manager, and the numbers
        # of residents are masked for everybody else
        self.partners_sudo = env["res.partner"].sudo()
        self.has_tail = "property_id_tail" in self.partners_sudo._fields

    def write(self, rows):
        """Write a batch; when it fails, write row by row and report the ones that fail.

        :param rows: list of :class:`UnitRow`
        :return: list of ``(row, unit)`` that are in the register now
        """
        before = (self.counts.copy(), list(self.findings), dict(self.people))
        try:
            with self.env.cr.savepoint():
                return self._write_batch(rows)
        except (UserError, psycopg2.IntegrityError, psycopg2.DataError) as error:
            self.counts, self.findings, self.people = before
            self.env.invalidate_all(flush=False)
            if len(rows) == 1:
                self._tell_failed(rows[0], error)
                return []
        return [pair for row in rows for pair in self.write([row])]

    def _tell_failed(self, row, error):
        _logger.info("Register row %s/%s refused: %s", row.sheet, row.row, error)
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        self._tell(row, "row_failed", ERROR, reason=reason[:300])

    def _tell(self, row, code, severity, value="", **params):
        unit = "-".join(part for part in (row.building, row.entrance, row.number) if part)
        self.findings.append(
            Finding(row.sheet, row.row, "", value, code, severity, {"unit": unit, **params})
        )

    # === ONE BATCH === #

    def _write_batch(self, rows):
        buildings = self._find_or_create_buildings(rows)
        known = self._find_units(buildings)
        lines = self._current_lines(known.values())
        done, new, ownerless = [], [], []
        for row in rows:
            unit = known.get(unit_key(row.building, row.entrance, row.number))
            if unit is None:
                new.append(row)
            elif not unit.active:
                self._tell(row, "unit_archived", ERROR)
            else:
                if self._compare(row, unit, lines.get(unit.id, ())):
                    ownerless.append((row, unit))
                done.append((row, unit))
        self._resolve_people([row for row, _unit in ownerless] + new)
        units = self._create_units(new, buildings)
        added = list(zip(new, units, strict=True))
        self._create_ownerships(
            [(row, unit, self._first_day(row, ())) for row, unit in added], SILENT
        )
        self._add_owners(ownerless)
        return done + added

    def _find_or_create_buildings(self, rows):
        Building = self.env["property.building"]
        found = Building.with_context(active_test=False).search(
            [("community_id", "=", self.community.id)]
        )
        by_code = {}
        for building in found.sorted("active", reverse=True):
            by_code.setdefault(_code(building_code, building.code), building)
        top = {}
        for row in rows:
            if row.building not in by_code:
                top[row.building] = max(top.get(row.building, 0), row.floor or 0)
        created = Building.with_context(**SILENT).create(
            [
                {
                    "name": self.env._("Building %(code)s", code=code),
                    "code": code,
                    "floor_count": floors,
                    "community_id": self.community.id,
                }
                for code, floors in top.items()
            ]
        )
        by_code.update(zip(top, created.with_env(self.env), strict=True))
        self.counts["building_created"] += len(created)
        return {row.building: by_code[row.building] for row in rows}

    def _find_units(self, buildings):
        """Return the units of these buildings by their key, live ones before archived ones."""
        ids = {building.id: code for code, building in buildings.items()}
        units = (
            self.env["property.unit"]
            .with_context(active_test=False)
            .search([("building_id", "in", list(ids))], order="active desc, id")
        )
        known = {}
        for unit in units.with_env(self.env):
            key = unit_key(
                ids[unit.building_id.id], _code(entrance_code, unit.entrance), unit.number
            )
            known.setdefault(key, unit)
        return known

    def _current_lines(self, units):
        """Return the ownership lines per unit that run today or later."""
        lines = self.env["property.ownership"].search(
            [
                ("unit_id", "in", [unit.id for unit in units]),
                "|",
                ("end_date", "=", False),
                ("end_date", ">=", self.today),
            ]
        )
        return {unit.id: unit_lines for unit, unit_lines in lines.grouped("unit_id").items()}

    # === UNITS === #

    def _prepare_unit_vals(self, row, building):
        vals = {
            "building_id": building.id,
            "community_id": self.community.id,
            "entrance": row.entrance or False,
            "number": row.number,
            "floor": row.floor or 0,
            "usage": row.usage or "residential",
            "area_m2": float(row.area),
            "inner_area_m2": float(row.inner_area or 0),
            "delivery_date": row.delivery_date,
            "note": row.note or False,
        }
        if row.state:
            vals["state"] = row.state
        return vals

    def _create_units(self, rows, buildings):
        units = (
            self.env["property.unit"]
            .with_context(**SILENT)
            .create([self._prepare_unit_vals(row, buildings[row.building]) for row in rows])
        )
        self.counts["unit_created"] += len(units)
        return units.with_env(self.env)

    def _compare(self, row, unit, lines):
        """Bring a known unit to what the row says; tell whether owners have to be added."""
        vals = self._changed_vals(row, unit)
        running = [line for line in lines if not line.start_date or line.start_date <= self.today]
        add, filled = False, False
        if running:
            filled = self._compare_owners(row, running)
        elif lines and row.owners:
            self._tell(row, "future_owner", ERROR)
        else:
            add = bool(row.owners)
        if add and unit.state == "unsold" and row.state:
            vals["state"] = row.state
        if vals:
            unit.with_context(mail_notrack=False).write(vals)
        self.counts["unit_updated" if vals or filled or add else "unit_unchanged"] += 1
        return add

    def _changed_vals(self, row, unit):
        """Return what differs; an empty cell never erases anything."""
        vals = {}
        for name, value in (("area_m2", row.area), ("inner_area_m2", row.inner_area)):
            if value is not None and float_compare(unit[name], float(value), precision_digits=2):
                vals[name] = float(value)
        for name, value in (
            ("usage", row.usage),
            ("floor", row.floor),
            ("delivery_date", row.delivery_date),
        ):
            if value and unit[name] != value:
                vals[name] = value
        if row.note and not unit.note:
            vals["note"] = row.note
        return vals

    # === OWNERS === #

    def _compare_owners(self, row, lines):
        """Compare with the present owners; they are never replaced here.

        :return: whether a missing phone or ID ending was filled in
        """
        registered = "、".join(_owner_sudo(line).name or "" for line in lines)
        if row.unsold:
            self._tell(row, "unsold_conflict", ERROR, registered=registered)
            return False
        if not row.owners:
            return False
        told = "、".join(owner.name for owner in row.owners)
        pairs = self._match(row.owners, lines)
        if pairs is None:
            self._tell(row, "owner_conflict", ERROR, told, registered=registered, told=told)
            return False
        filled = False
        for owner, line in pairs:
            self.people[json.dumps(owner.key)] = line.partner_id.id
            filled |= self._fill_partner(row, owner, _owner_sudo(line))
        shares = [Fraction(line.share_numerator, line.share_denominator) for _o, line in pairs]
        if any(owner.share_told for owner in row.owners) and shares != [
            owner.share for owner, _line in pairs
        ]:
            self._tell(
                row,
                "share_conflict",
                ERROR,
                registered="、".join(map(str, shares)),
                told="、".join(str(owner.share) for owner, _line in pairs),
            )
        return filled

    def _match(self, owners, lines):
        """Pair the owners of a row with the lines of a unit by name, the same phone first."""
        left = list(lines)
        if len(left) != len(owners):
            return None
        pairs = []
        for owner in owners:
            name = _name(owner.name)
            same = [line for line in left if _name(_owner_sudo(line).name) == name]
            if not same:
                return None
            line = next(
                (line for line in same if _phone(_owner_sudo(line).phone) == owner.phone),
                same[0],
            )
            left.remove(line)
            pairs.append((owner, line))
        return pairs

    def _fill_partner(self, row, owner, partner_sudo):
        vals = {}
        phone = _phone(partner_sudo.phone)
        if owner.phone and not phone:
            vals["phone"] = owner.phone
        elif owner.phone and phone != owner.phone:
            self._tell(row, "phone_differs", WARNING, owner.phone, owner=owner.name)
        if self.has_tail and owner.id_tail and not partner_sudo.property_id_tail:
            vals["property_id_tail"] = owner.id_tail
        if vals:
            partner_sudo.write(vals)
        return bool(vals)

    def _resolve_people(self, rows):
        """Find or create the partner of every owner that these rows name."""
        wanted = {}
        for row in rows:
            for owner in row.owners:
                key = json.dumps(owner.key)
                if key not in self.people:
                    wanted.setdefault(key, owner)
                elif key in wanted and owner.id_tail and not wanted[key].id_tail:
                    wanted[key] = owner
        self._find_people(wanted)
        missing = {key: owner for key, owner in wanted.items() if key not in self.people}
        partners = self.partners_sudo.with_context(**SILENT, no_vat_validation=True).create(
            [self._prepare_partner_vals(owner) for owner in missing.values()]
        )
        self.people.update(zip(missing, partners.ids, strict=True))
        self.counts["owner_created"] += len(partners)

    def _find_people(self, wanted):
        """Look up contacts: companies by name, people by name and phone or name and ID ending."""
        names = {owner.name for owner in wanted.values() if owner.key[0] in _FINDABLE}
        if not names:
            return
        partners_sudo = self.partners_sudo.search(
            [
                ("name", "in", list(names)),
                ("company_id", "in", [False, self.community.company_id.id]),
            ],
            order="id",
        )
        found = {}
        for partner in partners_sudo:
            name = (partner.name or "").casefold()
            if partner.is_company:
                found.setdefault(("company", _name(partner.name)), partner.id)
                continue
            if phone := _phone(partner.phone):
                found.setdefault(("phone", name, phone), partner.id)
            if self.has_tail and partner.property_id_tail:
                found.setdefault(("tail", name, partner.property_id_tail), partner.id)
        for key, owner in wanted.items():
            if owner.key[0] in _FINDABLE and owner.key in found:
                self.people[key] = found[owner.key]

    def _prepare_partner_vals(self, owner):
        company = self.community.company_id
        vals = {
            "name": owner.name,
            "phone": owner.phone or False,
            "is_company": owner.is_company,
            "company_id": company.id,
            "lang": company.partner_id.lang or self.env.lang,
        }
        if self.has_tail and owner.id_tail:
            vals["property_id_tail"] = owner.id_tail
        return vals

    def _first_day(self, row, past_lines):
        """Return the first day of the owners: the handover, but after those before them."""
        start = row.delivery_date
        if start and start > self.today:
            start = None
        ends = [line.end_date for line in past_lines if line.end_date]
        if ends:
            after = max(ends) + timedelta(days=1)
            start = max(start, after) if start else max(after, self.today)
        return start

    def _create_ownerships(self, pairs, context):
        values = []
        for row, unit, start in pairs:
            for at, owner in enumerate(row.owners):
                values.append(
                    {
                        "unit_id": unit.id,
                        "partner_id": self.people[json.dumps(owner.key)],
                        "share_numerator": owner.share.numerator,
                        "share_denominator": owner.share.denominator,
                        "is_representative": len(row.owners) > 1 and at == 0,
                        "start_date": start,
                        "origin": "register",
                    }
                )
        lines = self.env["property.ownership"].with_context(**context).create(values)
        lines.with_env(self.env)._check_share_total()
        self.counts["ownership_created"] += len(lines)

    def _add_owners(self, pairs):
        """Add owners to known units that have none today, after whoever owned them before."""
        if not pairs:
            return
        past = self.env["property.ownership"].search(
            [("unit_id", "in", [unit.id for _row, unit in pairs])]
        )
        by_unit = past.grouped("unit_id")
        self._create_ownerships(
            [(row, unit, self._first_day(row, by_unit.get(unit, ()))) for row, unit in pairs],
            {"property_share_check_later": True},
        )


_FINDABLE = frozenset({"company", "phone", "tail"})


def _code(rule, value):
    try:
        return rule(value or None)
    except RuleError:
        return value or ""


def _owner_sudo(line):
    # sudo: numbers are masked for staff, and here they are only compared and filled in
    return line.partner_id.sudo()


def _name(name):
    return "".join((name or "").split()).casefold()


def _phone(phone):
    """Return a stored phone as the register's rules clean it; one they refuse as it stands."""
    try:
        return parse_phone(phone)
    except RuleError:
        return phone or ""
