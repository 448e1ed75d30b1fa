# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..rules import lineage as rule
from ..rules.errors import RuleError


class PropertyUnitRestructure(models.Model):
    """Merge several units into one, or split one into several (feature 17, B1.3).

    The old units are archived with their history; the new ones get the owners, and every new unit
    knows what part of which old unit it is.
    """

    _name = "property.unit.restructure"
    _description = "Merge or split of units"
    _inherit = ["property.flow.mixin", "property.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"

    name = fields.Char(readonly=True, copy=False, default="/")
    kind = fields.Selection(
        [("merge", "Merge"), ("split", "Split")], required=True, default="merge", tracking=True
    )
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Done"), ("cancelled", "Cancelled")],
        default="draft",
        required=True,
        copy=False,
        tracking=True,
        index=True,
    )
    building_id = fields.Many2one(
        "property.building", required=True, index=True, ondelete="restrict", tracking=True
    )
    community_id = fields.Many2one(
        related="building_id.community_id", store=True, index=True, precompute=True, required=False
    )
    date = fields.Date(
        string="Effective date",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="First day of the new units; the day before is the last day of the old ones.",
    )
    unit_ids = fields.Many2many(
        "property.unit",
        "property_unit_restructure_old_rel",
        "restructure_id",
        "unit_id",
        string="Old units",
        domain="[('building_id', '=', building_id)]",
        context={"active_test": False},
    )
    line_ids = fields.One2many("property.unit.restructure.line", "restructure_id", "New units")
    old_area_m2 = fields.Float(
        string="Old area (m²)", digits=(14, 2), compute="_compute_areas", store=True
    )
    new_area_m2 = fields.Float(
        string="New area (m²)", digits=(14, 2), compute="_compute_areas", store=True
    )
    difference_m2 = fields.Float(
        string="Difference (m²)", digits=(14, 2), compute="_compute_areas", store=True
    )
    difference_reason = fields.Char(
        tracking=True,
        help="Why the areas differ, for example a wall that is gone, or a new survey.",
    )
    owners_mode = fields.Selection(
        [("copy", "Same owners with the same shares"), ("given", "New shares")],
        string="Owners",
        required=True,
        default="copy",
        tracking=True,
    )
    owner_line_ids = fields.One2many(
        "property.unit.restructure.owner", "restructure_id", string="Owners of the new units"
    )
    reference = fields.Char(string="Approval", help="Number and date of the official approval.")
    lineage_ids = fields.One2many("property.unit.lineage", "restructure_id", string="Lineage")
    done_at = fields.Datetime(readonly=True, copy=False, string="Completed on")
    done_by_id = fields.Many2one("res.users", readonly=True, copy=False, string="Completed by")
    note = fields.Text(string="Notes")

    @api.depends("unit_ids.area_m2", "line_ids.area_m2")
    def _compute_areas(self):
        for record in self:
            old = [unit._area_decimal() for unit in record.unit_ids]
            new = [line._area_decimal() for line in record.line_ids]
            record.old_area_m2 = float(sum(old))
            record.new_area_m2 = float(sum(new))
            record.difference_m2 = float(rule.difference(old, new)) if new else 0.0

    @api.depends("name", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            number = record.name if record.name != "/" else ""
            record.display_name = f"{kinds.get(record.kind, '')} {number}".strip()

    @api.constrains("unit_ids", "building_id")
    def _check_building(self):
        for record in self:
            if record.unit_ids.building_id - record.building_id:
                raise ValidationError(
                    self.env._(
                        "Only units of one building can be merged or split. Choose units of "
                        "%(building)s.",
                        building=record.building_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = (
                    self.env["ir.sequence"].next_by_code("property.unit.restructure") or "/"
                )
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() - {"note", "activity_ids", "message_ids", "message_follower_ids"}:
            for record in self:
                if record.state == "done" and vals.keys() & {
                    "unit_ids",
                    "line_ids",
                    "owner_line_ids",
                    "date",
                    "kind",
                    "building_id",
                    "owners_mode",
                }:
                    raise UserError(
                        self.env._(
                            "%(record)s is done and cannot be changed. Correct the new units by "
                            "another merge or split.",
                            record=record.display_name,
                        )
                    )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        for record in self:
            if record.state == "done":
                raise UserError(
                    self.env._("%(record)s is history and stays.", record=record.display_name)
                )

    def action_cancel(self):
        """Give the draft up."""
        for record in self:
            if record.state != "draft":
                raise UserError(
                    self.env._("%(record)s is closed already.", record=record.display_name)
                )
            record._set_state("cancelled")

    def action_draft(self):
        """Take a cancelled draft up again."""
        for record in self:
            if record.state != "cancelled":
                raise UserError(
                    self.env._("%(record)s is not cancelled.", record=record.display_name)
                )
            record._set_state("draft")

    def action_done(self):
        """Archive the old units and create the new ones. There is no way back.

        :raise UserError: when something still stands against it
        """
        if not self.env.su and not self.env.user.has_group("property_base.group_property_officer"):
            raise UserError(self.env._("Units are merged and split by a site manager. Ask yours."))
        for record in self:
            record._complete()

    def action_view_new_units(self):
        """Open the new units."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("property_base.property_unit_action")
        action["domain"] = [("id", "in", self.line_ids.new_unit_id.ids)]
        action["context"] = {}
        return action

    def _complete(self):
        self.ensure_one()
        self.unit_ids._lock()
        self._lock_flow()
        self.unit_ids.invalidate_recordset()
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "%(record)s is closed already; reload the page.", record=self.display_name
                )
            )
        blockers = self._get_blockers()
        if blockers:
            raise UserError(
                self.env._(
                    "%(record)s cannot be done: %(reasons)s.",
                    record=self.display_name,
                    reasons="; ".join(blockers),
                )
            )
        old_units = self.unit_ids.sorted("id")
        links = self._get_links(old_units)
        holders = self._get_holders(old_units)
        for unit in old_units:
            unit._set_owners(self.date, [])
        occupancies = self._end_occupancies(old_units)
        # the old numbers are free before the new units may take them
        old_units.write({"active": False, "transfer_version": old_units[0].transfer_version + 1})
        new_units = self._create_units(old_units, holders)
        for line, unit in zip(self.line_ids, new_units, strict=True):
            line.new_unit_id = unit
        self.env["property.unit.lineage"].sudo().create(  # sudo: only this act writes lineage
            [
                {
                    "restructure_id": self.id,
                    "date": self.date,
                    "old_unit_id": old_units[link.old].id,
                    "new_unit_id": new_units[link.new].id,
                    "part_numerator": str(link.part.numerator),
                    "part_denominator": str(link.part.denominator),
                    "area_m2": float(link.area),
                }
                for link in links
            ]
        )
        self._carry_over(occupancies)
        self._set_state("done", done_at=fields.Datetime.now(), done_by_id=self.env.uid)
        self._post_on_units(old_units, new_units)
        self._on_restructured(
            {
                unit: {
                    new_units[link.new]: link.part for link in links if old_units[link.old] == unit
                }
                for unit in old_units
            }
        )

    def _get_links(self, old_units):
        old = [unit._area_decimal() for unit in old_units]
        new = [line._area_decimal() for line in self.line_ids]
        messages = {
            "merge_count": self.env._(
                "A merge takes two or more old units and makes one new unit. Correct the lists."
            ),
            "split_count": self.env._(
                "A split takes one old unit and makes two or more new units. Correct the lists."
            ),
            "no_area": self.env._("Enter the area of every new unit."),
        }
        try:
            return rule.links(self.kind, old, new)
        except RuleError as error:
            raise ValidationError(messages[error.code]) from error

    def _get_holders(self, old_units):
        """Return the owners of the new units: list of (partner, Fraction, is_representative)."""
        last_day = self.date - timedelta(days=1)
        if self.owners_mode == "given":
            holders = [
                (
                    line.partner_id,
                    Fraction(line.share_numerator, line.share_denominator),
                    line.is_representative,
                )
                for line in self.owner_line_ids
            ]
            if sum((share for _partner, share, _rep in holders), Fraction(0)) != 1:
                raise ValidationError(
                    self.env._(
                        "The shares of the owners of the new units must add up to 1. Correct them."
                    )
                )
            return holders
        by_unit = {
            unit: {
                (
                    line.partner_id,
                    Fraction(line.share_numerator, line.share_denominator),
                )
                for line in unit.ownership_ids._filtered_on(last_day)
            }
            for unit in old_units
        }
        first = by_unit[old_units[0]]
        different = [unit for unit, owners in by_unit.items() if owners != first]
        if different:
            raise UserError(
                self.env._(
                    "Units %(first)s and %(second)s do not have the same owners with the same "
                    "shares. Transfer them first, or enter the new shares.",
                    first=old_units[0].name,
                    second=different[0].name,
                )
            )
        lines = old_units[0].ownership_ids._filtered_on(last_day)
        return [
            (
                line.partner_id,
                Fraction(line.share_numerator, line.share_denominator),
                line.is_representative,
            )
            for line in lines
        ]

    def _end_occupancies(self, old_units):
        """End what runs on the old units; return the lines, to be opened on the new ones."""
        last_day = self.date - timedelta(days=1)
        running = old_units.occupancy_ids.filtered(
            lambda line: not line.end_date or line.end_date >= self.date
        )
        carried = [
            {
                "partner_id": line.partner_id.id,
                "role": line.role,
                "start_date": max(self.date, line.start_date or self.date),
                "end_date": line.end_date,
                "verified": line.verified,
                "is_main_contact": line.is_main_contact,
                "relation": line.relation,
                "lease_reference": line.lease_reference,
            }
            for line in running
        ]
        for line in running:
            line.end_date = max(last_day, line.start_date or last_day)
        return carried

    def _create_units(self, old_units, holders):
        model = old_units[0]
        delivered = [unit.delivery_date for unit in old_units]
        return self.env["property.unit"].create(
            [
                {
                    **line._prepare_unit_vals(),
                    "state": model.state,
                    "delivery_date": max(delivered) if all(delivered) else False,
                    "is_business_use": any(old_units.mapped("is_business_use")),
                    "ownership_ids": [
                        Command.create(
                            {
                                "partner_id": partner.id,
                                "share_numerator": share.numerator,
                                "share_denominator": share.denominator,
                                "is_representative": representative,
                                "start_date": self.date,
                                "origin": "other",
                                "note": self.name,
                            }
                        )
                        for partner, share, representative in holders
                    ],
                }
                for line in self.line_ids
            ]
        )

    def _carry_over(self, occupancies):
        """Open the occupancies and move the keys to the unit that takes the household."""
        target = (self.line_ids.filtered("takes_household") or self.line_ids)[0].new_unit_id
        seen = set()
        vals_list = []
        for vals in occupancies:
            key = (vals["partner_id"], vals["role"])
            if key not in seen:
                seen.add(key)
                vals_list.append({**vals, "unit_id": target.id})
        self.env["property.occupancy"].create(vals_list)
        self.env["property.key"].search([("unit_id", "in", self.unit_ids.ids)]).write(
            {"unit_id": target.id}
        )

    def _post_on_units(self, old_units, new_units):
        body = self.env._(
            "%(record)s: %(old)s became %(new)s on %(date)s",
            record=self.display_name,
            old=", ".join(old_units.mapped("name")),
            new=", ".join(new_units.mapped("name")),
            date=self.date,
        )
        for unit in old_units | new_units:
            unit.message_post(body=body)

    # Hooks
    def _get_blockers(self):
        """Return what stands against the merge or split (hook).

        :return: list of translated str
        """
        self.ensure_one()
        reasons = []
        if not self.unit_ids or not self.line_ids:
            reasons.append(self.env._("choose the old units and enter the new ones"))
        for unit in self.unit_ids.filtered(lambda unit: not unit.active):
            reasons.append(self.env._("unit %(unit)s is archived", unit=unit.name))
        if self.difference_m2 and not self.difference_reason:
            reasons.append(
                self.env._(
                    "the areas differ by %(difference).2f m²; give the reason",
                    difference=self.difference_m2,
                )
            )
        for transfer in self.env["property.transfer"].search(
            [("unit_id", "in", self.unit_ids.ids), ("state", "in", ("draft", "checked"))]
        ):
            reasons.append(
                self.env._("transfer %(transfer)s is open", transfer=transfer.display_name)
            )
        for handover in self.env["property.handover"].search(
            [
                ("unit_id", "in", self.unit_ids.ids),
                ("state", "not in", ("done", "cancelled")),
            ]
        ):
            reasons.append(
                self.env._("handover %(handover)s is open", handover=handover.display_name)
            )
        return reasons

    def _on_restructured(self, mapping):
        """Called once after units were merged or split (hook).

        Bills of the past stay with the old units and their areas; what runs on is to be moved.

        :param mapping: dict old unit -> dict new unit -> ``Fraction`` of the old unit's area
        """


class PropertyUnitRestructureLine(models.Model):
    """A new unit of a merge or split."""

    _name = "property.unit.restructure.line"
    _description = "New unit of a merge or split"
    _inherit = ["property.scope.mixin"]
    _order = "restructure_id, id"
    _rec_name = "number"

    restructure_id = fields.Many2one(
        "property.unit.restructure", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="restructure_id.community_id",
        store=True,
        index=True,
        precompute=True,
        required=False,
    )
    entrance = fields.Char(help="Stairwell (单元): 1 in 3-1-1203.")
    floor = fields.Integer()
    number = fields.Char(required=True, help="New room number.")
    usage = fields.Selection(
        [
            ("residential", "Residential"),
            ("commercial", "Commercial"),
            ("office", "Office"),
            ("storage", "Storage"),
            ("other", "Other"),
        ],
        required=True,
        default="residential",
    )
    area_m2 = fields.Float(string="Area (m²)", digits=(12, 2), required=True)
    inner_area_m2 = fields.Float(string="Inner area (m²)", digits=(12, 2))
    takes_household = fields.Boolean(
        string="Takes the household",
        help="Occupants and keys of the old units go to this one. None set: to the first.",
    )
    new_unit_id = fields.Many2one("property.unit", readonly=True, copy=False, string="Unit")

    def _area_decimal(self):
        self.ensure_one()
        return self.env["property.unit"].new({"area_m2": self.area_m2})._area_decimal()

    def _prepare_unit_vals(self):
        """Return the values of the new unit (hook)."""
        self.ensure_one()
        return {
            "building_id": self.restructure_id.building_id.id,
            "entrance": self.entrance,
            "floor": self.floor,
            "number": self.number,
            "usage": self.usage,
            "area_m2": self.area_m2,
            "inner_area_m2": self.inner_area_m2,
        }


class PropertyUnitRestructureOwner(models.Model):
    """An owner of the new units, when the shares change with the merge or split."""

    _name = "property.unit.restructure.owner"
    _description = "Owner after a merge or split"
    _inherit = ["property.scope.mixin"]
    _order = "restructure_id, id"
    _rec_name = "partner_id"

    restructure_id = fields.Many2one(
        "property.unit.restructure", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="restructure_id.community_id",
        store=True,
        index=True,
        precompute=True,
        required=False,
    )
    partner_id = fields.Many2one("res.partner", string="Owner", required=True, ondelete="restrict")
    share_numerator = fields.Integer(string="Share", required=True, default=1)
    share_denominator = fields.Integer(string="of", required=True, default=1)
    is_representative = fields.Boolean(string="Representative")

    _share_range = models.Constraint(
        "CHECK (share_denominator > 0 AND share_numerator > 0 "
        "AND share_numerator <= share_denominator)",
        "A share is more than nothing and at most the whole: write 1/2 as numerator 1, "
        "denominator 2.",
    )
