# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError

# layout: labels across, labels down, width and height in millimetres; 0 down = one label per page
LAYOUTS = {
    "a4_24": (3, 8, 70, 37),
    "a4_65": (5, 13, 38, 21.2),
    "roll_60x40": (1, 1, 60, 40),
}
MAX_LABELS = 2000


class PropertyLabelPrint(models.TransientModel):
    """Print uniform labels with QR codes for places (BAS-21)."""

    _name = "property.label.print"
    _description = "Print Labels"

    res_model = fields.Char(required=True)
    res_ids = fields.Char(required=True)
    layout = fields.Selection(
        [
            ("a4_24", "A4 sheet, 3 x 8 labels (70 x 37 mm)"),
            ("roll_60x40", "Label printer, 60 x 40 mm"),
            ("a4_65", "Key tags: A4 sheet, 5 x 13 labels (38 x 21 mm)"),
        ],
        required=True,
        default="a4_24",
    )
    copies = fields.Integer(default=1, required=True, help="Labels per place.")
    skip = fields.Integer(
        string="Labels used already",
        help="Places at the top of the first sheet that were used before.",
    )
    with_qr = fields.Boolean(
        string="QR code",
        default=True,
        help="Leads to a public page with the service phone. Leave it out on keys: who finds a "
        "lost key should not learn which door it opens.",
    )
    place_count = fields.Integer(compute="_compute_place_count", string="Places")
    sheet_count = fields.Integer(compute="_compute_place_count", string="Sheets")

    @api.depends("res_ids", "layout", "copies", "skip")
    def _compute_place_count(self):
        for wizard in self:
            across, down, _width, _height = LAYOUTS[wizard.layout or "a4_24"]
            wizard.place_count = len(wizard._get_ids())
            cells = wizard.place_count * max(1, wizard.copies) + max(0, wizard.skip)
            wizard.sheet_count = -(-cells // (across * down))

    @api.onchange("layout")
    def _onchange_layout(self):
        self.with_qr = self.layout != "a4_65"
        if self.layout == "roll_60x40":
            self.skip = 0

    def _get_ids(self):
        return [int(part) for part in (self.res_ids or "").split(",") if part]

    def action_print(self):
        """Print the labels."""
        self.ensure_one()
        if self.copies < 1 or self.skip < 0:
            raise UserError(self.env._("Print at least one label for each place."))
        across, down, _width, _height = LAYOUTS[self.layout]
        if self.skip >= across * down:
            raise UserError(self.env._("The first sheet has no label left. Count again."))
        if self.place_count * self.copies > MAX_LABELS:
            raise UserError(
                self.env._(
                    "%(count)s labels are too many for one print. Choose at most %(limit)s.",
                    count=self.place_count * self.copies,
                    limit=MAX_LABELS,
                )
            )
        xmlid = (
            "property_base.property_label_print_report_roll"
            if self.layout == "roll_60x40"
            else "property_base.property_label_print_report_sheet"
        )
        return self.env.ref(xmlid).report_action(self, config=False)

    def _get_sheets(self):
        """Lay the labels out.

        :return: list of sheets; a sheet is a list of dicts ``name``, ``detail``, ``community``,
            ``phone``, ``qr`` or None for a place that stays empty
        """
        self.ensure_one()
        across, down, _width, _height = LAYOUTS[self.layout]
        if self.res_model not in self.env or "place_url" not in self.env[self.res_model]._fields:
            raise UserError(self.env._("Labels are printed for places only."))
        records = self.env[self.res_model].browse(self._get_ids()).exists()
        records.check_access("read")
        places = self.env["property.place"]._find_or_create(records) if self.with_qr else {}
        labels = [None] * max(0, self.skip)
        for record in records:
            community = record._get_place_community()
            label = {
                "name": record._get_place_name(),
                "detail": record._get_place_detail(),
                "community": community.name,
                "phone": community._get_service_phone(),
                "url": places[record.id].url if places else "",
            }
            labels += [label] * max(1, self.copies)
        size = across * down
        return [labels[start : start + size] for start in range(0, len(labels), size)]

    def _get_size(self):
        """:return: labels across, labels down, width and height in millimetres"""
        return LAYOUTS[self.layout]

    def _get_font_size(self):
        """:return: size in points in which the longest place name fills its label"""
        self.ensure_one()
        names = [
            record._get_place_name() for record in self.env[self.res_model].browse(self._get_ids())
        ]
        width = max(sum(2 if ord(char) > 0x2E7F else 1.15 for char in name) for name in names)
        return 20 if width <= 9 else 16 if width <= 16 else 12 if width <= 28 else 9
