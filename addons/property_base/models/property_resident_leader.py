# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .property_ownership import search_is_current


class PropertyResidentLeader(models.Model):
    """An elected, unpaid leader of a building or of one entrance (BAS-11)."""

    _name = "property.resident.leader"
    _description = "Resident Leader"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "building_id, entrance_id, start_date desc, id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Leader",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        help="A resident of the building who is willing to serve.",
    )
    building_id = fields.Many2one(
        "property.building", required=True, index=True, ondelete="restrict", tracking=True
    )
    community_id = fields.Many2one(
        related="building_id.community_id",
        store=True,
        index=True,
        precompute=True,
        required=False,
    )
    entrance_id = fields.Many2one(
        "property.entrance",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('building_id', '=', building_id)]",
        tracking=True,
        help="Leader of this entrance. Empty: leader of the whole building.",
    )
    proposed_by_ids = fields.Many2many(
        "res.partner",
        "property_resident_leader_proposer_rel",
        string="Proposed by",
        help="Residents who proposed the leader.",
    )
    is_willing = fields.Boolean(
        string="Willing", tracking=True, help="The person said that he or she will do it."
    )
    elected_date = fields.Date(string="Elected on", tracking=True)
    start_date = fields.Date(
        required=True, default=fields.Date.context_today, help="First day of the term."
    )
    end_date = fields.Date(tracking=True, help="Last day of the term. Empty: until replaced.")
    is_current = fields.Boolean(compute="_compute_is_current", search="_search_is_current")
    can_collect_fees = fields.Boolean(
        string="Collects entrance fees", tracking=True, help="May collect fees of the entrance."
    )
    can_pass_notices = fields.Boolean(string="Passes on notices", default=True, tracking=True)
    can_file_issues = fields.Boolean(
        string="Files issues for neighbours", default=True, tracking=True
    )
    published = fields.Boolean(
        string="Shown to residents",
        default=True,
        help="Name and building are listed in the portal; the phone is not.",
    )
    note = fields.Char()

    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR end_date >= start_date)",
        "A term cannot end before it starts. Correct the dates.",
    )
    _one_leader_excl = models.Constraint(
        "EXCLUDE USING gist (building_id WITH =, (COALESCE(entrance_id, 0)) WITH =, "
        "daterange(start_date, end_date, '[]') WITH &&)",
        "This building or entrance already has a leader in part of this term. End that term first.",
    )

    @api.depends("start_date", "end_date")
    def _compute_is_current(self):
        today = fields.Date.context_today(self)
        for leader in self:
            leader.is_current = bool(
                leader.start_date
                and leader.start_date <= today
                and (not leader.end_date or leader.end_date >= today)
            )

    def _search_is_current(self, operator, value):
        return search_is_current(operator, value)

    @api.depends("partner_id.name", "building_id.name", "entrance_id.code")
    def _compute_display_name(self):
        for leader in self:
            place = leader.entrance_id.display_name or leader.building_id.name or ""
            leader.display_name = f"{place} {leader.partner_id.name or ''}".strip()

    @api.constrains("partner_id", "building_id", "entrance_id", "is_willing", "start_date")
    def _check_leader(self):
        for leader in self:
            if leader.entrance_id and leader.entrance_id.building_id != leader.building_id:
                raise ValidationError(
                    self.env._(
                        "Entrance %(entrance)s is not in building %(building)s.",
                        entrance=leader.entrance_id.display_name,
                        building=leader.building_id.name,
                    )
                )
            if not leader.is_willing:
                raise ValidationError(
                    self.env._(
                        "%(name)s has to be willing. Ask first, then tick the box.",
                        name=leader.partner_id.name,
                    )
                )
            units = leader.partner_id.property_unit_ids
            if leader.is_current and leader.building_id not in units.building_id:
                raise ValidationError(
                    self.env._(
                        "%(name)s neither owns nor occupies a unit of building %(building)s. "
                        "Leaders are residents of their building.",
                        name=leader.partner_id.name,
                        building=leader.building_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # pending ends first: the insert is judged by the exclusion constraint at once
        self.flush_model(["start_date", "end_date"])
        return super().create(vals_list)

    def action_end(self):
        """End the term today."""
        self.filtered("is_current").end_date = fields.Date.context_today(self)
