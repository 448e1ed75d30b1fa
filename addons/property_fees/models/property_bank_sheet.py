# SPDX-License-Identifier: LGPL-3.0-or-later
import csv
import functools
import io

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.property_base.register.messages import describe
from odoo.addons.property_base.register.workbook import read_workbook
from odoo.addons.property_base.rules.errors import RuleError as WorkbookError

from ..rules.bank_sheet import Layout, read_table
from ..rules.errors import RuleError

PARSER = "account.statement.import.sheet.parser"
AMOUNTS = (
    "amount_column",
    "amount_debit_column",
    "amount_credit_column",
    "balance_column",
    "original_amount_column",
)
OTHERS = (
    "currency_column",
    "original_currency_column",
    "debit_credit_column",
    "transaction_id_column",
    "description_column",
    "notes_column",
    "reference_column",
    "partner_name_column",
    "bank_name_column",
    "bank_account_column",
)
FILLER = "-"


class PropertyBankSheet(models.AbstractModel):
    """Let `account_statement_import_sheet_file`, when installed, read what banks really send.

    That addon reads clean csv. Here xlsx, xls and csv (in GB 18030 too) are brought into that
    form before it sees them: see ADR 50. The addon is not in our dependencies, so its parser is
    extended when the registry is ready, as `base_automation` does.
    """

    _name = "property.bank.sheet"
    _description = "Sheet of a bank"

    def _register_hook(self):
        super()._register_hook()
        parser = self.env.registry.get(PARSER)
        if parser is None or getattr(parser, "_property_bank_sheet", False):
            return
        origin = parser.parse

        @functools.wraps(origin)
        def parse(self, data_file, mapping, filename):
            data_file = self.env["property.bank.sheet"]._make_csv(data_file, mapping, filename)
            return origin(self, data_file, mapping, filename)

        parser.parse = parse
        parser._property_bank_sheet = True

    @api.model
    def _make_csv(self, data, mapping, filename):
        """Return the transactions of a bank's file as csv in the form of the mapping.

        :param data: content of the file: xlsx, xls, csv or text
        :param mapping: `account.statement.import.sheet.mapping`
        :raise UserError: what is wrong with the file, and where
        """
        name = filename or ""
        if not name.lower().endswith((".csv", ".txt", ".tsv", ".xls", ".xlsx", ".xlsm")):
            name += ".csv"
        try:
            sheets = read_workbook(data, name)
        except WorkbookError as error:
            raise UserError("\n".join(describe(self.env, error.code, error.details))) from None
        if name.lower().endswith((".csv", ".txt", ".tsv")) and len(sheets) == 1:
            sheets = [self._read_text(data, mapping) or sheets[0].rows]
        else:
            sheets = [sheet.rows for sheet in sheets if not sheet.hidden and sheet.rows]
        layout = self._get_layout(mapping)
        problem = RuleError("no_transactions")
        for rows in sheets:
            try:
                return self._write_csv(read_table(rows, layout), mapping)
            except RuleError as error:
                # the sheet that got furthest says what is wrong
                if error.code != "header_missing" or problem.code == "no_transactions":
                    problem = error
        raise UserError(self._describe(problem, mapping)) from None

    def _read_text(self, data, mapping):
        """Return the rows of a text file with the delimiter of the mapping."""
        delimiter = mapping._get_column_delimiter_character()
        for encoding in (
            ("utf-16",)
            if data[:2] in (b"\xff\xfe", b"\xfe\xff")
            else (
                "utf-8-sig",
                "gb18030",
            )
        ):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            options = {"delimiter": delimiter} if delimiter else {}
            if mapping.quotechar:
                options["quotechar"] = mapping.quotechar
            return [tuple(row) for row in csv.reader(io.StringIO(text), **options)]
        return None

    def _get_layout(self, mapping):
        def columns(*names):
            found = [part for name in names for part in (mapping[name] or "").split(",") if part]
            return tuple(found if not mapping.no_header else (int(one) for one in found))

        _thousands, decimal = mapping._get_float_separators()
        try:
            return Layout(
                dates=columns("timestamp_column"),
                amounts=columns(*AMOUNTS),
                others=columns(*OTHERS),
                date_format=mapping.timestamp_format,
                decimal=decimal,
                has_header=not mapping.no_header,
                offset=mapping.offset_column,
                footer=mapping.footer_lines_skip_count,
            )
        except ValueError:
            raise UserError(
                self.env._(
                    "Mapping %(mapping)s says that the file has no header: give the columns as "
                    "numbers, the first is 0.",
                    mapping=mapping.name,
                )
            ) from None

    def _write_csv(self, table, mapping):
        """Return csv whose lines stand where the mapping expects header and footer."""
        skip, footer = mapping.header_lines_skip_count, mapping.footer_lines_skip_count
        offset = mapping.offset_column
        stream = io.StringIO()
        writer = csv.writer(
            stream,
            delimiter=mapping._get_column_delimiter_character() or ",",
            quotechar=mapping.quotechar or '"',
            lineterminator="\n",
        )
        rows = table.rows
        if table.header:
            writer.writerows([[FILLER]] * max(skip - 1, 0))
            writer.writerow(table.header)
            # the parser cuts these columns off the header and not off the rows of a csv
            rows = [row[offset:] for row in rows]
        writer.writerows(rows)
        # the parser cuts the footer again, one less when no line stands above the header
        writer.writerows([[FILLER]] * (footer if skip else max(footer - 1, 0)))
        return stream.getvalue().encode("utf-8-sig")

    def _describe(self, error, mapping):
        """Return what is wrong with a sheet, in the language of the user."""
        values = error.params | {"mapping": mapping.name}
        if error.code == "header_missing":
            text = self.env._(
                "The sheet has no column “%(columns)s”, which mapping “%(mapping)s” names.",
                **values,
            )
            if error.params["seen"]:
                text += "\n" + self.env._(
                    "Row %(line)s comes nearest to a header; its columns are: %(seen)s.", **values
                )
            return text
        if error.code == "day_unreadable":
            return self.env._(
                "Row %(line)s: “%(value)s” is no day in the format %(format)s of mapping "
                "“%(mapping)s”.",
                **values,
            )
        if error.code == "formula":
            return self.env._(
                "Row %(line)s: an amount is a formula without its value. Save the file once in the "
                "spreadsheet program.",
                **values,
            )
        if error.code == "day_missing":
            return self.env._("Row %(line)s has an amount and no day.", **values)
        return self.env._("No transaction was found in the file.")
