# SPDX-License-Identifier: LGPL-3.0-or-later
"""Turn what Odoo hands to wkhtmltopdf into documents that Chromium prints the same way.

Odoo renders one HTML document per body, one with all headers and one with all footers. Chromium
takes a body and two templates which it repeats on every page. Everything the documents refer to
is inlined or dropped, so that the browser needs neither network nor scripts.
"""

import base64
import html as html_text
import re
from dataclasses import dataclass, replace

import lxml.html
from lxml import etree

from .browser import PrintOptions

MM_PER_PX = 25.4 / 96
# wkhtmltopdf lays out on a page at least 1.25 times as wide and shrinks it ("smart shrinking");
# the sizes in Odoo's report styles are made for that
SHRINK = 0.8
BLANK_IMAGE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/%3E"
)

# dropped with all they contain, whatever they are good for on a screen
_ACTIVE_TAGS = (
    "script", "noscript", "iframe", "frame", "frameset", "object", "embed", "applet", "portal",
    "audio", "video", "base", "template",
)  # fmt: skip
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:"
_BODY_CSS = """
html, body { overflow: visible !important; height: auto !important; min-height: 0 !important; }
body { margin: 0; }
.container, .container-fluid { max-width: 100% !important; }
thead { display: table-header-group; }
tfoot { display: table-row-group; }
tr, img { break-inside: avoid; }
* { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
"""
_RUNNING_CSS = """
html { font-size: 16px !important; }
html, body { height: 100% !important; overflow: visible !important; margin: 0 !important; }
#header, #footer { padding: 0 !important; margin: 0 !important; display: block !important; }
.pdf_running { position: absolute; font-size: 1rem; line-height: 1.5; text-align: start; }
.container, .container-fluid { max-width: 100% !important; }
* { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
"""
_CSS_URL = re.compile(r"url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^\"')\s]+))\s*\)")
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_FONT_FAMILY = re.compile(r"font-family\s*:\s*([^;}]+)")
_FONT_WEIGHT = re.compile(r"font-weight\s*:\s*([^;}\s]+)")
_CSS_IMPORT = re.compile(r"@import[^;]*;|@charset[^;]*;")
_FONT_WEIGHTS = {"300", "400", "700", "normal", "bold"}
# icon fonts are large and rare on paper: only with the class that asks for them
_ICON_FONTS = {"fontawesome": "fa-", "odoo_ui_icons": "oi-"}


@dataclass(frozen=True)
class PageSetup:
    """Paper of a report, all lengths in millimetres.

    :ivar width, height: of the sheet as it is read, so turned for landscape
    :ivar header_spacing: distance from the top of the header to the body
    :ivar exact: print CSS lengths as they are, without wkhtmltopdf's shrinking
    """

    width: float = 210
    height: float = 297
    margin_top: float = 0
    margin_right: float = 0
    margin_bottom: float = 0
    margin_left: float = 0
    header_spacing: float = 0
    header_line: bool = False
    exact: bool = False

    @property
    def scale(self):
        return 1 if self.exact else SHRINK

    @property
    def header_top(self):
        return max(0, self.margin_top - self.header_spacing)

    @property
    def layout_width(self):
        """Width in which header and footer are laid out, CSS pixels before scaling."""
        return (self.width - self.margin_left - self.margin_right) / MM_PER_PX / self.scale

    def turned(self):
        """:return: the same sheet lying on its long side"""
        return replace(
            self, width=max(self.width, self.height), height=min(self.width, self.height)
        )

    def fitted(self, header_height, footer_height):
        """Widen the margins where the header or the footer needs more than they leave.

        :param header_height: CSS pixels
        :param footer_height: CSS pixels
        """
        header = self.header_top + header_height * MM_PER_PX * self.scale
        footer = footer_height * MM_PER_PX * self.scale
        # the header keeps its place when the margin grows
        spacing = self.header_spacing + max(0, header - self.margin_top)
        return replace(
            self,
            margin_top=max(self.margin_top, header) if header_height else self.margin_top,
            margin_bottom=max(self.margin_bottom, footer),
            header_spacing=spacing if header_height else self.header_spacing,
        )


