# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyUnitDocumentType(models.Model):
    """A kind of paper in the property-right file of a unit, and what it is needed for."""

    _name = "property.unit.document.type"
    _description = "Unit document type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    required_handover = fields.Boolean(string="For handover")
    required_sale = fields.Boolean(string="For sale")
    required_inheritance = fields.Boolean(string="For inheritance")
    required_gift = fields.Boolean(string="For gift")
    required_court = fields.Boolean(string="For court decision")
    required_division = fields.Boolean(string="For division")

    _code_uniq = models.UniqueIndex("(code)", "Another document type has this code already.")


class PropertyUnitDocument(models.Model):
    """A paper of the property-right file of a unit, reviewed by an officer (feature 12)."""

    _name = "property.unit.document"
    _description = "Unit document"
    _inherit = ["property.flow.mixin", "property.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "unit_id, type_id, id desc"

    name = fields.Char(string="Number or title", help="Number of the certificate, if it has one.")
    unit_id = fields.Many2one("property.unit", required=True, index=True, ondelete="restrict")
    community_id = fields.Many2one(
        related="unit_id.community_id", store=True, index=True, precompute=True, required=False
    )
    type_id = fields.Many2one(
        "property.unit.document.type", string="Kind", required=True, ondelete="restrict"
    )
    partner_id = fields.Many2one("res.partner", string="Person", index="btree_not_null")
    transfer_id = fields.Many2one(
        "property.transfer",
        string="Transfer",
        index="btree_not_null",
        ondelete="set null",
        domain="[('unit_id', '=', unit_id)]",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files", bypass_search_access=True)
    received_date = fields.Date(default=fields.Date.context_today)
    expiry_date = fields.Date(string="Valid until")
    is_expired = fields.Boolean(compute="_compute_is_expired", search="_search_is_expired")
    state = fields.Selection(
        [("to_review", "To review"), ("accepted", "Accepted"), ("refused", "Refused")],
        default="to_review",
        required=True,
        copy=False,
        group_expand=True,
        tracking=True,
        index=True,
    )
    reviewed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    reviewed_at = fields.Datetime(readonly=True, copy=False, string="Reviewed on")
    refusal_reason = fields.Char(
        copy=False, tracking=True, help="Shown to whoever brings the paper: what is wrong with it."
    )

    @api.depends("expiry_date")
    def _compute_is_expired(self):
        today = fields.Date.context_today(self)
        for document in self:
            document.is_expired = bool(document.expiry_date and document.expiry_date < today)

    def _search_is_expired(self, operator, value):
        if operator != "in":
            return NotImplemented
        expired = fields.Domain("expiry_date", "<", "today")
        return expired if True in value else ~expired

    @api.depends("type_id.name", "unit_id.name", "name")
    def _compute_display_name(self):
        for document in self:
            parts = (document.unit_id.name, document.type_id.name, document.name)
            document.display_name = " ".join(part for part in parts if part)

    @api.model_create_multi
    def create(self, vals_list):
        documents = super().create(vals_list)
        documents._own_attachments()
        return documents

    def write(self, vals):
        fixed = vals.keys() & {"unit_id", "type_id", "partner_id", "attachment_ids", "expiry_date"}
        reviewed = self.filtered(lambda document: document.state != "to_review")
        if fixed and reviewed:
            raise UserError(
                self.env._(
                    "%(document)s has been reviewed. Reset the review before changing the paper, "
                    "or add a new document.",
                    document=reviewed[0].display_name,
                )
            )
        result = super().write(vals)
        if "attachment_ids" in vals:
            self._own_attachments()
        return result

    def _own_attachments(self):
        """Bind the files to the document, so that who may read it may read them."""
        for document in self:
            loose = document.attachment_ids.filtered(lambda file: not file.res_id)
            # sudo: the uploader owns the loose file; the document's rights take over
            loose.sudo().write({"res_model": self._name, "res_id": document.id})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_accepted(self):
        for document in self:
            if document.state == "accepted":
                raise UserError(
                    self.env._(
                        "%(document)s was accepted and stays on file. Reset its review first.",
                        document=document.display_name,
                    )
                )

    def action_accept(self):
        """Accept the papers after review (officer)."""
        self._check_officer()
        for document in self:
            if not document.attachment_ids:
                raise UserError(
                    self.env._(
                        "%(document)s has no file. Attach a scan or photo before accepting it.",
                        document=document.display_name,
                    )
                )
            if document.is_expired:
                raise UserError(
                    self.env._(
                        "%(document)s was valid until %(date)s only. Ask for a current one.",
                        document=document.display_name,
                        date=document.expiry_date,
                    )
                )
        self._review("accepted", refusal_reason=False)

    def action_refuse(self):
        """Refuse the papers, with a reason (officer)."""
        self._check_officer()
        for document in self:
            if not document.refusal_reason:
                raise UserError(
                    self.env._(
                        "Say why %(document)s is refused in the field Refusal reason, so that "
                        "the person can bring the right paper.",
                        document=document.display_name,
                    )
                )
        self._review("refused")

    def action_reset(self):
        """Open the review again (officer)."""
        self._check_officer()
        self._set_state("to_review", reviewed_by_id=False, reviewed_at=False)

    def _review(self, state, **vals):
        self._set_state(
            state, reviewed_by_id=self.env.uid, reviewed_at=fields.Datetime.now(), **vals
        )

    def _check_officer(self):
        if not self.env.su and not self.env.user.has_group("property_base.group_property_officer"):
            raise UserError(self.env._("Papers are reviewed by a site manager. Ask yours."))

    def _filtered_valid(self):
        """Return the accepted papers that have not expired."""
        return self.filtered(
            lambda document: document.state == "accepted" and not document.is_expired
        )
