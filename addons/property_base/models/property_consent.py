# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyConsent(models.Model):
    """What a person agreed to, when, on which paper, and when he took it back (BAS-08, BAS-16)."""

    _name = "property.consent"
    _description = "Consent"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "given_at desc, id desc"

    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, index=True, ondelete="cascade", tracking=True
    )
    kind = fields.Selection(
        [
            ("profile", "Household profile for the concierge"),
            ("photo", "Photos of events"),
            ("message", "Messages beyond the contract"),
            ("other", "Other"),
        ],
        required=True,
        default="profile",
        tracking=True,
    )
    unit_id = fields.Many2one(
        "property.unit", index="btree_not_null", domain="[('community_id', '=', community_id)]"
    )
    scope = fields.Text(
        required=True,
        translate=True,
        help="What may be kept or done, in the words of the form that was signed.",
    )
    given_at = fields.Datetime(required=True, default=fields.Datetime.now, tracking=True)
    withdrawn_at = fields.Datetime(readonly=True, copy=False, tracking=True)
    evidence = fields.Binary(
        string="Signed form", attachment=True, required=True, help="Scan or photo of the form."
    )
    evidence_name = fields.Char(string="File name")
    is_valid = fields.Boolean(
        string="In force", compute="_compute_is_valid", search="_search_valid"
    )

    _withdrawn_later = models.Constraint(
        "CHECK (withdrawn_at IS NULL OR withdrawn_at >= given_at)",
        "A consent cannot be withdrawn before it was given.",
    )

    @api.depends("given_at", "withdrawn_at")
    def _compute_is_valid(self):
        now = fields.Datetime.now()
        for consent in self:
            consent.is_valid = bool(
                consent.given_at and consent.given_at <= now and not consent.withdrawn_at
            )

    def _search_valid(self, operator, value):
        if operator != "in":
            return NotImplemented
        valid = fields.Domain("withdrawn_at", "=", False) & fields.Domain("given_at", "<=", "now")
        return valid if True in value else ~valid

    @api.depends("kind", "partner_id.name")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for consent in self:
            consent.display_name = f"{consent.partner_id.name or ''}: {kinds.get(consent.kind, '')}"

    @api.constrains("given_at")
    def _check_given_at(self):
        for consent in self:
            if consent.given_at > fields.Datetime.now():
                raise ValidationError(
                    self.env._("A consent is recorded when it has been given, not before.")
                )

    def action_withdraw(self):
        """Take the consent back; what stood on it is deleted at once."""
        open_consents = self.filtered(lambda consent: not consent.withdrawn_at)
        open_consents.write({"withdrawn_at": fields.Datetime.now()})
        open_consents._on_withdrawn()

    def _on_withdrawn(self):
        """Delete what stood on the consents; extended by other addons."""
        # sudo: the person withdraws, who has no right on the profile
        self.env["property.household.profile"].sudo()._delete_due(consents=self)
