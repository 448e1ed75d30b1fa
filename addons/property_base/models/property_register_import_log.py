# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..register.messages import describe

FILE_RETENTION_DAYS = 365


class PropertyRegisterImportLog(models.Model):
    """One import of a register: what was read, what was written, what was refused."""

    _name = "property.register.import.log"
    _description = "Register import"
    _inherit = ["property.scope.mixin"]
    _order = "create_date desc, id desc"
    _rec_name = "filename"

    filename = fields.Char(string="File name", readonly=True)
    file = fields.Binary(attachment=True, readonly=True, help="The file as it was sent.")
    checksum = fields.Char(readonly=True, index=True, help="SHA-256 of the file.")
    user_id = fields.Many2one(
        "res.users", string="Imported by", readonly=True, default=lambda self: self.env.user
    )
    state = fields.Selection(
        [("running", "Not finished"), ("done", "Done")],
        default="running",
        required=True,
        readonly=True,
    )
    finished_at = fields.Datetime(string="Finished at", readonly=True)
    duration_seconds = fields.Float(string="Duration (s)", digits=(8, 1), readonly=True)
    # What was found
    row_count = fields.Integer(string="Rows", readonly=True, help="Rows with content in the file.")
    unit_count = fields.Integer(string="Units", readonly=True)
    owner_count = fields.Integer(string="Owners", readonly=True)
    unit_created_count = fields.Integer(string="New units", readonly=True)
    unit_updated_count = fields.Integer(string="Changed units", readonly=True)
    unit_unchanged_count = fields.Integer(string="Unchanged units", readonly=True)
    owner_created_count = fields.Integer(string="New owners", readonly=True)
    vehicle_count = fields.Integer(string="Vehicles", readonly=True)
    error_count = fields.Integer(string="Refused", readonly=True)
    warning_count = fields.Integer(string="Warnings", readonly=True)
    error_file = fields.Binary(attachment=True, readonly=True)
    error_filename = fields.Char(readonly=True)
    finding_ids = fields.One2many(
        "property.register.import.finding", "log_id", string="Findings", readonly=True
    )
    # Columns of addons that are not installed, or that refused them
    kept_data = fields.Json(
        readonly=True,
        help="Rows of {unit_id, sheet, row, values} that no addon has taken, for those to come.",
    )
    kept_count = fields.Integer(
        string="Values kept",
        readonly=True,
        help="Cars, parking spaces and prices in the file for which no addon is installed. They "
        "are kept here until one takes them.",
    )
    kept_summary = fields.Char(string="What is kept", compute="_compute_kept_summary")

    @api.depends("kept_data")
    def _compute_kept_summary(self):
        names = dict(self.env["property.register.import"]._selection_field())
        for log in self:
            counts = {}
            for row in log.kept_data or []:
                for field, values in row["values"].items():
                    counts[field] = counts.get(field, 0) + len(values)
            log.kept_summary = ", ".join(
                f"{names.get(field, field)}: {count}" for field, count in counts.items()
            )

    def action_offer_kept(self):
        """Offer the kept values to the addons that are installed now."""
        taken = sum(self._offer_kept().values())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if taken else "info",
                "message": self.env._("%(count)s values were taken over.", count=taken)
                if taken
                else self.env._("No installed app takes these values yet."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _offer_kept(self):
        """Offer kept values to siblings, oldest import first; for their post-init hooks too.

        :return: dict field -> number of values taken
        """
        totals = {}
        for log in self.filtered("kept_data").sorted("id"):
            wizard = self.env["property.register.import"].new({"community_id": log.community_id.id})
            claimed = wizard._get_sibling_columns().keys()
            rows, rest = [], []
            for row in log.kept_data:
                wanted = {f: v for f, v in row["values"].items() if f in claimed}
                left = {f: v for f, v in row["values"].items() if f not in claimed}
                if wanted:
                    rows.append({**row, "values": wanted})
                if left:
                    rest.append({**row, "values": left})
            if not rows:
                continue
            result = wizard._take_sibling_rows(wizard._prepare_sibling_rows(rows))
            for field, count in result["taken"].items():
                totals[field] = totals.get(field, 0) + count
            # sudo: the log is nobody's to edit; only this act takes values off it
            log.sudo().write(
                {
                    "kept_data": rest,
                    "kept_count": sum(len(v) for row in rest for v in row["values"].values()),
                    "vehicle_count": log.vehicle_count + result["taken"].get("plate", 0),
                    "finding_ids": [
                        fields.Command.create(finding) for finding in result["findings"]
                    ],
                }
            )
        return totals

    def action_import_again(self):
        """Open the import with the same file."""
        self.ensure_one()
        if not self.file:
            raise UserError(
                self.env._(
                    "The file %(file)s is no longer kept. Choose it again under Import register.",
                    file=self.filename,
                )
            )
        wizard = self.env["property.register.import"].create(
            {"community_id": self.community_id.id, "file": self.file, "filename": self.filename}
        )
        return wizard._reopen()

    @api.autovacuum
    def _gc_files(self):
        """Forget the files after a year: they hold phones and identity numbers."""
        limit = fields.Datetime.now() - timedelta(days=FILE_RETENTION_DAYS)
        logs = self.search([("create_date", "<", limit), ("checksum", "!=", False)])
        logs.filtered("file").write({"file": False, "error_file": False})


class PropertyRegisterImportFinding(models.Model):
    """One thing that an import found wrong or worth telling."""

    _name = "property.register.import.finding"
    _description = "Finding of a register import"
    _order = "log_id desc, severity_order, id"
    _rec_name = "message"

    log_id = fields.Many2one(
        "property.register.import.log", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(related="log_id.community_id", store=True, index=True)
    company_id = fields.Many2one(related="log_id.company_id", store=True, index=True)
    sheet = fields.Char()
    row = fields.Integer()
    column = fields.Char()
    value = fields.Char()
    severity = fields.Selection(
        [("error", "Refused"), ("warning", "Warning"), ("notice", "Note")], required=True
    )
    severity_order = fields.Integer(compute="_compute_severity_order", store=True)
    code = fields.Char()
    params = fields.Json()
    message = fields.Char(compute="_compute_message", string="What was wrong")
    remedy = fields.Char(compute="_compute_message", string="What to do")

    @api.depends("severity")
    def _compute_severity_order(self):
        order = {"error": 0, "warning": 1, "notice": 2}
        for finding in self:
            finding.severity_order = order.get(finding.severity, 3)

    @api.depends("code", "params")
    @api.depends_context("lang")
    def _compute_message(self):
        for finding in self:
            finding.message, finding.remedy = describe(self.env, finding.code, finding.params or {})
