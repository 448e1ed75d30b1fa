# SPDX-License-Identifier: LGPL-3.0-or-later
"""HTML to PDF by headless Chromium; no Odoo imports in here."""

from .barcode import drawing_to_png, qr_data_uri
from .browser import Browser, PdfError, PrintOptions, find_executable, slot
from .compose import PageSetup, compose, prepare_css, running_part
