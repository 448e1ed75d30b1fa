# SPDX-License-Identifier: LGPL-3.0-or-later
import json
import logging
from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)
MIN_SHAPE = 6  # below, learning costs more than it saves
STAMPS = ("create_date", "write_date", "create_uid", "write_uid")


class PropertyFeeRunFast(models.Model):
    """Post many bills of one shape by SQL, with the journal items of Odoo's ordinary path.

    Two bills of each shape (same items, accounts, taxes, journal, dates, kind of payer) are posted
    by the ordinary path. From the rows of the first, those of the second are predicted and
    compared column by column, custom columns included. Only when they agree are the other bills
    of the shape written from the first one's rows; any other shape goes the ordinary path.
    See docs/adr/0012.
    """

    _inherit = "property.fee.run"

    def _post_groups(self, groups):
        """Extend: bills of a shape that is understood are written by SQL."""
        shapes = defaultdict(list)
        for charges in groups:
            shapes[self._get_shape(charges)].append(charges)
        # What was learnt lives until the end of the transaction, like the lock of the sequence
        known = self.env.cr.precommit.data.setdefault("property_fees.bill_templates", {})
        ordinary = []
        for shape, members in shapes.items():
            template = known.get(shape)
            if shape is not None and not (template and template.holds_lock()):
                template = None
                if len(members) >= MIN_SHAPE:
                    template = known[shape] = self._learn(members[:2])
                    members = members[2:]
            if template is None:
                ordinary += members
            else:
                template.write(members)
        if ordinary:
            super()._post_groups(ordinary)

    def _get_shape(self, charges):
        """Return what decides every column of a bill but names, amounts and numbers.

        :return: hashable, or None for a bill that goes the ordinary path
        """
        charge = next(iter(charges))  # iterating keeps the prefetch, indexing loses it
        partner = charge.partner_id.with_company(self.company_id)
        community = charge.community_id
        journal = community._get_fee_journal()
        plain = (
            not journal.restrict_mode_hash_table
            and not journal.currency_id
            and not self.company_id.restrictive_audit_trail
            and partner.commercial_partner_id == partner
            and not partner.child_ids
            and all(charge.amount > 0 for charge in charges)
        )
        if not plain:
            return None
        return (
            community.id,
            journal.id,
            tuple(charge.item_id.id for charge in charges),
            self._get_due_date(charges),
            self._get_partner_shape(partner),
        )

    def _get_partner_shape(self, partner):
        """Return what of the payer decides accounts, taxes, terms and texts of the bill."""
        return (
            partner.lang,
            partner.company_id.id,
            partner.property_account_receivable_id.id,
            partner.property_account_position_id.id,
            partner.property_payment_term_id.id,
            partner.property_inbound_payment_method_line_id.id,
            partner.country_id.id,
            partner.state_id.id,
            partner.zip,
            bool(partner.vat),
            partner.is_company,
            partner.user_id.id,
        )

    def _learn(self, pair):
        """Post two bills the ordinary way and see whether the second follows from the first.

        :return: BillTemplate, or None when the shape is not understood
        """
        moves = self._post_ordinary(pair)
        if len(moves) != 2 or any(move.state != "posted" for move in moves):
            return None
        self.env.flush_all()
        template = BillTemplate(self, moves[0], pair[0])
        if not template.is_understood:
            return None
        differences = template.compare(moves[1], pair[1])
        if differences:
            _logger.warning(
                "Fee run %s: bills like %s go the ordinary path, not predicted: %s",
                self.name,
                moves[0].name,
                ", ".join(sorted(differences)),
            )
            return None
        return template


