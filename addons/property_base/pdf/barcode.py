# SPDX-License-Identifier: LGPL-3.0-or-later
"""Barcodes without reportlab's compiled renderer, which its wheels no longer carry."""

import base64
import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont


@lru_cache(maxsize=512)
def qr_data_uri(value, level="M", border=2):
    """Draw a QR code as vector image.

    :param value: text to encode
    :param level: error correction, ``L`` (7 %), ``M`` (15 %), ``Q`` (25 %) or ``H`` (30 %)
    :param border: light margin in modules; the norm asks for 4, scanners on paper want 2
    :return: SVG as data URI
    """
    from reportlab.graphics.barcode.qr import QrCodeWidget  # slow to import, rarely needed

    widget = QrCodeWidget(value, barLevel=level)
    widget.qr.make()
    size = widget.qr.getModuleCount()
    path = "".join(
        f"M{column} {row}h1v1h-1z"
        for row in range(size)
        for column in range(size)
        if widget.qr.isDark(row, column)
    )
    side = size + 2 * border
    box = f"{-border} {-border} {side} {side}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{side * 8}" '
        f'height="{side * 8}" shape-rendering="crispEdges"><rect x="{-border}" y="{-border}" '
        f'width="{side}" height="{side}" fill="#fff"/><path d="{path}"/></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def drawing_to_png(drawing):
    """Paint a barcode drawing of reportlab: upright rectangles and one line of text."""
    image = Image.new("RGB", (max(1, round(drawing.width)), max(1, round(drawing.height))), "white")
    _paint(ImageDraw.Draw(image), drawing, (1, 0, 0, 1, 0, 0), image.height)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _paint(canvas, node, matrix, height):
    a, b, c, d, e, f = matrix
    if hasattr(node, "provideNode"):
        node = node.provideNode()
    transform = getattr(node, "transform", None)
    if transform:
        ta, tb, tc, td, te, tf = transform
        a, b, c, d, e, f = (
            a * ta + c * tb,
            b * ta + d * tb,
            a * tc + c * td,
            b * tc + d * td,
            a * te + c * tf + e,
            b * te + d * tf + f,
        )
    for child in getattr(node, "contents", ()):
        _paint(canvas, child, (a, b, c, d, e, f), height)
    kind = type(node).__name__
    if kind in ("Rect", "SRect"):
        color = getattr(node, "fillColor", None)
        if color is None:
            return
        left, right = sorted((a * node.x + e, a * (node.x + node.width) + e))
        low, high = sorted((d * node.y + f, d * (node.y + node.height) + f))
        box = [round(left), round(height - high), round(right) - 1, round(height - low) - 1]
        if box[2] >= box[0] and box[3] >= box[1]:
            canvas.rectangle(box, fill=tuple(round(255 * part) for part in color.rgb()))
    elif kind == "String":
        size = max(6, round(node.fontSize * abs(d)))
        place = (a * node.x + e, height - (d * node.y + f))
        anchor = {"middle": "ms", "end": "rs"}.get(node.textAnchor, "ls")
        canvas.text(place, node.text, "black", ImageFont.load_default(size), anchor)
