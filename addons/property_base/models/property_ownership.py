# SPDX-License-Identifier: LGPL-3.0-or-later
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..rules import ownership as rule


class PropertyOwnership(models.Model):
    """One person's exact share of one unit over one period (BAS-06).

    The single source for bills, ballots and portal rights. History is never overwritten: a line
    ends, and another begins.
    """

    _name = "property.ownership"
    _description = "Ownership"
    _inherit = ["property.scope.mixin"]
    _order = "unit_id, start_date desc, share_numerator desc, id"

    unit_id = fields.Many2one("property.unit", required=True, index=True, ondelete="restrict")
    community_id = fields.Many2one(
        related="unit_id.community_id",
        store=True,
        index=True,
        precompute=True,
        required=False,
    )
    building_id = fields.Many2one(related="unit_id.building_id", store=True, precompute=True)
    partner_id = fields.Many2one(
        "res.partner", string="Owner", required=True, index=True, ondelete="restrict"
    )
    share_numerator = fields.Integer(required=True, default=1)
    share_denominator = fields.Integer(required=True, default=1)
    share = fields.Char(compute="_compute_share", help="Share of the unit as an exact fraction.")
    start_date = fields.Date(help="First day. Empty: since before the register began.", index=True)
    end_date = fields.Date(help="Last day. Empty: until further notice.", index=True)
    is_current = fields.Boolean(compute="_compute_is_current", search="_search_is_current")
    is_representative = fields.Boolean(
        string="Representative", help="The co-owner named to vote and to be billed for the unit."
    )
    origin = fields.Selection(
        [
            ("developer", "Bought from the developer"),
            ("purchase", "Bought second-hand"),
            ("inheritance", "Inherited"),
            ("gift", "Gift"),
            ("court", "Court decision"),
            ("division", "Division of property"),
            ("register", "Taken over from the register"),
            ("other", "Other"),
        ],
        default="purchase",
        required=True,
    )
    certificate_number = fields.Char(
        string="Title certificate", help="Number of the real-estate certificate (不动产权证号)."
    )
    note = fields.Char()

    _share_range = models.Constraint(
        "CHECK (share_denominator > 0 AND share_numerator > 0 "
        "AND share_numerator <= share_denominator)",
        "A share is more than nothing and at most the whole: write 1/2 as numerator 1, "
        "denominator 2.",
    )
    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR start_date IS NULL OR end_date >= start_date)",
        "An ownership cannot end before it starts. Correct its dates.",
    )
    _period_excl = models.Constraint(
        "EXCLUDE USING gist (unit_id WITH =, partner_id WITH =, "
        "daterange(start_date, end_date, '[]') WITH &&)",
        "This owner already owns the unit in part of this period. "
        "End the earlier ownership first, or change the dates.",
    )
    _representative_excl = models.Constraint(
        "EXCLUDE USING gist (unit_id WITH =, daterange(start_date, end_date, '[]') WITH &&) "
        "WHERE (is_representative)",
        "The unit already has a representative in part of this period. "
        "Only one co-owner can represent it at a time.",
    )

    @api.depends("share_numerator", "share_denominator")
    def _compute_share(self):
        for line in self:
            if line.share_denominator:
                line.share = str(Fraction(line.share_numerator, line.share_denominator))
            else:
                line.share = False

    @api.depends("start_date", "end_date")
    def _compute_is_current(self):
        today = fields.Date.context_today(self)
        current = self._filtered_on(today)
        for line in self:
            line.is_current = line in current

    def _search_is_current(self, operator, value):
        return search_is_current(operator, value)

    @api.depends("unit_id.name", "partner_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.unit_id.name or ''} {line.partner_id.name or ''}".strip()

    @api.constrains("unit_id", "share_numerator", "share_denominator", "start_date", "end_date")
    def _check_share_total(self):
        """Refuse days on which the shares do not add up to exactly one.

        :raise ValidationError: names the unit, the first such day and the sum
        """
        if self.env.context.get("property_share_check_later"):
            return  # the caller changes several lines and checks once, after the last
        # sudo: the sum counts every owner, also those that the user may not see
        lines_sudo = self.sudo().search([("unit_id", "in", self.unit_id.ids)])
        for unit, lines in lines_sudo.grouped("unit_id").items():
            wrong = rule.unbalanced(lines._holdings())
            if wrong:
                raise ValidationError(
                    self.env._(
                        "Unit %(unit)s: the shares add up to %(total)s instead of 1 from %(start)s "
                        "on. Enter all co-owners of that day together, or correct the shares.",
                        unit=unit.display_name,
                        total=wrong[0].total,
                        start=wrong[0].start or self.env._("the beginning"),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # pending ends first: the insert is judged by the exclusion constraints at once
        self.flush_model(["start_date", "end_date", "is_representative"])
        lines = super().create(vals_list)
        lines._log_on_units(self.env._("Ownership added"))
        # a purchase that begins later changes nothing today
        sold = lines.unit_id.filtered(lambda unit: unit.state == "unsold" and unit.owner_ids)
        if sold:
            sold.write({"state": "sold"})
        return lines

    def write(self, vals):
        frozen = vals.keys() & {"unit_id", "partner_id", "share_numerator", "share_denominator"}
        for line in self:
            changed = [
                name
                for name in frozen
                if line._fields[name].convert_to_write(line[name], line) != vals[name]
            ]
            if changed:
                raise UserError(
                    self.env._(
                        "The ownership of %(owner)s in unit %(unit)s is history and stays as it "
                        "is. End it and add a new one, or use a transfer of ownership.",
                        owner=line.partner_id.display_name,
                        unit=line.unit_id.display_name,
                    )
                )
        result = super().write(vals)
        if vals.keys() & {"start_date", "end_date", "is_representative"}:
            self._log_on_units(self.env._("Ownership changed"))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        today = fields.Date.today()
        for line in self:
            if line.create_date.date() < today and not self.env.user.has_group(
                "property_base.group_property_manager"
            ):
                raise UserError(
                    self.env._(
                        "The ownership of %(owner)s in unit %(unit)s is history. End it instead of "
                        "deleting it; only a manager may remove a wrong entry.",
                        owner=line.partner_id.display_name,
                        unit=line.unit_id.display_name,
                    )
                )

    def unlink(self):
        self._log_on_units(self.env._("Ownership removed"))
        remaining = self.unit_id.ownership_ids - self
        result = super().unlink()
        remaining._check_share_total()
        return result

    def _log_on_units(self, title):
        """Leave a trace of every change on the unit, who did it and what it says now."""
        if self.env.context.get("tracking_disable"):
            return
        for unit, lines in self.grouped("unit_id").items():
            body = "; ".join(line._describe() for line in lines)
            unit._message_log(body=f"{title}: {body}")

    def _describe(self):
        self.ensure_one()
        return self.env._(
            "%(owner)s %(share)s, %(start)s to %(end)s",
            owner=self.partner_id.name,
            share=self.share,
            start=self.start_date or "…",
            end=self.end_date or "…",
        )

    def _filtered_on(self, date):
        """Return the lines in force on ``date``."""
        return self.filtered(
            lambda line: (
                (not line.start_date or line.start_date <= date)
                and (not line.end_date or line.end_date >= date)
            )
        )

    def _holdings(self):
        return [
            rule.Holding(
                key=line.id,
                person=line.partner_id.id,
                share=Fraction(line.share_numerator, line.share_denominator),
                start=line.start_date or None,
                end=line.end_date or None,
                representative=line.is_representative,
            )
            for line in self
        ]

    def _representative(self, date):
        """Return the line of the co-owner who votes and is billed on ``date``.

        :param date: the day asked about
        :return: one line of ``self`` or none
        """
        saved = self.filtered(lambda line: line._origin and line.share_denominator)
        chosen = rule.representative(saved._origin._holdings(), date)
        return self.browse(chosen.key) if chosen else self.browse()

    def action_view_unit(self):
        """Open the unit."""
        self.ensure_one()
        return self.unit_id.get_formview_action()


def search_is_current(operator, value):
    """Build the domain of lines in force today, for models with ``start_date``/``end_date``.

    ``today`` is resolved when the search runs, in the user's time zone, so a cached record rule
    changes with the calendar.
    """
    if operator != "in":
        return NotImplemented
    current = (Domain("start_date", "=", False) | Domain("start_date", "<=", "today")) & (
        Domain("end_date", "=", False) | Domain("end_date", ">=", "today")
    )
    return current if True in value else ~current
