# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyBed(models.Model):
    """A bed of a student or worker residence (LIF-05)."""

    _name = "property.bed"
    _description = "Bed"
    _inherit = ["property.scope.mixin"]
    _order = "unit_id, room, label, id"
    _rec_names_search = ["label", "room", "unit_id"]

    unit_id = fields.Many2one("property.unit", required=True, index=True, ondelete="restrict")
    community_id = fields.Many2one(
        related="unit_id.community_id", store=True, index=True, precompute=True, required=False
    )
    building_id = fields.Many2one(related="unit_id.building_id", store=True, precompute=True)
    room = fields.Char(help="Room within the unit, for example A.")
    label = fields.Char(string="Bed", required=True, help="Label on the bed, for example 2 lower.")
    active = fields.Boolean(default=True)
    stay_ids = fields.One2many("property.stay", "bed_id", string="Stays")
    current_stay_id = fields.Many2one("property.stay", compute="_compute_current_stay_id")
    current_partner_id = fields.Many2one(
        "res.partner", string="Occupied by", compute="_compute_current_stay_id"
    )
    is_free = fields.Boolean(compute="_compute_current_stay_id", search="_search_is_free")
    note = fields.Char()

    _label_uniq = models.UniqueIndex(
        "(unit_id, COALESCE(room, ''), label) WHERE active IS TRUE",
        "Another bed of this room has this label already.",
    )

    @api.depends("stay_ids.state", "stay_ids.start_date", "stay_ids.end_date")
    def _compute_current_stay_id(self):
        today = fields.Date.context_today(self)
        for bed in self:
            stay = bed.stay_ids.filtered(
                lambda stay: (
                    stay.state == "checked_in"
                    or (
                        stay.state == "reserved"
                        and stay.start_date <= today
                        and (not stay.end_date or stay.end_date >= today)
                    )
                )
            )[:1]
            bed.current_stay_id = stay
            bed.current_partner_id = stay.partner_id
            bed.is_free = not stay

    def _search_is_free(self, operator, value):
        if operator != "in":
            return NotImplemented
        reserved = (
            fields.Domain("state", "=", "reserved")
            & fields.Domain("start_date", "<=", "today")
            & (fields.Domain("end_date", "=", False) | fields.Domain("end_date", ">=", "today"))
        )
        taken = fields.Domain(
            "stay_ids", "any", reserved | fields.Domain("state", "=", "checked_in")
        )
        return ~taken if True in value else taken

    @api.depends("unit_id.name", "room", "label")
    def _compute_display_name(self):
        for bed in self:
            parts = (bed.unit_id.name, bed.room, bed.label)
            bed.display_name = " / ".join(part for part in parts if part)

    def action_view_stays(self):
        """Open the stays in this bed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("property_base.property_stay_action")
        action["domain"] = [("bed_id", "=", self.id)]
        action["context"] = {"default_bed_id": self.id}
        return action


class PropertyStay(models.Model):
    """A person in a bed over a period: check-in, inventory, rules, check-out (LIF-05)."""

    _name = "property.stay"
    _description = "Stay"
    _inherit = [
        "property.flow.mixin",
        "property.evidence.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "start_date desc, id desc"

    name = fields.Char(readonly=True, copy=False, default="/", index="trigram")
    bed_id = fields.Many2one(
        "property.bed", required=True, index=True, ondelete="restrict", tracking=True
    )
    unit_id = fields.Many2one(related="bed_id.unit_id", store=True, index=True, precompute=True)
    community_id = fields.Many2one(
        related="bed_id.community_id", store=True, index=True, precompute=True, required=False
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Resident", required=True, index=True, ondelete="restrict"
    )
    state = fields.Selection(
        [
            ("reserved", "Reserved"),
            ("checked_in", "Checked in"),
            ("checked_out", "Checked out"),
            ("cancelled", "Cancelled"),
        ],
        default="reserved",
        required=True,
        copy=False,
        group_expand=True,
        tracking=True,
        index=True,
    )
    start_date = fields.Date(
        string="From", required=True, default=fields.Date.context_today, tracking=True
    )
    end_date = fields.Date(string="Until", tracking=True, help="Last day; empty: open end.")
    rules_accepted = fields.Boolean(
        tracking=True, help="The resident has read the house rules and accepts them."
    )
    item_ids = fields.One2many("property.stay.item", "stay_id", string="Inventory")
    damage_amount = fields.Monetary(compute="_compute_damage_amount", store=True, string="Damage")
    is_settled = fields.Boolean(
        string="Damage settled", tracking=True, help="The damage has been paid or waived."
    )
    is_card_blocked = fields.Boolean(string="Card blocked", readonly=True, copy=False)
    occupancy_id = fields.Many2one("property.occupancy", readonly=True, copy=False)
    checked_in_at = fields.Datetime(readonly=True, copy=False, string="Checked in on")
    checked_out_at = fields.Datetime(readonly=True, copy=False, string="Checked out on")
    note = fields.Text(string="Notes")

    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR end_date >= start_date)",
        "A stay cannot end before it starts. Correct its dates.",
    )
    _bed_excl = models.Constraint(
        "EXCLUDE USING gist (bed_id WITH =, daterange(start_date, end_date, '[]') WITH &&) "
        "WHERE (state <> 'cancelled')",
        "This bed is already taken for part of this period. Choose another bed or other dates.",
    )
    _person_excl = models.Constraint(
        "EXCLUDE USING gist (partner_id WITH =, community_id WITH =, "
        "daterange(start_date, end_date, '[]') WITH &&) WHERE (state <> 'cancelled')",
        "This person already has a bed in this community for part of this period. "
        "Check out there first, or change the dates.",
    )

    @api.depends("item_ids.damage_amount")
    def _compute_damage_amount(self):
        for stay in self:
            stay.damage_amount = sum(stay.item_ids.mapped("damage_amount"))

    @api.depends("bed_id.display_name", "partner_id.name")
    def _compute_display_name(self):
        for stay in self:
            parts = (stay.bed_id.display_name, stay.partner_id.name)
            stay.display_name = " ".join(part for part in parts if part)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.stay") or "/"
        # pending ends first: the insert is judged by the exclusion constraints at once
        self.flush_model(["state", "start_date", "end_date"])
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & {"bed_id", "partner_id", "start_date"} and self.filtered(
            lambda stay: stay.state != "reserved"
        ):
            raise UserError(
                self.env._("The resident has checked in. Check out and reserve the other bed.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_checked_in(self):
        for stay in self:
            if stay.checked_in_at:
                raise UserError(
                    self.env._("The stay %(stay)s is history and stays.", stay=stay.display_name)
                )

    def action_check_in(self):
        """Check the resident in: rules signed, inventory taken over, occupancy opened."""
        for stay in self:
            stay._require_state("reserved")
            if not stay.rules_accepted or not stay.signature:
                raise UserError(
                    self.env._(
                        "%(person)s has not yet accepted and signed the house rules.",
                        person=stay.partner_id.name,
                    )
                )
            occupancy = self.env["property.occupancy"].create(
                {
                    "unit_id": stay.unit_id.id,
                    "partner_id": stay.partner_id.id,
                    "role": "tenant",
                    "start_date": stay.start_date,
                    "end_date": stay.end_date,
                    "verified": True,
                    "note": stay.bed_id.display_name,
                }
            )
            stay._set_state(
                "checked_in", checked_in_at=fields.Datetime.now(), occupancy_id=occupancy.id
            )
            stay._on_checked_in()

    def action_check_out(self):
        """Check the resident out: inventory back, damage settled, card blocked."""
        for stay in self:
            stay._require_state("checked_in")
            problems = [
                self.env._("%(item)s has not been returned or assessed", item=item.name)
                for item in stay.item_ids
                if not item._is_accounted_for()
            ]
            problems += [item["label"] for item in stay._get_open_items()]
            if problems:
                raise UserError(
                    self.env._(
                        "%(person)s cannot check out yet: %(problems)s.",
                        person=stay.partner_id.name,
                        problems="; ".join(problems),
                    )
                )
            stay._check_evidence()
            today = fields.Date.context_today(stay)
            last_day = max(today, stay.start_date)
            if not stay.end_date or stay.end_date > last_day:
                stay.end_date = last_day
            if stay.occupancy_id and (
                not stay.occupancy_id.end_date or stay.occupancy_id.end_date > stay.end_date
            ):
                stay.occupancy_id.end_date = stay.end_date
            stay._set_state("checked_out", checked_out_at=fields.Datetime.now())
            stay._block_cards()
            stay._on_settled()

    def action_cancel(self):
        """Give the reservation up; the bed is free again."""
        self._require_state("reserved")
        self._set_state("cancelled")

    def action_reserve(self):
        """Reserve again."""
        self._require_state("cancelled")
        self._set_state("reserved")

    def _require_state(self, *states):
        for stay in self:
            if stay.state not in states:
                raise UserError(
                    self.env._(
                        "The stay %(stay)s is at another step now; reload the page.",
                        stay=stay.display_name,
                    )
                )

    # Hooks
    def _get_open_items(self):
        """Return what the resident still owes at check-out (hook).

        :return: list of dict like ``property.transfer._get_open_items()``
        """
        self.ensure_one()
        if not self.damage_amount or self.is_settled:
            return []
        return [
            {
                "key": f"property.stay,{self.id}",
                "label": self.env._(
                    "damage of %(amount)s is not settled",
                    amount=self.currency_id.format(self.damage_amount),
                ),
                "amount": self.damage_amount,
                "currency": self.currency_id,
                "res_model": self._name,
                "res_id": self.id,
            }
        ]

    def _block_cards(self):
        """Block the access cards of the resident (hook); marks the stay."""
        self.is_card_blocked = True

    def _on_checked_in(self):
        """Called once after check-in (hook)."""

    def _on_settled(self):
        """Called once after check-out, when everything is settled (hook)."""


class PropertyStayItem(models.Model):
    """A piece of inventory handed to a resident and taken back."""

    _name = "property.stay.item"
    _description = "Inventory of a stay"
    _inherit = ["property.scope.mixin"]
    _order = "stay_id, sequence, id"

    stay_id = fields.Many2one("property.stay", required=True, index=True, ondelete="cascade")
    community_id = fields.Many2one(
        related="stay_id.community_id", store=True, index=True, precompute=True, required=False
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Item", required=True)
    quantity = fields.Integer(string="Taken", default=1, required=True)
    condition_in = fields.Char(string="Condition at check-in")
    returned_quantity = fields.Integer(string="Returned")
    condition_out = fields.Char(string="Damage or loss")
    currency_id = fields.Many2one(related="stay_id.currency_id")
    damage_amount = fields.Monetary(string="Amount")

    _quantities = models.Constraint(
        "CHECK (quantity > 0 AND returned_quantity >= 0 AND returned_quantity <= quantity "
        "AND (damage_amount IS NULL OR damage_amount >= 0))",
        "Not more can come back than was taken, and a damage is not negative.",
    )

    def _is_accounted_for(self):
        """Tell whether the item came back, or its loss was assessed."""
        return self.returned_quantity == self.quantity or bool(
            self.condition_out and (self.damage_amount or self.stay_id.is_settled)
        )
