# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import hashlib
import time

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..register.messages import FIELD_LABELS, describe, translate
from ..register.report import write_error_book
from ..register.workbook import read_workbook
from ..register.writer import RegisterWriter
from ..rules.errors import RuleError
from ..rules.register import read_register
from ..rules.register_columns import FIELDS, SIBLING_FIELDS, guess_fields, label_key
from ..rules.register_plan import dump_finding, dump_row, load_finding, load_row
from ..rules.register_types import ERROR, WARNING, Finding, column_name

BATCH_ROWS = 250
CHUNK_SECONDS = 1.5
SHOWN_FINDINGS = 100
KEPT_FINDINGS = 5000


class PropertyRegisterImport(models.TransientModel):
    """Import a register: choose the file, check it, correct the columns, take it over."""

    _name = "property.register.import"
    _description = "Import register"
    _transient_max_hours = 12.0

    name = fields.Char(compute="_compute_name")
    community_id = fields.Many2one(
        "property.community",
        default=lambda self: self._default_community_id(),
        help="The community whose register this is. Units that it does not know are added.",
    )
    company_id = fields.Many2one(related="community_id.company_id")
    file = fields.Binary(attachment=True)
    filename = fields.Char()
    state = fields.Selection(
        [("draft", "File"), ("checked", "Check"), ("running", "Import"), ("done", "Done")],
        default="draft",
        readonly=True,
    )
    column_ids = fields.One2many("property.register.import.column", "import_id", string="Columns")
    # Results
    building_count = fields.Integer(string="Buildings", readonly=True)
    unit_count = fields.Integer(string="Units", readonly=True)
    area_m2 = fields.Float(string="Area (m²)", digits=(14, 2), readonly=True)
    owned_count = fields.Integer(string="Units with owner", readonly=True)
    unsold_count = fields.Integer(string="Unsold units", readonly=True)
    co_owned_count = fields.Integer(string="Co-owned units", readonly=True)
    owner_count = fields.Integer(string="Owners", readonly=True)
    company_owner_count = fields.Integer(string="Companies", readonly=True)
    row_count = fields.Integer(string="Rows", readonly=True)
    vehicle_count = fields.Integer(
        string="Vehicles", readonly=True, help="Vehicles that an installed app has taken over."
    )
    error_count = fields.Integer(string="Refused", readonly=True)
    warning_count = fields.Integer(string="Warnings", readonly=True)
    unit_created_count = fields.Integer(string="New units", readonly=True)
    unit_updated_count = fields.Integer(string="Changed units", readonly=True)
    unit_unchanged_count = fields.Integer(string="Unchanged units", readonly=True)
    owner_created_count = fields.Integer(string="New owners", readonly=True)
    kept_count = fields.Integer(string="Values kept", readonly=True)
    error_file = fields.Binary(attachment=True, readonly=True)
    error_filename = fields.Char(readonly=True)
    report_html = fields.Html(string="Report", readonly=True, sanitize=False)
    done_count = fields.Integer(readonly=True)
    progress = fields.Integer(compute="_compute_progress")
    log_id = fields.Many2one("property.register.import.log", readonly=True)
    # What is carried from step to step
    rows_data = fields.Json(readonly=True)
    work_data = fields.Json(readonly=True)

    @api.model
    def _default_community_id(self):
        communities = self.env["property.community"].search([], limit=2)
        return communities if len(communities) == 1 else False

    @api.depends("filename")
    def _compute_name(self):
        for wizard in self:
            wizard.name = wizard.filename or self.env._("Import register")

    @api.depends("done_count", "unit_count")
    def _compute_progress(self):
        for wizard in self:
            wizard.progress = 100 * wizard.done_count // (wizard.unit_count or 1)

    @api.model
    def _selection_field(self):
        labels = {name: translate(self.env, FIELD_LABELS[name]) for name in FIELDS}
        labels |= {name: told["label"] for name, told in self._get_sibling_columns().items()}
        return list(labels.items())

    # === STEPS === #

    def action_check(self):
        """Read the file and report what it holds; the register is not touched."""
        self.ensure_one()
        self._read()
        return True

    def action_import(self):
        """Read the file and take it over, all in one transaction."""
        self.ensure_one()
        if self._start():
            self._import_batches(None)
        return True

    def action_start(self):
        """Begin an import that the client drives on with :meth:`import_chunk`."""
        self.ensure_one()
        self._start()
        return True

    def import_chunk(self):
        """Take over the next rows for about a second and a half.

        Each call is one transaction. Importing the same file again completes what an
        interruption left.

        :return: dict ``done``, ``total``, ``finished``
        """
        self.ensure_one()
        if self.state == "running":
            self._import_batches(CHUNK_SECONDS)
        return {
            "done": self.done_count,
            "total": len(self.rows_data or ()) or self.unit_count,
            "finished": self.state == "done",
        }

    def action_back(self):
        """Return to the choice of the file."""
        self.ensure_one()
        self.column_ids.unlink()
        self.write({"state": "draft", "report_html": False, "rows_data": False})
        return True

    def action_view_units(self):
        """Open the units of the community."""
        return self.community_id.action_view_units()

    def action_view_log(self):
        """Open the record of this import."""
        self.ensure_one()
        return self.log_id.get_formview_action()

    def action_new(self):
        """Begin another import."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_register_import_action"
        )
        return {**action, "target": "main"}

    def _reopen(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_register_import_action"
        )
        return {**action, "res_id": self.id, "target": "current"}

    # === READING === #

    def _require_input(self):
        if not self.community_id:
            raise UserError(self.env._("Choose the community whose register the file holds."))
        self.community_id.check_access("write")
        if not self.file:
            raise UserError(self.env._("Choose the workbook that holds the register."))

    def _load(self):
        """Return the sheets of the file.

        :raise UserError: says what is wrong with the file and what to do
        """
        self._require_input()
        data = base64.b64decode(self.with_context(bin_size=False).file)
        name = (self.filename or self.env._("register.xlsx"))[:200]
        try:
            return read_workbook(data, name)
        except RuleError as error:
            raise self._file_error(error) from None

    def _file_error(self, error):
        return UserError("\n".join(describe(self.env, error.code, error.details)))

    def _extra_words(self):
        return {
            label_key(word): name
            for name, told in self._get_sibling_columns().items()
            for word in told.get("words", ())
        }

    def _read(self):
        sheets = self._load()
        try:
            register = read_register(
                sheets, fields.Date.context_today(self), self._mappings(), self._extra_words()
            )
        except RuleError as error:
            raise self._file_error(error) from None
        findings = list(register.findings)
        self.write(
            {
                **self._prepare_counts(register),
                "state": "checked",
                "rows_data": [dump_row(row) for row in register.rows],
                "work_data": {"findings": [dump_finding(finding) for finding in findings]},
                "done_count": 0,
            }
        )
        self._show_columns(register.plans)
        self._write_report(findings, sheets, register.plans)
        return register

    def _prepare_counts(self, register):
        rows, owners = register.rows, register.owners().values()
        claimed = "plate" in self._get_sibling_columns()
        plates = sum(1 for row in rows for name, _value in row.siblings if name == "plate")
        return {
            "row_count": register.data_row_count,
            "building_count": len({row.building for row in rows}),
            "unit_count": len(rows),
            "area_m2": float(sum(row.area for row in rows)),
            "owned_count": sum(bool(row.owners) for row in rows),
            "unsold_count": sum(row.unsold for row in rows),
            "co_owned_count": sum(len(row.owners) > 1 for row in rows),
            "owner_count": len(owners),
            "company_owner_count": sum(owner.is_company for owner in owners),
            "vehicle_count": plates if claimed else 0,
            "unit_created_count": 0,
            "unit_updated_count": 0,
            "unit_unchanged_count": 0,
            "owner_created_count": 0,
        }

    # === COLUMNS === #

    def _mappings(self):
        """Return header signature -> column -> field: what was saved, then what stands here."""
        saved = self.env["property.register.mapping"].search(
            [("community_id", "=", self.community_id.id)]
        )
        mappings = {
            mapping.signature: {int(at): name for at, name in mapping.columns.items()}
            for mapping in saved
        }
        for line in self.column_ids:
            mappings.setdefault(line.signature, {})[line.index] = line.field or ""
        return mappings

    def _show_columns(self, plans):
        """List the columns, once for all sheets with the same headers."""
        by_signature = {}
        for plan in plans:
            if plan.header_row:
                by_signature.setdefault(plan.signature, []).append(plan)
        commands = [fields.Command.clear()]
        for signature, alike in by_signature.items():
            plan = alike[0]
            for at, label in enumerate(plan.labels):
                vals = {
                    "sheet": "、".join(other.title for other in alike)[:80],
                    "signature": signature,
                    "index": at,
                    "column": column_name(at),
                    "label": label,
                    "sample": plan.samples[at],
                    "field": plan.fields[at] or False,
                }
                commands.append(fields.Command.create(vals))
        self.column_ids = commands

    def _remember_columns(self):
        """Keep how the columns are read where that differs from what we would guess."""
        Mapping = self.env["property.register.mapping"]
        saved = {
            mapping.signature: mapping
            for mapping in Mapping.search([("community_id", "=", self.community_id.id)])
        }
        for signature, lines in self.column_ids.grouped("signature").items():
            lines = lines.sorted("index")
            labels = lines.mapped("label")
            columns = {str(line.index): line.field or "" for line in lines}
            guessed = dict(enumerate(guess_fields(labels, self._extra_words())))
            mapping = saved.get(signature)
            if mapping and mapping.columns != columns:
                mapping.columns = columns
            elif not mapping and columns != {str(at): name for at, name in guessed.items()}:
                Mapping.create(
                    {
                        "community_id": self.community_id.id,
                        "signature": signature,
                        "label": " | ".join(label or "" for label in labels),
                        "columns": columns,
                    }
                )

    # === REPORT === #

    def _write_report(self, findings, sheets, plans):
        errors = sum(finding.severity == ERROR for finding in findings)
        warnings = sum(finding.severity == WARNING for finding in findings)
        vals = {
            "error_count": errors,
            "warning_count": warnings,
            "error_file": False,
            "error_filename": False,
        }
        if findings:
            stem = (self.filename or "register").rsplit(".", 1)[0]
            vals["error_file"] = base64.b64encode(
                write_error_book(self.env, findings, sheets, plans)
            )
            vals["error_filename"] = self.env._("%(file)s - findings.xlsx", file=stem)
        self.write(vals)
        self._render_report(findings)

    def _render_report(self, findings):
        self.report_html = self.env["ir.qweb"]._render(
            "property_base.property_register_import_report",
            {"wizard": self, **self._prepare_report_values(findings)},
        )

    def _prepare_report_values(self, findings):
        shown = []
        order = {"error": 0, "warning": 1, "notice": 2}
        for finding in sorted(findings, key=lambda f: order[f.severity])[:SHOWN_FINDINGS]:
            message, remedy = describe(self.env, finding.code, finding.params)
            shown.append({"finding": finding, "message": message, "remedy": remedy})
        names = dict(self._selection_field())
        claimed = self._get_sibling_columns().keys()
        counts = {}
        for row in self.rows_data or []:
            for name, _value in row["siblings"]:
                counts[name] = counts.get(name, 0) + 1
        return {
            "shown": shown,
            "hidden_count": len(findings) - len(shown),
            "siblings": [
                {"label": names.get(name, name), "count": count, "taken": name in claimed}
                for name, count in counts.items()
            ],
        }

    # === IMPORT === #

    def _start(self):
        """Read the file and open the log.

        :return: whether there is anything to take over; else the report tells why not
        """
        register = self._read()
        if not register.rows:
            return False
        self._remember_columns()
        content = self.with_context(bin_size=False).file
        # sudo: the log is nobody's to edit, only this act writes it
        self.log_id = (
            self.env["property.register.import.log"]
            .sudo()
            .create(
                {
                    "community_id": self.community_id.id,
                    "filename": self.filename or self.env._("register.xlsx"),
                    "file": content,
                    "checksum": hashlib.sha256(base64.b64decode(content)).hexdigest(),
                }
            )
        )
        work = {
            "people": {},
            "kept": [],
            "counts": {},
            "taken": {},
            "seconds": 0,
            "read_count": len(register.findings),
        }
        self.write({"state": "running", "work_data": {**self.work_data, **work}})
        return True

    def _import_batches(self, seconds):
        """Take over rows until ``seconds`` have passed (all of them when None).

        :return: whether nothing is left
        """
        began = time.monotonic()
        self.community_id._lock()
        rows, work = self.rows_data, dict(self.work_data)
        writer = RegisterWriter(
            self.env, self.community_id, fields.Date.context_today(self), work["people"]
        )
        writer.counts.update(work["counts"])
        done = self.done_count
        while done < len(rows):
            batch = [load_row(values) for values in rows[done : done + BATCH_ROWS]]
            pairs = writer.write(batch)
            self._offer_to_siblings(pairs, work, writer)
            done += len(batch)
            if seconds is not None and time.monotonic() - began >= seconds:
                break
        work["people"], work["counts"] = writer.people, dict(writer.counts)
        work["findings"] = work["findings"] + [dump_finding(f) for f in writer.findings]
        work["seconds"] += time.monotonic() - began
        self.write({"done_count": done, "work_data": work})
        if done < len(rows):
            return False
        self._finish()
        return True

    def _offer_to_siblings(self, pairs, work, writer):
        rows = []
        for row, unit in pairs:
            values = {}
            for name, value in row.siblings:
                values.setdefault(name, []).append(value)
            if values:
                rows.append(
                    {"unit_id": unit.id, "sheet": row.sheet, "row": row.row, "values": values}
                )
        claimed = self._get_sibling_columns().keys()
        offered = []
        for row in rows:
            taken = {name: value for name, value in row["values"].items() if name in claimed}
            kept = {name: value for name, value in row["values"].items() if name not in claimed}
            if taken:
                offered.append({**row, "values": taken})
            if kept:
                work["kept"].append({**row, "values": kept})
        if not offered:
            return
        result = self._take_sibling_rows(self._prepare_sibling_rows(offered))
        for name, count in result["taken"].items():
            work["taken"][name] = work["taken"].get(name, 0) + count
        for told in result["findings"]:
            writer.findings.append(Finding(**told))

    def _finish(self):
        work = self.work_data
        findings = [load_finding(values) for values in work["findings"]]
        counts = work["counts"]
        kept = sum(len(values) for row in work["kept"] for values in row["values"].values())
        results = {
            "unit_created_count": counts.get("unit_created", 0),
            "unit_updated_count": counts.get("unit_updated", 0),
            "unit_unchanged_count": counts.get("unit_unchanged", 0),
            "owner_created_count": counts.get("owner_created", 0),
            "vehicle_count": work["taken"].get("plate", 0),
            "kept_count": kept,
        }
        self.write({**results, "state": "done"})
        if len(findings) > work["read_count"]:
            sheets = self._load()
            register = read_register(
                sheets, fields.Date.context_today(self), self._mappings(), self._extra_words()
            )
            self._write_report(findings, sheets, register.plans)
        else:
            self._render_report(findings)
        # sudo: see _start
        self.log_id.sudo().write(self._prepare_log_vals(results, findings, work))
        self.rows_data = False
        self.work_data = False
        self._tell_community()
        self._on_register_imported()

    def _prepare_log_vals(self, results, findings, work):
        return {
            **results,
            "state": "done",
            "finished_at": fields.Datetime.now(),
            "duration_seconds": work["seconds"],
            "row_count": self.row_count,
            "unit_count": self.unit_count,
            "owner_count": self.owner_count,
            "error_count": self.error_count,
            "warning_count": self.warning_count,
            "error_file": self.with_context(bin_size=False).error_file,
            "error_filename": self.error_filename,
            "kept_data": work["kept"],
            "finding_ids": [
                fields.Command.create(
                    {
                        "sheet": finding.sheet,
                        "row": finding.row,
                        "column": finding.column,
                        "value": finding.value,
                        "severity": finding.severity,
                        "code": finding.code,
                        "params": {k: str(v) for k, v in finding.params.items()},
                    }
                )
                for finding in findings[:KEPT_FINDINGS]
            ],
        }

    def _tell_community(self):
        if not (self.unit_created_count or self.unit_updated_count):
            return
        self.community_id._message_log(
            body=self.env._(
                "Register %(file)s imported: %(created)s new units, %(updated)s changed, "
                "%(errors)s rows refused.",
                file=self.filename,
                created=self.unit_created_count,
                updated=self.unit_updated_count,
                errors=self.error_count,
            )
        )

    # === EXTENSION POINTS === #

    @api.model
    def _get_sibling_columns(self):
        """Return the columns that installed addons take over.

        :return: dict field -> ``{"label": translated text, "words": header words}``; fields are
            ``price``, ``parking_space``, ``plate`` (read by property_base already) or of your own,
            beginning with ``x_``
        """
        return {}

    def _prepare_sibling_rows(self, rows):
        """Return rows with their unit as a record; rows whose unit is gone are left out."""
        units = self.env["property.unit"].browse([row["unit_id"] for row in rows]).exists()
        by_id = {unit.id: unit for unit in units}
        return [{**row, "unit": by_id[row["unit_id"]]} for row in rows if row["unit_id"] in by_id]

    def _take_sibling_rows(self, rows):
        """Take over the values of columns named in :meth:`_get_sibling_columns`.

        Called with batches, and again for every later import of the same file: must not
        change what is there already.

        :param rows: list of ``{"unit": record, "unit_id", "sheet", "row", "values": {field:
            [text, ...]}}``
        :return: ``{"taken": {field: number of values that are in the register now}, "findings":
            [kwargs of a finding]}``; build findings with :meth:`_prepare_sibling_finding`
        """
        return {"taken": {}, "findings": []}

    @api.model
    def _prepare_sibling_finding(self, row, field, value, message, remedy, severity=ERROR):
        """Return a finding for a value that an addon refuses.

        :param message: what is wrong, translated
        :param remedy: what to do, translated
        """
        label = dict(self._selection_field()).get(field, field)
        return {
            "sheet": row["sheet"],
            "row": row["row"],
            "column": label,
            "value": value[:80],
            "code": "sibling_refused",
            "severity": severity,
            "params": {"message": message, "remedy": remedy},
        }

    def _on_register_imported(self):
        """Be told that an import has ended; for bridges."""


class PropertyRegisterImportColumn(models.TransientModel):
    """How one column of the file is read; the user may correct it."""

    _name = "property.register.import.column"
    _description = "Column of a register"
    _order = "import_id, id"

    import_id = fields.Many2one("property.register.import", required=True, ondelete="cascade")
    sheet = fields.Char(readonly=True)
    signature = fields.Char(readonly=True)
    index = fields.Integer(readonly=True)
    column = fields.Char(readonly=True)
    label = fields.Char(string="Header", readonly=True)
    sample = fields.Char(string="Example", readonly=True)
    field = fields.Selection(selection="_selection_field", string="Read as")
    is_sibling = fields.Boolean(compute="_compute_is_sibling")

    @api.model
    def _selection_field(self):
        return self.env["property.register.import"]._selection_field()

    @api.depends("field")
    def _compute_is_sibling(self):
        claimed = self.env["property.register.import"]._get_sibling_columns()
        for line in self:
            line.is_sibling = line.field in SIBLING_FIELDS and line.field not in claimed