class BillTemplate:
    """The rows of one posted bill, and how those of another follow from them."""

    def __init__(self, run, move, charges):
        self.run, self.env, self.move = run, run.env, move
        self.head = self._rows("account_move", "id", move.ids)[0]
        self.lines = self._rows("account_move_line", "move_id", move.ids)
        self.analytic = self._rows(
            "account_analytic_line", "move_line_id", [line["id"] for line in self.lines]
        )
        self.relations = {
            relation: self._relation_rows(relation)
            for relation in self._relations(self.env["account.move.line"])
        }
        by_kind = defaultdict(list)
        for line in self.lines:
            by_kind[line["display_type"]].append(line)
        self.products = sorted(by_kind.pop("product", []), key=lambda line: line["id"])
        self.terms = by_kind.pop("payment_term", [])
        self.taxes = by_kind.pop("tax", [])
        self.base_lines = [
            move._prepare_product_base_line_for_taxes_computation(
                move.line_ids.filtered(lambda line, row=row: line.id == row["id"])
            )
            for row in self.products
        ]
        keys = [line["tax_repartition_line_id"] for line in self.taxes]
        self.is_understood = (
            not by_kind
            and len(self.products) == len(charges)
            and len(self.terms) == 1
            and len(set(keys)) == len(keys)
            and move.currency_id == move.company_currency_id
            and all(row["quantity"] == 1 and not row["discount"] for row in self.products)
            and not self._relations_of_head()
        )
        self._figures, self.texts = {}, {}

    # Reading rows

    def _rows(self, table, column, ids):
        rows = self.env.execute_query(
            SQL(
                "SELECT row_to_json(t)::text FROM %s t WHERE %s = ANY(%s) ORDER BY id",
                SQL.identifier(table),
                SQL.identifier(column),
                ids,
            )
        )
        found = [json.loads(row[0], parse_float=Decimal) for row in rows]
        return [{name: _as_json(value) for name, value in row.items()} for row in found]

    def _relations(self, model):
        """Return (table, column of the model, other column) of the stored relations."""
        return sorted(
            {
                (field.relation, field.column1, field.column2)
                for field in model._fields.values()
                if field.type == "many2many" and field.store and field.relation
            }
        )

    def _relation_rows(self, relation):
        table, column, other = relation
        rows = self.env.execute_query(
            SQL(
                "SELECT %s, %s FROM %s WHERE %s = ANY(%s)",
                SQL.identifier(column),
                SQL.identifier(other),
                SQL.identifier(table),
                SQL.identifier(column),
                [line["id"] for line in self.lines],
            )
        )
        found = defaultdict(list)
        for line_id, other_id in rows:
            found[line_id].append(other_id)
        return found

    def _relations_of_head(self):
        """Whether the bill itself is linked to anything that would have to be copied."""
        return any(
            self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %s WHERE %s = %s LIMIT 1",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    self.move.id,
                )
            )
            for table, column, _other in self._relations(self.env["account.move"])
        )

    # Figures

    def figures(self, amounts):
        """Return what Odoo's tax engine makes of the line amounts.

        :param amounts: tuple of Decimal, one per product line
        :return: (subtotals, totals, {repartition line: (tax, base)})
        """
        if not self.taxes and not any(line["tax_ids"] for line in self.base_lines):
            return amounts, amounts, {}
        if amounts not in self._figures:
            self._figures[amounts] = self._compute_figures(amounts)
        return self._figures[amounts]

    def _compute_figures(self, amounts):
        engine = self.env["account.tax"]
        company = self.run.company_id
        lines = [
            {**line, "price_unit": float(amount)}
            for line, amount in zip(self.base_lines, amounts, strict=True)
        ]
        engine._add_tax_details_in_base_lines(lines, company)
        engine._round_base_lines_tax_details(lines, company)
        engine._add_accounting_data_in_base_lines_tax_details(lines, company)
        result = engine._prepare_tax_lines(lines, company)
        subtotals = tuple(
            _money(-values["amount_currency"]) for _line, values in result["base_lines_to_update"]
        )
        totals = tuple(
            _money(
                line["tax_details"]["total_included_currency"]
                + line["tax_details"].get("delta_total_included_currency", 0.0)
            )
            for line in lines
        )
        taxes = {
            values["tax_repartition_line_id"]: (
                _money(-values["amount_currency"]),
                _money(values["tax_base_amount"]),
            )
            for values in result["tax_lines_to_add"]
        }
        return subtotals, totals, taxes

    # Predicting rows

    def build(self, charges, name, number, ids):
        """Return the rows of the bill for other charges.

        :param ids: (move id, line ids in the order of the template's lines)
        :return: (head, lines, analytic lines), ids in place
        """
        move_id, line_ids = ids
        charge = next(iter(charges))
        partner = charge.partner_id
        amounts = tuple(_money(charge.amount) for charge in charges)
        subtotals, totals, taxes = self.figures(amounts)
        untaxed = sum(subtotals, Decimal(0))
        tax = sum((value for value, _base in taxes.values()), Decimal(0))
        total = untaxed + tax
        own_reference = self.head["payment_reference"] == self.head["name"]
        reference = name if own_reference else self.head["payment_reference"]
        head = {
            **self.head,
            "id": move_id,
            "name": name,
            "sequence_number": number,
            "payment_reference": reference,
            "partner_id": partner.id,
            "commercial_partner_id": partner.id,
            "partner_shipping_id": self.head["partner_shipping_id"] and partner.id,
            "invoice_partner_display_name": partner.display_name,
            "property_unit_id": charge.unit_id.id or None,
            "amount_untaxed": untaxed,
            "amount_untaxed_signed": untaxed,
            "amount_untaxed_in_currency_signed": untaxed,
            "amount_tax": tax,
            "amount_tax_signed": tax,
            "amount_total": total,
            "amount_total_signed": total,
            "amount_total_in_currency_signed": total,
            "amount_residual": total,
            "amount_residual_signed": total,
        }
        products = {row["id"]: index for index, row in enumerate(self.products)}
        lines, new_ids = [], {}
        for row, line_id in zip(self.lines, line_ids, strict=True):
            new_ids[row["id"]] = line_id
            line = {
                **row,
                "id": line_id,
                "move_id": move_id,
                "move_name": name,
                "partner_id": partner.id,
            }
            if row["id"] in products:
                index = products[row["id"]]
                line["name"] = self.texts[charges[index].id]
                line["price_unit"] = amounts[index]
                line["price_subtotal"] = subtotals[index]
                line["price_total"] = totals[index]
                self._set_balance(line, row, -subtotals[index])
            elif row["display_type"] == "tax":
                amount, base = taxes[row["tax_repartition_line_id"]]
                line["tax_base_amount"] = base
                self._set_balance(line, row, -amount)
            else:
                if row["name"] == self.head["payment_reference"]:
                    line["name"] = reference
                self._set_balance(line, row, total)
            lines.append(line)
        return head, lines, self._build_analytic(charges, lines, new_ids, partner)

    def _set_balance(self, line, row, balance):
        line["balance"] = line["amount_currency"] = balance
        line["debit"] = max(balance, Decimal(0))
        line["credit"] = max(-balance, Decimal(0))
        open_item = bool(row["amount_residual"])
        line["amount_residual"] = balance if open_item else Decimal(0)
        line["amount_residual_currency"] = balance if open_item else Decimal(0)

    def _build_analytic(self, charges, lines, new_ids, partner):
        by_id = {line["id"]: line for line in lines}
        old = {row["id"]: row for row in self.lines}
        found = []
        for row in self.analytic:
            line = by_id[new_ids[row["move_line_id"]]]
            before = old[row["move_line_id"]]
            found.append(
                {
                    **row,
                    "id": None,
                    "move_line_id": line["id"],
                    "name": line["name"] if row["name"] == before["name"] else row["name"],
                    "partner_id": row["partner_id"] and partner.id,
                    "amount": -line["balance"],
                }
            )
        return found

    def compare(self, move, charges):
        """Return the columns of an ordinary bill that were predicted wrongly."""
        other = BillTemplate(self.run, move, charges)
        if not other.is_understood or len(other.lines) != len(self.lines):
            return {"lines"}
        self.texts = self._texts([charges])
        head, lines, analytic = self.build(
            charges,
            self._format(other.head["sequence_number"]),
            other.head["sequence_number"],
            (move.id, [line["id"] for line in other.lines]),
        )
        wrong = {f"account_move.{name}" for name in _differing(head, other.head)}
        for mine, theirs in zip(lines, other.lines, strict=True):
            wrong |= {f"account_move_line.{name}" for name in _differing(mine, theirs)}
        if len(analytic) != len(other.analytic):
            wrong.add("account_analytic_line")
        for mine, theirs in zip(analytic, other.analytic, strict=False):
            wrong |= {f"account_analytic_line.{name}" for name in _differing(mine, theirs) - {"id"}}
        for relation, found in self.relations.items():
            mine = [sorted(found.get(line["id"], [])) for line in self.lines]
            theirs = [sorted(other.relations[relation].get(line["id"], [])) for line in other.lines]
            if mine != theirs:
                wrong.add(relation[0])
        return wrong

    # Writing

    def write(self, groups):
        """Write and post the bills of these groups of charges."""
        if not groups:
            return
        first = self._next_number()
        count = len(groups)
        move_ids = self._next_ids("account_move", count)
        line_ids = self._next_ids("account_move_line", count * len(self.lines))
        self.texts = self._texts(groups)
        heads, lines, analytic, links = [], [], [], []
        relations = defaultdict(list)
        for index, charges in enumerate(groups):
            number = first + index
            mine = line_ids[index * len(self.lines) : (index + 1) * len(self.lines)]
            head, rows, more = self.build(
                charges, self._format(number), number, (move_ids[index], mine)
            )
            heads.append(head)
            lines += rows
            analytic += more
            new_ids = dict(zip((row["id"] for row in self.lines), mine, strict=True))
            for relation, found in self.relations.items():
                relations[relation] += [
                    (new_ids[line_id], other)
                    for line_id, others in found.items()
                    for other in others
                ]
            for charge, row in zip(charges, self.products, strict=True):
                links.append((charge.id, move_ids[index], new_ids[row["id"]]))
        self._insert("account_move", heads)
        self._insert("account_move_line", lines)
        self._insert("account_analytic_line", analytic, without="id")
        for (table, column, other), pairs in relations.items():
            self._insert(
                table, [{column: mine, other: theirs} for mine, theirs in pairs], stamps=False
            )
        self._link_charges(links)
        self.move._get_sequence_cache()[self._sequence_key()] = first + count - 1
        partners = self.env["res.partner"].browse([head["partner_id"] for head in heads])
        partners.sudo()._increase_rank("customer_rank")  # sudo: a counter kept by accounting

    def _texts(self, groups):
        """Return charge id -> text of its bill line in the payer's language."""
        texts = {}
        for charges in groups:
            lang = next(iter(charges)).partner_id.lang or self.env.lang
            for charge in charges.with_context(lang=lang):
                texts[charge.id] = charge._get_bill_line_name()
        return texts

    def _format(self, number):
        template, values = self.move._get_sequence_format_param(self.head["name"])
        return template.format(**{**values, "seq": number})

    def _next_number(self):
        """Return the next number of the journal.

        The ordinary bill that was just posted holds the lock of the sequence: other transactions
        wait on its number until this one ends, so the numbers after it are ours.
        """
        last = self.env.execute_query(
            SQL(
                "SELECT MAX(sequence_number) FROM account_move "
                "WHERE journal_id = %s AND sequence_prefix = %s",
                self.head["journal_id"],
                self.head["sequence_prefix"],
            )
        )[0][0]
        return last + 1

    def holds_lock(self):
        """Whether this transaction still holds the lock of the sequence."""
        return self._sequence_key() in self.move._get_sequence_cache()

    def _sequence_key(self):
        template, values = self.move._get_sequence_format_param(self.head["name"])
        return (template.format(**{**values, "seq": 0}), self.move[self.move._sequence_index])

    def _next_ids(self, table, count):
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                table,
                count,
            )
        )
        return [row[0] for row in rows]

    def _insert(self, table, rows, without=None, stamps=True):
        if not rows:
            return
        names = [name for name in rows[0] if name != without]
        if stamps:
            names = [name for name in names if name not in STAMPS]
        extra_names = extra_values = SQL("")
        if stamps:
            extra_names = SQL(", create_uid, write_uid, create_date, write_date")
            extra_values = SQL(
                ", %s, %s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'",
                self.head["create_uid"],
                self.head["write_uid"],
            )
        self.env.cr.execute(
            SQL(
                "INSERT INTO %(table)s (%(names)s%(extra_names)s) SELECT %(names)s%(extra_values)s "
                "FROM json_populate_recordset(NULL::%(table)s, %(rows)s)",
                table=SQL.identifier(table),
                names=SQL(", ").join(SQL.identifier(name) for name in names),
                extra_names=extra_names,
                extra_values=extra_values,
                rows=json.dumps(rows, default=str),
            )
        )

    def _link_charges(self, links):
        self.env.cr.execute(
            SQL(
                """
                UPDATE property_fee_charge charge
                   SET state = 'posted', invoice_id = link.move_id, invoice_line_id = link.line_id,
                       write_uid = %s, write_date = now() AT TIME ZONE 'UTC'
                  FROM unnest(%s::int[], %s::int[], %s::int[]) AS link(id, move_id, line_id)
                 WHERE charge.id = link.id AND charge.state = 'draft'
                """,
                self.env.uid,
                [link[0] for link in links],
                [link[1] for link in links],
                [link[2] for link in links],
            )
        )
        if self.env.cr.rowcount != len(links):
            raise RuntimeError("charges changed while they were locked")


def _as_json(value):
    """Turn the numbers inside a JSON column back into numbers; numeric columns stay exact."""
    return json.loads(json.dumps(value, default=float)) if isinstance(value, dict | list) else value


def _money(value):
    return Decimal(f"{value:.2f}")


def _differing(mine, theirs):
    return {
        name for name in theirs if name not in STAMPS and _plain(mine[name]) != _plain(theirs[name])
    }


def _plain(value):
    """Compare 1, 1.0 and Decimal("1.00") as equal, all else as it is."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Decimal(str(value)).normalize()
    return value
