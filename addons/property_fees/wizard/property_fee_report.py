# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
from datetime import date

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from odoo.addons.property_base.register.report import formats, open_book

AMOUNTS = ("gross", "billed", "collected", "reduced", "waived", "written_off", "owed")


class PropertyFeeReport(models.TransientModel):
    """Hand the fee reports over as a workbook."""

    _name = "property.fee.report"
    _description = "Fee report as workbook"

    kind = fields.Selection(
        [
            ("collection", "Collection rate and analysis"),
            ("debt", "Aged debt"),
            ("received", "Money received"),
            ("year_sheet", "Twelve-month sheet"),
            ("leak", "Leak list"),
        ],
        string="Report",
        required=True,
        default="collection",
    )
    community_ids = fields.Many2many(
        "property.community",
        string="Communities",
        required=True,
        default=lambda self: self._default_community_ids(),
    )
    start_date = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(month=1, day=1),
    )
    end_date = fields.Date(
        string="To",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(month=12, day=31),
    )
    file = fields.Binary(readonly=True, attachment=True)
    filename = fields.Char(readonly=True)

    def _default_community_ids(self):
        communities = self.env["property.community"].search(
            [("company_id", "in", self.env.companies.ids)]
        )
        return [Command.set(communities.ids)]

    def action_print(self):
        """Print the report, one document for each community."""
        self._check_choice()
        sheets = self
        for community in self.community_ids[1:]:
            sheets |= self.copy({"community_ids": [Command.set(community.ids)]})
        self.community_ids = self.community_ids[:1]
        return self.env.ref("property_fees.property_fee_report_pdf").report_action(
            sheets, config=False
        )

    def action_export(self):
        """Make the workbook and hand it to the browser."""
        self._check_choice()
        labels = dict(self._fields["kind"]._description_selection(self.env))
        buffer = io.BytesIO()
        with open_book(buffer) as book:
            self._write_report(_Book(self.env, book, self._get_hint()))
        self.write(
            {
                "file": base64.b64encode(buffer.getvalue()),
                "filename": f"{labels[self.kind]} {self.start_date}–{self.end_date}.xlsx",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.filename}?download=true",
            "target": "self",
        }

    def _check_choice(self):
        self.ensure_one()
        if self.end_date < self.start_date:
            raise UserError(self.env._("The last day lies before the first. Correct the dates."))
        if not self.community_ids:
            raise UserError(self.env._("Choose at least one community."))

    def _write_report(self, book):
        """Write the tables of the chosen report into a workbook or a print."""
        getattr(self, f"_write_{self.kind}")(book)

    def _get_print_tables(self):
        """Return the tables of the report as the print shows them."""
        self.ensure_one()
        tables = _Tables(self.env)
        self._write_report(tables)
        return tables.found

    def _get_hint(self):
        if self.kind in ("debt", "leak"):
            return self.env._(
                "%(communities)s, as of %(today)s. From posted entries.",
                communities=", ".join(self.community_ids.mapped("name")),
                today=fields.Date.context_today(self),
            )
        return self.env._(
            "%(communities)s, %(start)s to %(end)s. From posted entries, as of %(today)s.",
            communities=", ".join(self.community_ids.mapped("name")),
            start=self.start_date,
            end=self.end_date,
            today=fields.Date.context_today(self),
        )

    def _get_print_span(self):
        """Return the time that a print is about; debts and leaks are those of the day."""
        if self.kind in ("debt", "leak"):
            return str(fields.Date.context_today(self))
        return f"{self.start_date} – {self.end_date}"

    def _get_print_name(self):
        """Return the name of the printed file."""
        labels = dict(self._fields["kind"]._description_selection(self.env))
        return f"{labels[self.kind]} {self._get_print_span()}"

    def _get_labels(self, model, names):
        return [model._fields[name]._description_string(self.env) for name in names]

    def _get_domain(self, date_field=None):
        domain = Domain("community_id", "in", self.community_ids.ids)
        if date_field:
            domain &= Domain(date_field, ">=", self.start_date)
            domain &= Domain(date_field, "<=", self.end_date)
        return domain

    # === COLLECTION === #

    def _write_collection(self, book):
        self._write_collection_summary(book)
        ledger = self.env["property.fee.ledger"]
        measures = [f"amount_{name}:sum" for name in AMOUNTS]
        labels = [
            ledger._fields[f"amount_{name}"]._description_string(self.env) for name in AMOUNTS
        ]
        for title, group in (
            (self.env._("By fee item"), "item_id"),
            (self.env._("By building"), "building_id"),
            (self.env._("By keeper"), "keeper_id"),
            (self.env._("By month of service"), "period_start:month"),
        ):
            rows = []
            groups = ledger._read_group(self._get_domain("period_start"), [group], measures)
            for key, *values in groups:
                name = f"{key:%Y-%m}" if isinstance(key, date) else key.display_name
                rows.append([name or self.env._("Without"), *values, self._get_rate(values)])
            totals = [sum(row[at] for row in rows) for at in range(1, len(AMOUNTS) + 1)]
            rows.append([self.env._("Total"), *totals, self._get_rate(totals)])
            heads = [title, *labels, self.env._("Collection rate (%)")]
            book.write(title, heads, rows, total=True, rate=True)

    def _get_rate(self, values):
        """Return the collection rate of sums in the order of `AMOUNTS`."""
        sums = dict(zip(AMOUNTS, values, strict=True))
        return _rate(*(sums[name] for name in ("gross", "collected", "reduced", "waived")))

    def _write_collection_summary(self, book):
        heads = (
            self.env._("Community"),
            self.env._("For the time, before reductions"),
            self.env._("Reduced"),
            self.env._("Waived"),
            self.env._("Written off"),
            self.env._("Billed for the time"),
            self.env._("Collected of it"),
            self.env._("of which paid ahead"),
            self.env._("Owed of it"),
            self.env._("Collection rate (%)"),
            self.env._("Target (%)"),
            self.env._("Above or below"),
            self.env._("Old debt at the start"),
            self.env._("Collected of old debt"),
            self.env._("Old debt left"),
            self.env._("Collection rate of old debt (%)"),
            self.env._("Received ahead for later"),
        )
        rows = [self._get_collection_figures(community) for community in self.community_ids]
        book.write(
            self.env._("Collection rate"),
            heads,
            [
                (
                    row["community"].name,
                    *(row[key] for key in list(row)[1:]),
                )
                for row in rows
            ],
            turned=True,
        )

    def _get_collection_figures(self, community):
        """Return the figures of one community, in the order of the summary."""
        ledger = self.env["property.fee.ledger"]
        mine = Domain("community_id", "=", community.id)
        until = Domain("date", "<=", self.end_date)
        period = Domain("period_start", ">=", self.start_date)
        period &= Domain("period_start", "<=", self.end_date)
        before = Domain("period_start", "<", self.start_date)

        def total(domain, *names):
            measures = [f"amount_{name}:sum" for name in names]
            return [value or 0.0 for value in ledger._read_group(mine & domain, [], measures)[0]]

        gross, reduced, waived, written_off, billed, collected, owed = total(
            period & until,
            *("gross", "reduced", "waived", "written_off", "billed", "collected", "owed"),
        )
        (ahead,) = total(period & until & Domain("age", "=", "ahead"), "collected")
        (opening,) = total(before & Domain("date", "<", self.start_date), "owed")
        (old,) = total(before & until & Domain("date", ">=", self.start_date), "collected")
        (left,) = total(before & until, "owed")
        (later,) = total(
            Domain("period_start", ">", self.end_date)
            & Domain("received_date", ">=", self.start_date)
            & Domain("received_date", "<=", self.end_date),
            "collected",
        )
        rate = _rate(gross, collected, reduced, waived)
        target = float(community._get_parameter("fees_collection_target"))
        return {
            "community": community,
            "gross": gross,
            "reduced": reduced,
            "waived": waived,
            "written_off": written_off,
            "billed": billed,
            "collected": collected,
            "ahead": ahead,
            "owed": owed,
            "rate": rate,
            "target": target,
            "gap": round(rate - target, 2) if rate is not None else None,
            "opening": opening,
            "old": old,
            "left": left,
            "old_rate": _rate(opening, old),
            "later": later,
        }

    # === LISTS === #

    def _write_debt(self, book):
        names = ("not_due", "30", "90", "365", "older", "owed")
        model = self.env["property.fee.debt"]
        measures = [f"amount_{name}:sum" for name in names]
        labels = self._get_labels(model, [f"amount_{name}" for name in names])
        unit, item = self.env._("Unit"), self.env._("Fee item")
        groups = model._read_group(self._get_domain(), ["unit_id"], [*measures, "late_days:max"])
        rows = [[key.display_name or "", *values] for key, *values in groups]
        rows.sort(key=lambda row: -row[len(names)])
        late = self.env._("Days late at most")
        if rows:
            rows.append([*self._get_total_row(rows, 1), max(row[-1] for row in rows)])
        heads = [unit, *labels, late]
        book.write(self.env._("Debtors"), heads, rows, total=bool(rows), counts={len(names) + 1})
        groups = model._read_group(self._get_domain(), ["unit_id", "item_id"], measures)
        rows = [[key.display_name or "", kind.name or "", *values] for key, kind, *values in groups]
        if rows:
            word, *sums = self._get_total_row([row[1:] for row in rows])
            rows.append([word, "", *sums])
        book.write(self.env._("By unit and item"), [unit, item, *labels], rows, total=bool(rows))

    def _get_total_row(self, rows, dropped=0):
        """Return the sums of the columns after the first, without the last `dropped` ones."""
        width = len(rows[0]) - dropped
        return [self.env._("Total"), *(sum(row[at] for row in rows) for at in range(1, width))]

    def _write_received(self, book):
        model = self.env["property.fee.received"]
        methods = dict(model._fields["method"]._description_selection(self.env))
        domain = self._get_domain("date")
        groups = model._read_group(domain, ["method"], ["__count", "amount:sum"])
        rows = [[methods[method], count, amount] for method, count, amount in groups]
        if rows:
            rows.append(self._get_total_row(rows))
        heads = [self.env._("Paid by"), self.env._("Entries"), self.env._("Received")]
        title = self.env._("By way of payment")
        book.write(title, heads, rows, total=bool(rows), counts={1})
        for title, group in (
            (self.env._("By day"), "date:day"),
            (self.env._("By cashier"), "user_id"),
        ):
            table = {}
            for key, method, amount in model._read_group(domain, [group, "method"], ["amount:sum"]):
                name = str(key) if group == "date:day" else key.name or self.env._("No cashier")
                table.setdefault(name, {})[method] = amount
            rows = [
                [name, *(cells.get(method, 0.0) for method in methods), sum(cells.values())]
                for name, cells in table.items()
            ]
            if rows:
                rows.append(self._get_total_row(rows))
            heads = [title, *methods.values(), self.env._("Total")]
            book.write(title, heads, rows, total=bool(rows))

    def _write_year_sheet(self, book):
        model = self.env["property.fee.year.sheet"]
        domain = self._get_domain()
        domain &= Domain("year", ">=", self.start_date.year)
        domain &= Domain("year", "<=", self.end_date.year)
        columns = ["billed", "collected", "let_off", "owed"]
        names = [f"amount_{name}" for name in columns]
        for title, prefix in ((self.env._("Owed"), "owed"), (self.env._("Billed"), "billed")):
            months = [f"{prefix}_{month:02}" for month in range(1, 13)]
            rows = [
                [line["year"], line["unit_id"][1], (line["item_id"] or ("", ""))[1]]
                + [line[name] for name in names + months]
                for line in model.search_read(
                    domain, ["year", "unit_id", "item_id", *names, *months]
                )
            ]
            heads = [self.env._("Year"), self.env._("Unit"), self.env._("Fee item")]
            heads += self._get_labels(model, names)
            heads += self._get_labels(model, [f"owed_{month:02}" for month in range(1, 13)])
            book.write(title, heads, rows, counts={0})

    def _write_leak(self, book):
        model = self.env["property.fee.leak"]
        names = ("kind", "place", "building_id", "keeper_id", "item_id", "unit_price")
        names += ("peer_price",)
        kinds = dict(model._fields["kind"]._description_selection(self.env))
        rows = []
        for leak in model.search(self._get_domain()):
            peer = [leak.unit_price, leak.peer_price] if leak.kind == "odd_price" else [None, None]
            rows.append(
                [
                    kinds.get(leak.kind),
                    leak.place or "",
                    leak.building_id.name or "",
                    leak.keeper_id.name or "",
                    leak.item_id.name or "",
                    *peer,
                ]
            )
        book.write(self.env._("Leak list"), self._get_labels(model, names), rows)


