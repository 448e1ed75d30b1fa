# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..rules import addressee as rule
from ..rules import code as code_rule
from ..rules import waybill
from .messages import clean_waybill
from .property_parcel import QUIET
from .property_parcel_station import STOCK

DIRECTORY_PAGE, DIRECTORY_LIMIT = 500, 5000
CANDIDATES = 300
SIZES = ("small", "medium", "large", "huge")


class PropertyParcel(models.Model):
    """What the desk asks: one call per scan, every check-in safe to repeat."""

    _inherit = "property.parcel"

    # === LOADING === #

    @api.model
    def desk_load(self, station_id=None):
        """Return what the desk needs to open: stations, carriers, banner; the directory follows."""
        self.check_access("create")
        stations = self.env["property.parcel.station"].search([])
        station = stations.filtered(lambda one: one.id == station_id) or stations[:1]
        carriers = self.env["property.parcel.carrier"].search(
            [("company_id", "=", station.company_id.id)]
        )
        sizes = self._fields["size"]._description_selection(self.env)
        return {
            "stations": [{"id": one.id, "name": one.name} for one in stations],
            "station": station.id,
            "carriers": [
                {
                    "id": one.id,
                    "name": one.name,
                    "code": one.code,
                    "prefixes": waybill.parse_prefixes(one.waybill_prefixes),
                    "licence": one.licence_state,
                }
                for one in carriers
            ],
            "sizes": [{"id": key, "name": label} for key, label in sizes],
            "banner": self._get_desk_banner(station),
            "counts": self._get_desk_counts(station),
        }

    @api.model
    def desk_directory(self, station_id, after=0):
        """Return a page of people and units for proposals without the network, and where to go on.

        The desk fetches the pages while it is in use already, up to a limit: in a larger community
        what is typed is looked up by the server, and resolved by it once the network is back.

        :param after: ``next`` of the page before
        :return: dict ``rows`` (tails, no whole numbers) and ``next`` (0: that was all)
        """
        self.check_access("create")
        station = self.env["property.parcel.station"].browse(station_id)
        station.check_access("read")
        community = station.community_id
        if not community:
            return {"rows": [], "next": 0}
        # sudo: intake staff match people of the community, whatever else they may see
        units_sudo = (
            self.env["property.unit"]
            .sudo()
            .search(
                [("community_id", "=", community.id), ("id", ">", after)],
                limit=DIRECTORY_PAGE,
                order="id",
            )
        )
        people = self._get_people_of(units_sudo)
        full = len(units_sudo) == DIRECTORY_PAGE
        return {
            "rows": [
                [one.unit_key, one.unit, one.key, one.name, rule.tail(one.phone)] for one in people
            ],
            "next": units_sudo[-1].id if full else 0,
            "limit": DIRECTORY_LIMIT,
        }

    @api.model
    def _get_desk_banner(self, station):
        period = self.env["property.parcel.special.period"]._get_current(station.community_id)
        lines = [period.name or ""]
        if station.disinfection_due:
            lines.append(self.env._("The station is due for disinfection."))
        return " · ".join(filter(None, lines))

    @api.model
    def _get_desk_counts(self, station):
        rows = self._read_group(
            [("station_id", "=", station.id), ("state", "in", STOCK)], ["state"], ["__count"]
        )
        return {state: dict(rows).get(state, 0) for state in STOCK}

    @api.model
    def _get_people(self, community):
        """Return who lives in or owns a unit of the community today, as the rule knows them."""
        # sudo: intake staff match people of the community, whatever else they may see
        units_sudo = self.env["property.unit"].sudo()
        return self._get_people_of(units_sudo.search([("community_id", "=", community.id)]))

    @api.model
    def _get_people_of(self, units_sudo):
        """Return who lives in or owns these units today; an empty unit stands for itself."""
        today = fields.Date.context_today(self)
        owners = units_sudo.ownership_ids._filtered_on(today)
        stays = units_sudo.occupancy_ids._filtered_on(today)
        people, seen = [], set()
        for line in [*stays, *owners]:
            key = (line.unit_id.id, line.partner_id.id)
            if key not in seen:
                seen.add(key)
                people.append(
                    rule.Person(
                        line.partner_id.id,
                        line.unit_id.id,
                        line.partner_id.name or "",
                        line.partner_id.phone or "",
                        line.unit_id.name or "",
                    )
                )
        housed = {unit_id for unit_id, _partner in seen}
        people += [
            rule.Person(0, unit.id, "", "", unit.name or "")
            for unit in units_sudo
            if unit.id not in housed
        ]
        return people

    @api.model
    def _find_people(self, community, text):
        """Return the people among whom the rule looks for what was typed.

        The database narrows them down by the parts of each word, so that it takes as long in a
        community of 20,000 units as in one of 200; the rule has the last word.
        """
        keys = rule.keys(text)
        if not keys:
            return []
        # plain SQL: staff match people of the community, whatever else they may see
        self.env.flush_all()
        query = SQL(
            "SELECT u.id FROM property_unit u WHERE u.community_id = %s AND u.active AND %s "
            "ORDER BY u.id LIMIT %s",
            community.id,
            SQL(" AND ").join(self._person_condition(key) for key in keys),
            CANDIDATES,
        )
        unit_ids = [row[0] for row in self.env.execute_query(query)]
        # sudo: see above
        return self._get_people_of(self.env["property.unit"].sudo().browse(unit_ids))

    @api.model
    def _person_condition(self, key):
        """Return the SQL condition that a unit, or somebody in it, may fit a folded word."""
        unit = self._folds_to(SQL("u.name"), [key])
        who = self._folds_to(SQL("p.name"), [part for part in key.split(rule.HIDDEN) if part])
        if key.isdecimal():
            digits = SQL("regexp_replace(p.phone, '[^0-9]', '', 'g')")
            who = SQL("%s OR %s LIKE %s", who, digits, f"%{key}") if len(key) >= 4 else who
        lives = [
            SQL(
                "u.id IN (SELECT t.unit_id FROM %s t JOIN res_partner p ON p.id = t.partner_id "
                "WHERE t.community_id = u.community_id AND (%s))",
                SQL.identifier(table),
                who,
            )
            for table in ("property_ownership", "property_occupancy")
        ]
        return SQL("(%s)", SQL(" OR ").join([unit, *lives]))

    @api.model
    def _folds_to(self, column, parts):
        """Return the SQL condition that a folded column holds the parts, as the rule folds."""
        folded = SQL("translate(lower(%s), %s, '')", column, rule.DROPPED)
        likes = [
            SQL("%s LIKE %s", folded, f"%{part.replace('%', '').replace('_', '')}%")
            for part in parts
        ]
        return SQL(" AND ").join(likes) if likes else SQL("false")

    @api.model
    def desk_propose(self, station_id, text):
        """Return the addressees that fit what was typed, the best first."""
        self.check_access("create")
        station = self.env["property.parcel.station"].browse(station_id)
        station.check_access("read")
        found = rule.propose(self._find_people(station.community_id, text), text)
        return [self._describe_person(person) for person in found]

    @api.model
    def _describe_person(self, person):
        return {
            "unit_id": person.unit_key,
            "unit": person.unit,
            "partner_id": person.key or False,
            "name": person.name,
            "tail": rule.tail(person.phone),
        }

    # === CHECK-IN === #

    @api.model
    def desk_scan(self, station_id, text):
        """Return what a scanned waybill is: new with its likely carriers, or known."""
        self.check_access("create")
        number = clean_waybill(self.env, text)
        station = self.env["property.parcel.station"].browse(station_id)
        known = self.search(
            [("waybill", "=", number), ("company_id", "=", station.company_id.id)], order="id desc"
        )
        guessed = self.env["property.parcel.carrier"]._guess(number, station.company_id)
        expected = known.filtered(lambda one: one.state == "expected")[:1]
        taken = known.filtered(lambda one: one.state != "expected")
        twins = taken.carrier_id
        answer = {
            "waybill": number,
            "carrier_ids": ((expected.carrier_id | guessed) - twins).ids,
            "expected": expected._describe_for_desk() if expected else False,
            "known": [one._describe_for_desk() for one in taken],
            "problem": "",
        }
        if taken and (not guessed or guessed[:1] in twins):
            answer["problem"] = taken[0]._get_known_message()
        elif not guessed and not expected:
            carriers = self.env["property.parcel.carrier"]
            answer["problem"] = carriers._get_unknown_message(number, station.company_id)
        return answer

    @api.model
    def desk_check_in(self, vals):
        """Take one parcel in. The same ``key`` again gives the same answer and changes nothing.

        :param vals: ``key``, ``station_id``, ``waybill``, ``carrier_id``, ``size``, ``kind``, and
            ``unit_id`` and ``partner_id``, or ``text`` as typed, or ``name`` and ``tail``;
            ``slot`` (name), ``cod_amount``, ``origin_id``, ``force`` (a number of unusual shape)
        :return: dict of the parcel and ``warnings``
        """
        self.check_access("create")
        key = (vals.get("key") or "").strip()
        if key:
            known = self.search([("client_key", "=", key)], limit=1)
            if known:
                return {**known._describe_for_desk(), "warnings": [], "repeated": True}
        station = self.env["property.parcel.station"].browse(vals.get("station_id"))
        station.check_access("read")
        parcel_vals, warnings = self._prepare_desk_vals(vals, station)
        parcels = self.with_context(**QUIET)
        parcel = parcels._find_expected(parcel_vals)
        if parcel:
            parcel._lock_flow()
            parcel._require_state("expected")
            parcel.write({**parcel._keep_announced(parcel_vals), "client_key": key or False})
        else:
            parcel = parcels.create({**parcel_vals, "client_key": key or False})
        parcel._check_in()
        return {**parcel._describe_for_desk(), "warnings": warnings + parcel._get_warnings()}

    def _keep_announced(self, vals):
        """Return the values for an announced parcel: what the desk left open stays as announced."""
        self.ensure_one()
        who = ("unit_id", "partner_id", "addressee_name")
        named = any(vals.get(name) for name in who)
        return {name: value for name, value in vals.items() if value or (named and name in who)}

    @api.model
    def _find_expected(self, vals):
        return self.search(
            [
                ("carrier_id", "=", vals["carrier_id"]),
                ("waybill", "=", vals["waybill"]),
                ("state", "=", "expected"),
            ],
            limit=1,
        )

    @api.model
    def _prepare_desk_vals(self, vals, station):
        """Return the values of a parcel from what the desk sent, and warnings."""
        number = clean_waybill(self.env, vals.get("waybill"))
        carrier = self._get_desk_carrier(vals, number, station)
        problem = carrier._get_waybill_problem(number)
        if problem and not vals.get("force"):
            raise UserError(problem)
        unit_id, partner_id = vals.get("unit_id"), vals.get("partner_id")
        if not unit_id and not partner_id and (vals.get("text") or "").strip():
            unit_id, partner_id = self._resolve_text(vals["text"], station)
        values = {
            "waybill": number,
            "carrier_id": carrier.id,
            "station_id": station.id,
            "community_id": station.community_id.id,
            "unit_id": unit_id or False,
            "partner_id": partner_id or False,
            "addressee_name": (vals.get("name") or "").strip()[:60] or False,
            "size": vals["size"] if vals.get("size") in SIZES else "small",
            "cod_amount": vals.get("cod_amount") or 0,
            "origin_id": vals.get("origin_id") or False,
            "courier_id": vals.get("courier_id") or False,
        }
        if vals.get("tail"):
            values["phone_tail"] = rule.digits(vals["tail"])[-4:]
        if vals.get("slot"):
            values["slot_id"] = self._get_desk_slot(vals["slot"], station).id
        return values, [problem] if problem else []

    @api.model
    def _get_desk_carrier(self, vals, number, station):
        carrier = self.env["property.parcel.carrier"].browse(vals.get("carrier_id") or False)
        carrier = carrier.exists() or carrier._guess(number, station.company_id)[:1]
        if not carrier:
            raise UserError(carrier._get_unknown_message(number, station.company_id))
        return carrier

    @api.model
    def _resolve_text(self, text, station):
        """Return unit and person for what was typed while the network was away.

        :raise UserError: when nothing or more than one thing fits
        """
        people = self._find_people(station.community_id, text)
        found = rule.propose(people, text, limit=2)
        if not found:
            raise UserError(
                self.env._(
                    "“%(text)s” is no unit and nobody of %(community)s. Correct it, or take the "
                    "parcel in by name.",
                    text=text,
                    community=station.community_id.name,
                )
            )
        words = text.split()
        if (
            len(found) > 1
            and found[0].unit_key != found[1].unit_key
            and rule.score(found[0], words) == rule.score(found[1], words)
        ):
            raise UserError(
                self.env._("“%(text)s” fits several units. Type the unit in full.", text=text)
            )
        best = found[0]
        only_unit = len(found) > 1 and rule.score(found[1], words) == rule.score(best, words)
        return best.unit_key, False if only_unit else best.key

    @api.model
    def _get_desk_slot(self, name, station):
        slot = self.env["property.parcel.slot"].search(
            [("station_id", "=", station.id), ("name", "=ilike", name.strip())], limit=1
        )
        if not slot:
            raise UserError(
                self.env._(
                    "%(station)s has no place %(name)s. Scan the label of a shelf or cell.",
                    station=station.name,
                    name=name,
                )
            )
        if slot.kind == "locker" and slot._get_loads().get(slot.id):
            raise UserError(
                self.env._("Cell %(slot)s is taken. Choose another one.", slot=slot.name)
            )
        return slot

    @api.model
    def desk_slot(self, station_id, size, unit_id=None):
        """Return the name of the place that a parcel would get."""
        from .property_parcel import SlotChooser

        station = self.env["property.parcel.station"].browse(station_id)
        station.check_access("read")
        parcel = self.new(
            {"station_id": station_id, "size": size, "unit_id": unit_id, "outdoor_reason": False}
        )
        return SlotChooser(station, parcel).choose(parcel).name or ""

    def _get_warnings(self):
        """Return what the clerk should know about a parcel that was just taken in."""
        self.ensure_one()
        warnings = []
        if self.moved_away:
            warnings.append(
                self.env._(
                    "The addressee no longer lives in %(unit)s. Hand it out against an identity "
                    "document only, or give it back.",
                    unit=self.unit_id.name,
                )
            )
        if self.carrier_id.licence_state in ("missing", "expired"):
            warnings.append(
                self.env._("%(carrier)s has no valid licence.", carrier=self.carrier_id.name)
            )
        if not self.slot_id:
            warnings.append(self.env._("No place of this size is free."))
        twins = self.search([("waybill", "=", self.waybill), ("id", "!=", self.id)], limit=1)
        if twins:
            warnings.append(
                self.env._(
                    "%(carrier)s uses the same waybill: look at the label again.",
                    carrier=twins.carrier_id.name,
                )
            )
        if (
            self.partner_id
            and self.community_id._get_parameter("parcel_consent_policy") == "warn"
            # sudo: whether there is a consent, not what is in it
            and not self.env["property.consent"].sudo()._get_parcel_consent(self.partner_id)
        ):
            warnings.append(
                self.env._("The addressee has not agreed to storage at the desk. Ask at hand-out.")
            )
        return warnings

    def _describe_for_desk(self):
        """Return a parcel as the desk shows and prints it: tails, no whole numbers."""
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        return {
            "id": self.id,
            "number": self.name,
            "waybill": self.waybill,
            "waybill_tail": self.waybill[-4:],
            "carrier": self.carrier_id.name,
            "carrier_code": self.carrier_id.code,
            "carrier_id": self.carrier_id.id,
            "station": self.station_id.name,
            "unit": self.unit_id.name or "",
            "unit_id": self.unit_id.id,
            # sudo: the key alone; who it is stays masked
            "partner_id": self.sudo().partner_id.id,
            "addressee": self.addressee or "",
            "tail": self.phone_tail or "",
            "slot": self.slot_id.name or "",
            "state": self.state,
            "state_name": states[self.state],
            "hold": self.hold_kind or "",
            "days": self.waiting_days,
            "code": "",
            "cod": self.currency_id.format(self.cod_amount)
            if self.cod_amount and not self.cod_collected_at
            else "",
            "cod_amount": self.cod_amount if not self.cod_collected_at else 0,
            "checked_in_at": fields.Datetime.to_string(self.checked_in_at)
            if self.checked_in_at
            else "",
        }

    @api.model
    def desk_bulk(self, station_id, carrier_id, rows, batch=""):
        """Take a courier's batch in; a bad line stops no other.

        :param rows: list of dicts ``waybill``, ``addressee`` (text), ``size``
        :param batch: key of the batch: the same batch again takes nothing in twice
        :return: list of dicts ``line``, ``ok``, ``message``, and the parcel
        """
        self.check_access("create")
        station = self.env["property.parcel.station"].browse(station_id)
        station.check_access("read")
        return self.env["property.parcel.bulk"]._take_in(station, carrier_id, rows, batch)

    # === HAND-OUT === #

    @api.model
    def desk_find(self, station_id, text):
        """Return the parcels here that fit a code, a waybill, a unit, a name or a phone tail.

        A code opens at once; anything else needs identification. Wrong codes count for the user.
        """
        self.check_access("write")
        station = self.env["property.parcel.station"].browse(station_id)
        station.check_access("read")
        stock = Domain("station_id", "=", station.id) & Domain("state", "in", STOCK)
        digits = code_rule.read(text)
        words = (text or "").strip()
        by_code = self.browse()
        if digits and len(digits) >= code_rule.SHORTEST and digits == words.replace(" ", ""):
            by_code = self._find_by_code(station, stock, digits)
        parcels = by_code
        if not by_code and words:
            parcels = self._find_by_words(station, stock, words)
        neighbours = self.browse()
        if by_code.unit_id:
            neighbours = self.search(
                stock & Domain("unit_id", "=", by_code.unit_id.id) & Domain("id", "!=", by_code.id)
            )
        return {
            "by_code": bool(by_code),
            "parcels": [one._describe_for_desk() for one in parcels],
            "neighbours": [one._describe_for_desk() for one in neighbours],
        }

    @api.model
    def _find_by_code(self, station, stock, digits):
        scope = f"station:{station.id}:{self.env.uid}"
        community = station.community_id
        until = code_rule.locked_until(
            self._read_attempts(scope),
            fields.Datetime.now(),
            community._get_parameter("parcel_code_attempts") * 4,
            community._get_parameter("parcel_code_lock_minutes"),
        )
        if until:
            raise UserError(
                self.env._(
                    "Too many wrong codes. Codes are refused until %(time)s.",
                    time=station._local(until).strftime("%H:%M"),
                )
            )
        found = self.search(
            stock & (Domain("pickup_code", "=", digits) | Domain("proxy_code", "=", digits)),
            limit=1,
        )
        length = code_rule.length_for(1)
        if (
            not found
            and len(digits) in (length, length + 1)
            and not self.search_count(stock & Domain("waybill", "ilike", digits), limit=1)
        ):
            self._note_attempt(scope)
        return found

    @api.model
    def _find_by_words(self, station, stock, words):
        domain = Domain("waybill", "ilike", words) | Domain("name", "=", words.upper())
        if words.isdecimal() and len(words) == 4:
            domain |= Domain("phone_tail", "=", words)
        domain |= Domain("unit_id.name", "ilike", words) | Domain("slot_id.name", "=ilike", words)
        if not words.isdecimal() and len(words) >= 2:
            domain |= Domain("partner_id.name", "ilike", words)
            domain |= Domain("addressee_name", "ilike", words)
        return self.search(stock & domain, limit=30, order="checked_in_at, id")

    @api.model
    def desk_trace(self, station_id, text):
        """Return what became of parcels, with their trail, for somebody who asks on the phone.

        :param text: waybill or its end, parcel number, unit, name or end of the phone
        """
        self.check_access("create")
        station = self.env["property.parcel.station"].browse(station_id)
        station.check_access("read")
        words = (text or "").strip()
        if len(words) < 3:
            raise UserError(self.env._("Enter at least three characters."))
        # every branch has an index: a million parcels are looked through in milliseconds
        domain = Domain("waybill", "ilike", words) | Domain("name", "=", words.upper())
        if words.isdecimal() and len(words) == 4:
            domain |= Domain("phone_tail", "=", words)
        units = self.env["property.unit"].search(
            [("community_id", "=", station.community_id.id), ("name", "ilike", words)], limit=20
        )
        domain |= Domain("unit_id", "in", units.ids)
        if not any(char.isdecimal() for char in words):
            here = Domain("station_id", "=", station.id) & Domain("state", "in", STOCK)
            people = {one.key for one in self._find_people(station.community_id, words) if one.key}
            domain |= Domain("partner_id", "in", list(people))
            domain |= here & Domain("addressee_name", "ilike", words)
        community = Domain("community_id", "=", station.community_id.id)
        return [one._trace() for one in self.search(community & domain, limit=10, order="id desc")]

    def _trace(self):
        """Return a parcel as the desk shows it, with its trail."""
        kinds = dict(self.event_ids._fields["kind"]._description_selection(self.env))
        trail = [
            {
                "at": self.station_id._local(event.happened_at).strftime("%Y-%m-%d %H:%M"),
                "kind": kinds[event.kind],
                # sudo: the name of whoever did it, of other companies as well
                "user": event.sudo().user_id.name,
                "note": event.note or "",
            }
            for event in self.event_ids
        ]
        return {**self._describe_for_desk(), "trail": trail}

    @api.model
    def desk_collect(self, parcel_id, vals):
        """Hand one parcel out at the desk.

        :param vals: arguments of :meth:`action_collect`
        """
        allowed = {
            "code", "method", "partner_id", "name", "identity", "reason", "signature", "photo",
            "cod_received",
        }  # fmt: skip
        parcel = self.browse(parcel_id)
        parcel.action_collect(**{key: value for key, value in vals.items() if key in allowed})
        return parcel._describe_for_desk()
