# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class PropertyHousehold(models.Model):
    """The file of one household: one per unit and period, opened at move-in (BAS-07)."""

    _name = "property.household"
    _description = "Household File"
    _inherit = ["property.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "unit_id, start_date desc, id desc"

    unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="restrict", tracking=True
    )
    community_id = fields.Many2one(
        related="unit_id.community_id",
        store=True,
        index=True,
        precompute=True,
        required=False,
    )
    building_id = fields.Many2one(related="unit_id.building_id", store=True, precompute=True)
    keeper_id = fields.Many2one(related="building_id.keeper_id")
    head_id = fields.Many2one(
        "res.partner",
        string="Head of the household",
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    start_date = fields.Date(
        string="Opened on", required=True, default=fields.Date.context_today, tracking=True
    )
    end_date = fields.Date(string="Closed on", tracking=True, help="Last day in the unit.")
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")], compute="_compute_state", store=True
    )
    member_ids = fields.Many2many(
        "property.occupancy", string="Members", compute="_compute_member_ids"
    )
    member_count = fields.Integer(compute="_compute_member_ids")
    document_ids = fields.One2many("property.household.document", "household_id")
    document_count = fields.Integer(compute="_compute_document_count")
    profile_ids = fields.One2many(
        "property.household.profile",
        "household_id",
        groups="property_base.group_property_concierge",
    )
    consent_ids = fields.Many2many(
        "property.consent", string="Consents", compute="_compute_consent_ids"
    )
    group_ids = fields.Many2many(
        "res.groups",
        string="Visible to groups",
        default=lambda self: self.env.ref("property_base.group_property_officer"),
        help="Members of these groups who work in the community may open the file.",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Visible to",
        compute="_compute_user_ids",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('share', '=', False)]",
        help="Further users who may open the file, by default the keeper of the building.",
    )
    note = fields.Html(string="Notes")

    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR end_date >= start_date)",
        "A file cannot be closed before it was opened.",
    )
    _period_excl = models.Constraint(
        "EXCLUDE USING gist (unit_id WITH =, daterange(start_date, end_date, '[]') WITH &&)",
        "The unit has a household file for part of this period already. Close that one first.",
    )

    @api.depends("unit_id.name", "head_id.name")
    def _compute_display_name(self):
        for household in self:
            parts = (household.unit_id.name, household.head_id.name)
            household.display_name = " ".join(part for part in parts if part)

    @api.depends("end_date")
    def _compute_state(self):
        for household in self:
            household.state = "closed" if household.end_date else "open"

    @api.depends("unit_id.occupancy_ids", "start_date", "end_date")
    def _compute_member_ids(self):
        for household in self:
            lines = household.unit_id.occupancy_ids.filtered(
                lambda line, household=household: (
                    (not line.end_date or line.end_date >= household.start_date)
                    and (
                        not household.end_date
                        or not line.start_date
                        or line.start_date <= household.end_date
                    )
                )
            )
            household.member_ids = lines
            household.member_count = len(lines.partner_id)

    @api.depends("document_ids")
    def _compute_document_count(self):
        for household in self:
            household.document_count = len(household.document_ids)

    @api.depends("member_ids")
    def _compute_consent_ids(self):
        for household in self:
            household.consent_ids = self.env["property.consent"].search(
                [
                    ("partner_id", "in", (household.member_ids.partner_id | household.head_id).ids),
                    ("community_id", "=", household.community_id.id),
                ]
            )

    @api.depends("building_id")
    def _compute_user_ids(self):
        for household in self:
            household.user_ids |= household.building_id.keeper_id

    @api.model_create_multi
    def create(self, vals_list):
        # pending ends first: the insert is judged by the exclusion constraint at once
        self.flush_model(["start_date", "end_date"])
        return super().create(vals_list)

    def action_close(self):
        """Close the file today."""
        self._close(fields.Date.context_today(self))

    def action_view_members(self):
        """Open the occupancies of the unit."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_occupancy_action"
        )
        action["domain"] = [("id", "in", self.member_ids.ids)]
        action["context"] = {"default_unit_id": self.unit_id.id}
        return action

    def action_view_consents(self):
        """Open the consents of the members."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_consent_action"
        )
        action["domain"] = [("id", "in", self.consent_ids.ids)]
        action["context"] = {
            "default_community_id": self.community_id.id,
            "default_unit_id": self.unit_id.id,
            "default_partner_id": self.head_id.id,
        }
        return action

    @api.model
    def _open_for_units(self, units, date):
        """Open a file for every unit that has none on ``date``.

        :param units: property.unit records
        :param date: first day
        :return: the new files
        """
        taken = self.search(
            [
                ("unit_id", "in", units.ids),
                "|",
                ("end_date", "=", False),
                ("end_date", ">=", date),
            ]
        ).unit_id
        return self.create(
            [
                {
                    "unit_id": unit.id,
                    "start_date": date,
                    "head_id": unit._get_household_head(date).id,
                }
                for unit in units - taken
            ]
        )

    def _close(self, date):
        """Close open files with ``date`` as the last day."""
        for household in self.filtered(lambda item: item.state == "open"):
            household.end_date = max(date, household.start_date)
