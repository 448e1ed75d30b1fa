# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    property_pdf_engine = fields.Selection(
        [
            ("auto", "Automatic"),
            ("chromium", "Chromium"),
            ("wkhtmltopdf", "wkhtmltopdf"),
        ],
        string="PDF engine",
        default="auto",
        config_parameter="property_base.pdf_engine",
        help="The program on the server that turns reports into PDF. Automatic takes wkhtmltopdf "
        "when it is the build with patched Qt (others lose header and footer), else Chromium.",
    )
    property_pdf_slots = fields.Integer(
        string="PDFs at once",
        config_parameter="property_base.pdf_slots",
        help="How many documents Chromium may print at the same time on one server, 0 for one per "
        "processor. The others wait for their turn.",
    )
    property_pdf_timeout = fields.Integer(
        string="PDF time limit (seconds)",
        config_parameter="property_base.pdf_timeout",
        help="Time that one document may take before the print is given up, 0 for 60 seconds.",
    )
