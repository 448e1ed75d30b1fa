# SPDX-License-Identifier: LGPL-3.0-or-later
from markupsafe import Markup

from odoo import api, fields, models


class PropertyUnit(models.Model):
    """What happens to a unit over its life: papers, transfers, handovers, keys, moves, lineage."""

    _name = "property.unit"
    _inherit = ["property.unit", "property.escalation.mixin"]

    transfer_version = fields.Integer(
        default=0, copy=False, readonly=True, help="Counts transfers; settles who came first."
    )
    document_ids = fields.One2many("property.unit.document", "unit_id", string="Papers")
    transfer_ids = fields.One2many("property.transfer", "unit_id", string="Transfers")
    key_ids = fields.One2many("property.key", "unit_id", string="Keys")
    handover_ids = fields.One2many("property.handover", "unit_id", string="Handovers")
    document_count = fields.Integer(compute="_compute_document_count")
    transfer_count = fields.Integer(compute="_compute_transfer_count")
    origin_lineage_ids = fields.One2many(
        "property.unit.lineage", "new_unit_id", string="Comes from"
    )
    successor_lineage_ids = fields.One2many(
        "property.unit.lineage", "old_unit_id", string="Went into"
    )
    lineage_count = fields.Integer(compute="_compute_lineage_count")
    lineage_tree = fields.Html(
        compute="_compute_lineage_tree", help="What the unit was before, and what it became."
    )
    move_count = fields.Integer(compute="_compute_move_count")
    bed_count = fields.Integer(compute="_compute_bed_count")
    handover_count = fields.Integer(compute="_compute_handover_count")
    key_out_count = fields.Integer(string="Keys out", compute="_compute_key_out_count")

    def _count_by_unit(self, model, domain=(), aggregate="__count"):
        """Count records of ``model`` per unit, in one query.

        :return: dict unit id -> number
        """
        rows = self.env[model]._read_group(
            [("unit_id", "in", self.ids), *domain], ["unit_id"], [aggregate]
        )
        return {unit.id: number for unit, number in rows}

    def _compute_document_count(self):
        counts = self._count_by_unit("property.unit.document")
        for unit in self:
            unit.document_count = counts.get(unit._origin.id, 0)

    def _compute_transfer_count(self):
        counts = self._count_by_unit("property.transfer")
        for unit in self:
            unit.transfer_count = counts.get(unit._origin.id, 0)

    def _compute_handover_count(self):
        counts = self._count_by_unit("property.handover")
        for unit in self:
            unit.handover_count = counts.get(unit._origin.id, 0)

    @api.depends("origin_lineage_ids", "successor_lineage_ids")
    def _compute_lineage_count(self):
        for unit in self:
            unit.lineage_count = len(unit.origin_lineage_ids | unit.successor_lineage_ids)

    @api.depends("origin_lineage_ids", "successor_lineage_ids")
    def _compute_lineage_tree(self):
        for unit in self:
            before = unit._render_lineage("origin_lineage_ids", "old_unit_id")
            after = unit._render_lineage("successor_lineage_ids", "new_unit_id")
            tree = Markup()
            if before:
                tree += Markup("<p><b>%s</b></p>%s") % (self.env._("Comes from"), before)
            if after:
                tree += Markup("<p><b>%s</b></p>%s") % (self.env._("Went into"), after)
            unit.lineage_tree = tree or False

    def _render_lineage(self, lines_name, unit_name):
        """Return the nested list of ancestors or descendants."""
        self.ensure_one()
        rows = Markup().join(
            Markup("<li>%s, %s m² (%s, %s)%s</li>")
            % (
                line[unit_name].name,
                line[unit_name]._area_decimal(),
                line.part,
                line.date,
                line[unit_name]._render_lineage(lines_name, unit_name),
            )
            for line in self[lines_name]
        )
        return Markup("<ul>%s</ul>") % rows if rows else Markup()

    def _compute_move_count(self):
        counts = self._count_by_unit("property.move")
        for unit in self:
            unit.move_count = counts.get(unit._origin.id, 0)

    def _compute_bed_count(self):
        counts = self._count_by_unit("property.bed")
        for unit in self:
            unit.bed_count = counts.get(unit._origin.id, 0)

    def _compute_key_out_count(self):
        counts = self._count_by_unit("property.key", aggregate="quantity_out:sum")
        for unit in self:
            unit.key_out_count = counts.get(unit._origin.id, 0) or 0

    def _action_of_unit(self, xmlid, **context):
        """Open the records of this unit that the action shows."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"property_base.{xmlid}")
        action["domain"] = [("unit_id", "=", self.id)]
        action["context"] = {"default_unit_id": self.id, **context}
        return action

    def action_view_documents(self):
        """Open the property-right file of the unit."""
        return self._action_of_unit("property_unit_document_action")

    def action_view_transfers(self):
        """Open the transfers of the unit."""
        return self._action_of_unit("property_transfer_action")

    def action_view_handovers(self):
        """Open the handovers of the unit."""
        return self._action_of_unit("property_handover_action")

    def action_view_lineage(self):
        """Open what the unit comes from and what it went into."""
        action = self._action_of_unit("property_unit_lineage_action", active_test=False)
        action["domain"] = ["|", ("old_unit_id", "=", self.id), ("new_unit_id", "=", self.id)]
        return action

    def action_view_moves(self):
        """Open the moving appointments of the unit."""
        return self._action_of_unit("property_move_action")

    def action_view_beds(self):
        """Open the beds of the unit."""
        return self._action_of_unit("property_bed_action")

    def action_view_keys(self):
        """Open the key ledger of the unit."""
        return self._action_of_unit("property_key_action")


class PropertyOwnership(models.Model):
    _inherit = "property.ownership"

    transfer_id = fields.Many2one(
        "property.transfer",
        string="Transfer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The transfer that opened this ownership.",
    )
