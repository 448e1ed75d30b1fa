# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyEvidence(models.Model):
    """A photo or scan that proves a state of things: before, after, defect (BAS-20)."""

    _name = "property.evidence"
    _description = "Evidence"
    _inherit = ["property.scope.mixin"]
    _order = "kind, taken_at, id"

    name = fields.Char(string="Description")
    kind = fields.Selection(
        [
            ("before", "Before"),
            ("after", "After"),
            ("defect", "Defect"),
            ("form", "Signed form"),
            ("other", "Other"),
        ],
        required=True,
        default="before",
    )
    image = fields.Image(
        string="Photo", max_width=1920, max_height=1920, required=True, attachment=True
    )
    image_256 = fields.Image(
        string="Thumbnail", related="image", max_width=256, max_height=256, store=True
    )
    taken_at = fields.Datetime(required=True, default=lambda self: fields.Datetime.now())
    user_id = fields.Many2one(
        "res.users", string="Taken by", required=True, default=lambda self: self.env.user
    )
    res_model = fields.Char(string="Model", required=True, index=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, index=True, readonly=True
    )
    community_id = fields.Many2one(compute="_compute_community_id", store=True, precompute=True)

    @api.depends("res_model", "res_id")
    def _compute_community_id(self):
        for evidence in self:
            if evidence.res_model and evidence.res_id:
                record = self.env[evidence.res_model].browse(evidence.res_id)
                evidence.community_id = record.community_id
            else:
                evidence.community_id = False

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for evidence in records:
            # evidence hangs on a record that its author may change
            self.env[evidence.res_model].browse(evidence.res_id).check_access("write")
        return records


class PropertyEvidencePolicy(models.Model):
    """What must be on file before a record of a kind can be closed (BAS-20)."""

    _name = "property.evidence.policy"
    _description = "Evidence policy"
    _order = "model_id, evidence_type, id"

    active = fields.Boolean(default=True)
    model_id = fields.Many2one(
        "ir.model",
        string="Applies to",
        required=True,
        ondelete="cascade",
        domain="[('model', 'in', evidence_models)]",
    )
    evidence_models = fields.Json(compute="_compute_evidence_models")
    model = fields.Char(related="model_id.model", store=True, index=True, string="Model name")
    evidence_type = fields.Char(
        string="Kind",
        help="Only records of this kind, for example move_in. Empty: every record.",
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Only records of this company. Empty: all companies.",
    )
    require_before = fields.Boolean(string="Photo before")
    require_after = fields.Boolean(string="Photo after")
    require_signature = fields.Boolean(string="Signature")

    @api.depends("model_id")
    def _compute_evidence_models(self):
        # only models that are written down can hold evidence, and only those with the mixin
        names = [
            name
            for name, model in self.env.registry.items()
            if not model._abstract and "property.evidence.mixin" in _inherited(model)
        ]
        for policy in self:
            policy.evidence_models = sorted(names)

    @api.depends("model_id.name", "evidence_type")
    def _compute_display_name(self):
        for policy in self:
            parts = (policy.model_id.name, policy.evidence_type)
            policy.display_name = " / ".join(part for part in parts if part)


def _inherited(model):
    return {getattr(parent, "_name", None) for parent in model.mro()}


class PropertyEvidenceMixin(models.AbstractModel):
    """Give a record photos before and after and a signature, some of them required (BAS-20).

    The model that inherits this also has a community (``property.scope.mixin``). Call
    ``_check_evidence()`` from the step that closes the record.
    """

    _name = "property.evidence.mixin"
    _description = "Photos and signature"

    evidence_ids = fields.One2many("property.evidence", "res_id", string="Photos")
    evidence_count = fields.Integer(string="Photo count", compute="_compute_evidence_count")
    signature = fields.Image(
        copy=False, attachment=True, max_width=1024, max_height=1024, string="Signature"
    )
    signed_by = fields.Char(copy=False, help="Name of the person who signed.")
    signed_at = fields.Datetime(copy=False, readonly=True, string="Signed on")
    evidence_hint = fields.Char(
        string="Needed to close",
        compute="_compute_evidence_hint",
        help="Photos and signature that are still missing.",
    )

    @api.depends("evidence_ids")
    def _compute_evidence_count(self):
        for record in self:
            record.evidence_count = len(record.evidence_ids)

    @api.depends("evidence_ids.kind", "signature")
    def _compute_evidence_hint(self):
        for record in self:
            record.evidence_hint = ", ".join(record._get_missing_evidence())

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._complete_evidence_vals(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._complete_evidence_vals(vals)
        result = super().write(vals)
        if "signature" in vals:
            # who held the pen is typed in; when is the server's word
            for record in self:
                stamp = fields.Datetime.now() if record.signature else False
                super(PropertyEvidenceMixin, record).write({"signed_at": stamp})
        return result

    def _complete_evidence_vals(self, vals):
        for command in vals.get("evidence_ids") or ():
            if command[0] == fields.Command.CREATE:
                command[2]["res_model"] = self._name
        if vals.get("signature"):
            vals.setdefault("signed_at", fields.Datetime.now())

    def unlink(self):
        evidence = self.env["property.evidence"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )
        result = super().unlink()
        # sudo: who may delete the record may delete what hangs on it
        evidence.sudo().unlink()
        return result

    def _get_evidence_type(self):
        """Return the kind of this record that evidence policies name (hook).

        :return: str such as ``"move_in"``, or False when the model has no kinds
        """
        self.ensure_one()
        return False

    def _get_evidence_requirements(self):
        """Return what must be on file before this record is closed (hook).

        :return: set of ``"before"``, ``"after"``, ``"signature"``
        """
        self.ensure_one()
        # sudo: policies are configuration, they bind also those who may not read them
        policies_sudo = (
            self.env["property.evidence.policy"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("evidence_type", "in", (False, "", self._get_evidence_type())),
                    ("company_id", "in", (False, self.company_id.id)),
                ]
            )
        )
        return {
            kind
            for kind in ("before", "after", "signature")
            if any(policies_sudo.mapped(f"require_{kind}"))
        }

    def _get_missing_evidence(self):
        """Return the translated names of what is required and not on file.

        :return: list of str
        """
        self.ensure_one()
        required = self._get_evidence_requirements()
        kinds = set(self.evidence_ids.mapped("kind"))
        names = {
            "before": self.env._("a photo before"),
            "after": self.env._("a photo after"),
            "signature": self.env._("a signature"),
        }
        present = kinds | ({"signature"} if self.signature or "form" in kinds else set())
        return [name for kind, name in names.items() if kind in required - present]

    def _check_evidence(self):
        """Refuse to close records whose required evidence is missing.

        :raise UserError: names the record and what is missing
        """
        for record in self:
            missing = record._get_missing_evidence()
            if missing:
                raise UserError(
                    self.env._(
                        "%(record)s cannot be closed yet: %(missing)s is required. "
                        "Add it under Evidence, then try again.",
                        record=record.display_name,
                        missing=", ".join(missing),
                    )
                )