def _rate(gross, collected, reduced=0.0, waived=0.0):
    base = gross - reduced - waived
    return round(100.0 * collected / base, 2) if base else None


class _Tables:
    """Tables for a print: text, and how each cell stands."""

    def __init__(self, env):
        self.env, self.found = env, []

    def write(self, title, heads, rows, total=False, counts=(), rate=False, turned=False):
        """Take a table; parameters as those of `_Book.write`."""
        cells = [
            [self._format(value, column, counts) for column, value in enumerate(row)]
            for row in rows
        ]
        self.found.append(
            {
                "title": title,
                "heads": heads,
                "rows": cells[:-1] if total else cells,
                "total": cells[-1] if total else [],
                "rate": rate,
                "turned": turned,
                "wide": len(heads) > 12,
            }
        )

    def _format(self, value, column, counts):
        if value is None or value is False:
            return {"text": "", "number": False}
        if isinstance(value, str):
            return {"text": value, "number": False}
        text = str(int(value)) if column in counts else f"{float(value):,.2f}"
        if not value:
            text = "–"
        return {"text": text, "number": True, "value": float(value)}


class _Book:
    """A workbook with one table per sheet."""

    def __init__(self, env, book, hint):
        self.env, self.book, self.hint = env, book, hint
        self.style = formats(book)

    def write(self, title, heads, rows, total=False, counts=(), rate=False, turned=False):
        """Write a table.

        :param total: the last row is the total
        :param counts: columns of whole numbers
        :param rate: the last column is a rate in percent (prints draw a bar)
        :param turned: a row becomes a column in prints
        """
        ws = self.book.add_worksheet(title[:31])
        ws.write_string(0, 0, title, self.style["title"])
        ws.write_string(1, 0, self.hint, self.style["hint"])
        for column, head in enumerate(heads):
            ws.write_string(3, column, str(head), self.style["head"])
            width = max(
                [2 * len(str(head)), *(len(str(row[column] or "")) + 4 for row in rows[:200])]
            )
            ws.set_column(column, column, min(max(width, 10), 40))
        for at, row in enumerate(rows, 4):
            bold = total and at == len(rows) + 3
            for column, value in enumerate(row):
                self._write_cell(ws, at, column, value, bold, column in counts)
        ws.freeze_panes(4, 1)
        ws.set_landscape()
        ws.fit_to_pages(1, 0)
        ws.repeat_rows(3)

    def _write_cell(self, ws, at, column, value, bold, count):
        if value is None or value is False:
            ws.write_blank(at, column, None, self.style["text"])
        elif isinstance(value, str):
            ws.write_string(at, column, value, self.style["head" if bold else "text"])
        elif count:
            ws.write_number(at, column, value, self.style["wrap"])
        else:
            ws.write_number(at, column, float(value), self.style["total" if bold else "number"])
