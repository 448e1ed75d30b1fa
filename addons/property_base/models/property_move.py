# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyMove(models.Model):
    """An appointment to move in or out: time, vehicle, route, lift, guide (LIF-04)."""

    _name = "property.move"
    _description = "Moving appointment"
    _inherit = [
        "property.flow.mixin",
        "property.evidence.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "start_at desc, id desc"

    name = fields.Char(readonly=True, copy=False, default="/", index="trigram")
    direction = fields.Selection(
        [("in", "Moving in"), ("out", "Moving out")], required=True, default="in", tracking=True
    )
    unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="restrict", tracking=True
    )
    community_id = fields.Many2one(
        related="unit_id.community_id", store=True, index=True, precompute=True, required=False
    )
    building_id = fields.Many2one(related="unit_id.building_id", store=True, precompute=True)
    entrance_id = fields.Many2one(
        related="unit_id.entrance_id", store=True, precompute=True, string="Entrance"
    )
    handover_id = fields.Many2one(
        "property.handover",
        index="btree_not_null",
        ondelete="set null",
        domain="[('unit_id', '=', unit_id)]",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Resident",
        required=True,
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("confirmed", "Confirmed"),
            ("in_progress", "Under way"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        default="requested",
        required=True,
        copy=False,
        group_expand=True,
        tracking=True,
        index=True,
    )
    start_at = fields.Datetime(string="From", required=True, tracking=True)
    end_at = fields.Datetime(
        string="Until",
        required=True,
        compute="_compute_end_at",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    plate = fields.Char(string="Vehicle", help="Plate of the lorry, so that the gate lets it in.")
    mover = fields.Char(string="Moving company")
    worker_count = fields.Integer(string="Workers")
    route = fields.Char(help="Gate, road and door that the movers use.")
    is_lift_reserved = fields.Boolean(string="Lift reserved", default=True, tracking=True)
    lift_number = fields.Char(string="Lift", default="1", help="Number of the reserved lift.")
    guide_id = fields.Many2one(
        "res.users",
        string="Guided by",
        tracking=True,
        domain="[('share', '=', False)]",
        help="The member of staff who accompanies the move.",
    )
    # Goods that leave
    goods_ids = fields.One2many("property.move.goods", "move_id", string="Goods")
    release_number = fields.Char(string="Release slip", readonly=True, copy=False)
    release_at = fields.Datetime(string="Released on", readonly=True, copy=False)
    release_by_id = fields.Many2one("res.users", string="Released by", readonly=True, copy=False)
    is_release_needed = fields.Boolean(compute="_compute_is_release_needed")
    note = fields.Text(string="Notes")

    _times_ordered = models.Constraint(
        "CHECK (end_at > start_at)", "A move ends after it begins. Correct the times."
    )
    _lift_excl = models.Constraint(
        "EXCLUDE USING gist ((COALESCE(entrance_id, -building_id)) WITH =, "
        "lift_number WITH =, tsrange(start_at, end_at, '[)') WITH &&) "
        "WHERE (is_lift_reserved AND state IN ('requested', 'confirmed', 'in_progress'))",
        "The lift of this entrance is already reserved for part of this time. Choose another time "
        "or another lift.",
    )

    @api.depends("unit_id", "handover_id")
    def _compute_partner_id(self):
        for move in self:
            move.partner_id = (
                move.partner_id or move.handover_id.partner_id or move.unit_id.representative_id
            )

    @api.depends("start_at")
    def _compute_end_at(self):
        for move in self:
            if move.start_at and (not move.end_at or move.end_at <= move.start_at):
                move.end_at = move.start_at + timedelta(hours=2)

    @api.depends("direction", "goods_ids", "release_number", "state")
    def _compute_is_release_needed(self):
        for move in self:
            move.is_release_needed = (
                move.direction == "out"
                and not move.release_number
                and move.state in ("confirmed", "in_progress")
            )

    @api.depends("name", "unit_id.name", "partner_id.name")
    def _compute_display_name(self):
        for move in self:
            parts = (move.unit_id.name, move.partner_id.name)
            move.display_name = " ".join(part for part in parts if part)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.move") or "/"
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & {"unit_id", "direction", "goods_ids"} and self.filtered("release_number"):
            raise UserError(
                self.env._("A release slip was given out; what it says can no longer be changed.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        for move in self:
            if move.state in ("in_progress", "done") or move.release_number:
                raise UserError(
                    self.env._(
                        "The move of %(move)s has taken place and stays on file.",
                        move=move.display_name,
                    )
                )

    def action_confirm(self):
        """Confirm the appointment; somebody is named who guides the move."""
        for move in self:
            move._require_state("requested")
            if not move.guide_id:
                raise UserError(
                    self.env._(
                        "Choose who guides the move of %(move)s before confirming it.",
                        move=move.display_name,
                    )
                )
            move._set_state("confirmed")

    def action_start(self):
        """The lorry is here."""
        self._require_state("confirmed")
        self._set_state("in_progress")

    def action_release(self):
        """Let the goods leave: give the release slip its number.

        :raise UserError: when something is open
        """
        for move in self:
            if not move.is_release_needed:
                raise UserError(
                    self.env._(
                        "A release slip is given out for a confirmed move-out, once. Reload the "
                        "page."
                    )
                )
            blockers = move._get_release_blockers()
            if blockers:
                raise UserError(
                    self.env._(
                        "The goods of %(move)s cannot be released: %(reasons)s.",
                        move=move.display_name,
                        reasons="; ".join(blockers),
                    )
                )
            move.write(
                {
                    "release_number": self.env["ir.sequence"].next_by_code("property.move.release"),
                    "release_at": fields.Datetime.now(),
                    "release_by_id": self.env.uid,
                }
            )

    def action_done(self):
        """The move is over."""
        for move in self:
            move._require_state("in_progress")
            if move.is_release_needed and move.goods_ids:
                raise UserError(
                    self.env._(
                        "Give out the release slip for the goods of %(move)s first.",
                        move=move.display_name,
                    )
                )
            move._check_evidence()
            move._set_state("done")

    def action_cancel(self):
        """Call the move off; the lift is free again."""
        self._require_state("requested", "confirmed")
        self._set_state("cancelled")

    def action_reopen(self):
        """Ask again for a move that was called off."""
        self._require_state("cancelled")
        self._set_state("requested")

    def _require_state(self, *states):
        for move in self:
            if move.state not in states:
                raise UserError(
                    self.env._(
                        "The move of %(move)s is at another step now; reload the page.",
                        move=move.display_name,
                    )
                )

    def _get_evidence_type(self):
        """Extend the evidence mixin: policies may differ for in and out."""
        return self.direction

    def _get_release_blockers(self):
        """Return why the goods may not leave (hook).

        :return: list of translated str
        """
        self.ensure_one()
        return [] if self.goods_ids else [self.env._("no goods are listed")]


class PropertyMoveGoods(models.Model):
    """Goods that leave on a release slip."""

    _name = "property.move.goods"
    _description = "Goods on a release slip"
    _inherit = ["property.scope.mixin"]
    _order = "move_id, sequence, id"

    move_id = fields.Many2one("property.move", required=True, index=True, ondelete="cascade")
    community_id = fields.Many2one(
        related="move_id.community_id", store=True, index=True, precompute=True, required=False
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Goods", required=True)
    quantity = fields.Integer(default=1, required=True)
    note = fields.Char()

    _quantity_positive = models.Constraint("CHECK (quantity > 0)", "Enter how many: one or more.")