@dataclass(frozen=True)
class Composed:
    """One document ready to print: ``measure`` first, then ``options(*heights)``."""

    html: str
    setup: PageSetup
    measure: str
    css: str
    header: str
    footer: str

    def options(self, header_height=0, footer_height=0):
        """:return: print options with margins that hold header and footer"""
        setup = self.setup.fitted(header_height, footer_height)
        header = footer = ""
        if self.header or self.footer:
            # both templates end up in one page, so the style goes with the first
            header = f"<style>{self.css}{_RUNNING_CSS}</style>"
        if self.header:
            line = "border-bottom:0.3mm solid #000;" if setup.header_line else ""
            header += _running_box(self.header, setup, setup.header_top, line)
        if self.footer:
            footer = _running_box(self.footer, setup, setup.height - setup.margin_bottom)
        return PrintOptions(
            width=setup.width,
            height=setup.height,
            margin_top=setup.margin_top,
            margin_right=setup.margin_right,
            margin_bottom=setup.margin_bottom,
            margin_left=setup.margin_left,
            scale=setup.scale,
            header=header,
            footer=footer,
        )


def compose(body, header, footer, setup, fetch, lang="zh-CN"):
    """Build the print documents of one body.

    :param body: HTML document
    :param header: element tree from :func:`running_part`, or None
    :param footer: the same for the footer
    :param fetch: function url -> (bytes, mimetype) or None
    :param lang: BCP 47 tag; it decides which national forms of Han characters are taken
    """
    tree = _parse(body)
    clean(tree)
    css = _collect_css(tree, fetch)
    running_css = css
    parts = []
    for part in (header, footer):
        if part is None:
            parts.append("")
            continue
        clean(part)
        running_css = _merge_css(running_css, _collect_css(part, fetch))
        inline(part, fetch)
        parts.append(_serialize_running(part, lang))
    inline(tree, fetch)
    tree.set("lang", lang)
    head = tree.find("head")
    if head is None:
        head = etree.Element("head")
        tree.insert(0, head)
    etree.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY})
    text = lxml.html.tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>")
    css = keep_fonts(css, text)
    # put in as text: the tree would escape nothing in a style, but re-encode a megabyte of fonts
    text = text.replace("</head>", f"<style>{css}{_BODY_CSS}</style></head>", 1)
    measure = ""
    if any(parts):
        running_css = keep_fonts(running_css, "".join(parts))
        boxes = "".join(
            f"<div data-pdf-measure='' style='display:flow-root'>{part}</div>" for part in parts
        )
        measure = (
            f"<!DOCTYPE html><html lang='{lang}'><head><style>{running_css}{_BODY_CSS}</style>"
            f"</head><body>{boxes}</body></html>"
        )
    return Composed(text, setup, measure, running_css, *parts)


def running_part(html, kind, index):
    """Find the header or footer of one body.

    :param html: document that Odoo made from all headers (footers), or empty
    :param kind: ``header`` or ``footer``
    :param index: position of the body
    :return: html element of a document with just this part, or None
    """
    if not html or not html.strip():
        return None
    tree = _parse(html)
    body = tree.find("body")
    if body is None:
        return None
    boxes = tree.xpath(f"//*[@id='minimal_layout_report_{kind}s']")
    if boxes:
        children = list(boxes[0])
        if index >= len(children):
            return None
        nodes = [children[index]]
    else:
        nodes = list(body)
    content = lxml.html.fragment_fromstring("<div/>")
    content.set("class", body.get("class", ""))
    if not boxes:
        content.text = body.text
    for node in nodes:
        content.append(node)
    for node in list(body):
        body.remove(node)
    body.text = None
    body.append(content)
    if not content.text_content().strip() and not content.xpath(".//img|.//svg"):
        return None
    for old, new in (("page", "pageNumber"), ("topage", "totalPages")):
        for node in content.find_class(old):
            # "page" is also the class of whole page blocks; the number is an empty element
            if len(node) == 0 and not (node.text or "").strip():
                node.set("class", re.sub(rf"(?<!\S){old}(?!\S)", new, node.get("class")))
    return tree


def clean(tree):
    """Drop what runs, what loads other documents and what only a screen needs."""
    etree.strip_elements(tree, *_ACTIVE_TAGS, with_tail=False)
    for node in tree.xpath("//comment()|//processing-instruction()"):
        parent = node.getparent()
        if parent is not None:
            node.drop_tree() if hasattr(node, "drop_tree") else parent.remove(node)
    for node in tree.xpath("//meta[@http-equiv]"):
        node.drop_tree()
    for node in tree.iter(etree.Element):
        for name in list(node.attrib):
            value = node.attrib[name].strip().lower()
            if name.lower().startswith("on") or value.startswith(("javascript:", "vbscript:")):
                del node.attrib[name]


def inline(tree, fetch):
    """Replace every resource that an element refers to by its content."""
    for node in tree.iter(etree.Element):
        if node.tag in ("img", "input") and node.get("src") is not None:
            node.set("src", data_uri(node.get("src"), fetch) or BLANK_IMAGE)
            node.attrib.pop("srcset", None)
            node.attrib.pop("loading", None)
        elif node.tag == "source":
            node.attrib.pop("srcset", None)
        elif node.tag in ("image", "use", "feimage"):
            for name in ("href", "xlink:href", "{http://www.w3.org/1999/xlink}href"):
                link = node.get(name)
                if link and not link.startswith("#"):
                    node.set(name, data_uri(link, fetch) or BLANK_IMAGE)
        if node.get("background"):
            node.set("background", data_uri(node.get("background"), fetch) or BLANK_IMAGE)
        style = node.get("style")
        if style and "url(" in style:
            node.set("style", _inline_css_urls(style, fetch))


def data_uri(url, fetch):
    """:return: the resource as a data URI; None when there is none"""
    url = url.strip()
    if url.startswith("data:"):
        return url
    found = fetch(url)
    if not found:
        return None
    content, mimetype = found
    return f"data:{mimetype};base64,{base64.b64encode(content).decode()}"


def prepare_css(css, fetch):
    """Make a style sheet self-contained: no imports, fonts and pictures as data.

    Of each font only the usual weights are kept, in one file format.
    """
    css = _CSS_IMPORT.sub("", css)
    rules = _FONT_FACE.sub("", css)
    used = {name for match in _FONT_FAMILY.finditer(rules) for name in _family_names(match[1])}

    def face(match):
        block = match[0]
        families = _FONT_FAMILY.search(block)
        weight = _FONT_WEIGHT.search(block)
        if not families or not used & set(_family_names(families[1])):
            return ""
        if weight and weight[1].lower() not in _FONT_WEIGHTS:
            return ""
        links = [first or second or third for first, second, third in _CSS_URL.findall(block)]
        links = [link for link in links if not link.startswith(("http:", "https:", "//"))]
        for suffix in (".woff2", ".woff", ".ttf", ".otf"):
            for link in links:
                if not link.partition("?")[0].partition("#")[0].endswith(suffix):
                    continue
                data = data_uri(link, fetch)
                if data:
                    body = re.sub(r"src\s*:[^;}]*(?:;|(?=\}))", "", block[:-1])
                    return f"{body.rstrip().rstrip(';')};src:url({data})}}"
        return ""

    pieces, position = [], 0
    for match in _FONT_FACE.finditer(css):
        pieces += [_inline_css_urls(css[position : match.start()], fetch), face(match)]
        position = match.end()
    pieces.append(_inline_css_urls(css[position:], fetch))
    return "".join(pieces)


def keep_fonts(css, text):
    """Drop icon fonts from a style sheet when nothing in ``text`` uses them."""

    def face(match):
        for name in _family_names(_FONT_FAMILY.search(match[0])[1]):
            marker = _ICON_FONTS.get(name)
            if marker and marker not in text:
                return ""
        return match[0]

    return _FONT_FACE.sub(face, css)


def _family_names(value):
    return [name.strip().strip("\"'").lower() for name in value.split(",")]


def _inline_css_urls(css, fetch):
    def put(match):
        link = match[1] or match[2] or match[3] or ""
        if link.startswith(("data:", "#")):
            return match[0]
        link = data_uri(link, fetch)
        return f'url("{link}")' if link else "none"

    return _CSS_URL.sub(put, css)


def _collect_css(tree, fetch):
    """Take the style sheets out of a document.

    ``fetch`` answers links to style sheets with prepared text.
    """
    sheets = []
    for node in tree.xpath("//link|//style"):
        if node.tag == "style":
            sheets.append(prepare_css(node.text or "", fetch))
        elif "stylesheet" in (node.get("rel") or "").lower() and node.get("href"):
            found = fetch(node.get("href"))
            if found:
                sheets.append(found[0].decode("utf-8", "replace"))
        node.drop_tree()
    return "\n".join(sheet.replace("</", "<\\/") for sheet in sheets)


def _merge_css(first, second):
    return first if second in first else second if first in second else f"{first}\n{second}"


def _parse(html):
    if isinstance(html, bytes):
        html = html.decode("utf-8", "replace")
    tree = lxml.html.document_fromstring(
        html.encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    )
    return tree if tree.tag == "html" else tree.getroottree().getroot()


def _serialize_running(tree, lang):
    content = tree.find("body")[0]
    content.set("lang", lang)
    return lxml.html.tostring(content, encoding="unicode")


def _running_box(content, setup, top, style=""):
    width = setup.width - setup.margin_left - setup.margin_right
    place = f"left:{setup.margin_left}mm;top:{top:.3f}mm;width:{width}mm;{style}"
    return (
        f'<div class="pdf_running" style="{html_text.escape(place)}">'
        f'<div style="zoom:{setup.scale}">{content}</div></div>'
    )
