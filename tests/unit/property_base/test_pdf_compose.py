# SPDX-License-Identifier: LGPL-3.0-or-later
import lxml.html
import pytest
from property_base.pdf.compose import (
    BLANK_IMAGE,
    PageSetup,
    clean,
    compose,
    data_uri,
    inline,
    keep_fonts,
    prepare_css,
    running_part,
)

PIXEL = b"\x89PNG fake"
HEADERS = """<html><body class="o_body_pdf container" onload="subst()">
<div id="minimal_layout_report_headers">
<div class="header">First <span class="page"/> of <span class="topage"/></div>
<div class="header">Second <div class="page">kept block</div></div>
</div></body></html>"""


def fetch(url):
    return {
        "/web/image/5": (PIXEL, "image/png"),
        "/a/static/a.woff2": (b"font", "font/woff2"),
        "/a/static/a.woff": (b"other", "font/woff"),
        "/web/assets/1/x.css": (b"p{color:red}", "text/css"),
    }.get(url)


def parsed(html):
    return lxml.html.document_fromstring(html)


def test_running_part_takes_the_header_of_its_body():
    tree = running_part(HEADERS, "header", 0)
    assert tree.text_content().split() == ["First", "of"]
    assert tree.find_class("pageNumber")
    assert tree.find_class("totalPages")
    assert "Second" in running_part(HEADERS, "header", 1).text_content()
    assert running_part(HEADERS, "header", 2) is None


def test_running_part_leaves_blocks_called_page_alone():
    tree = running_part(HEADERS, "header", 1)
    assert tree.find_class("page")[0].text == "kept block"


@pytest.mark.parametrize("html", ["", "  ", "<html><body></body></html>"])
def test_running_part_of_nothing(html):
    assert running_part(html, "header", 0) is None


def test_running_part_without_odoos_container_serves_every_body():
    html = "<html><body><p>Stock <span class='page'></span></p></body></html>"
    for index in (0, 7):
        assert "Stock" in running_part(html, "header", index).text_content()


def test_clean_drops_what_runs_and_what_loads():
    tree = parsed(
        "<html><head><base href='http://x/'/><meta http-equiv='refresh' content='0;url=x'/>"
        "<script>1</script></head><body onload='x()'><iframe src='file:///etc/passwd'>f</iframe>"
        "<object data='x'></object><embed src='x'/><a href=' JavaScript:x()'>l</a><!-- c -->"
        "<p onclick='x()'>text</p></body></html>"
    )
    clean(tree)
    html = lxml.html.tostring(tree, encoding="unicode")
    for word in ("script", "iframe", "object", "embed", "base", "refresh", "onload", "onclick"):
        assert word not in html.lower()
    assert "text" in html
    assert "<!--" not in html


def test_inline_replaces_every_reference():
    tree = parsed(
        "<html><body><img src='/web/image/5' srcset='http://x/2 2x' loading='lazy'/>"
        "<img src='http://elsewhere/x.png'/><p style='background:url(/web/image/5) red'>p</p>"
        "<svg><image href='file:///etc/passwd'></image></svg></body></html>"
    )
    inline(tree, fetch)
    good, broken = tree.findall(".//img")
    assert good.get("src").startswith("data:image/png;base64,")
    assert good.get("srcset") is None
    assert broken.get("src") == BLANK_IMAGE
    assert "data:image/png" in tree.find(".//p").get("style")
    html = lxml.html.tostring(tree, encoding="unicode")
    assert "elsewhere" not in html
    assert "passwd" not in html


def test_data_uri_keeps_data():
    assert data_uri("data:image/png;base64,AA", fetch) == "data:image/png;base64,AA"
    assert data_uri("/missing", fetch) is None


def test_prepare_css_keeps_used_fonts_in_one_format():
    css = (
        "@import url('http://x/a.css');"
        "@font-face{font-family:'Used';src:url('/a/static/a.woff') format('woff'),"
        "url('/a/static/a.woff2') format('woff2');font-weight:400}"
        "@font-face{font-family:'Used';src:url('/a/static/a.woff2');font-weight:900}"
        "@font-face{font-family:'Idle';src:url('/a/static/a.woff2')}"
        "@font-face{font-family:'Used';src:url('https://cdn/x.woff2');font-weight:700}"
        "p{font-family:Used, serif;background:url(http://x/y.png)}"
    )
    result = prepare_css(css, fetch)
    assert result.count("@font-face") == 1
    assert "data:font/woff2;base64,Zm9udA==" in result
    assert "http" not in result
    assert "p{font-family:Used, serif;background:none}" in result


def test_keep_fonts_drops_icons_nobody_uses():
    css = "@font-face{font-family:'FontAwesome';src:url(data:x)}p{color:red}"
    assert keep_fonts(css, "<i class='fa fa-home'></i>") == css
    assert keep_fonts(css, "<p>plain</p>") == "p{color:red}"


def test_compose_is_self_contained():
    body = (
        "<html><head><link rel='stylesheet' href='/web/assets/1/x.css'/>"
        "<link rel='icon' href='http://x/i.ico'/></head><body><p>门</p></body></html>"
    )
    document = compose(
        body, running_part(HEADERS, "header", 0), None, PageSetup(margin_top=40), fetch, "zh-CN"
    )
    assert "p{color:red}" in document.html
    assert "http://" not in document.html.replace("http://www.w3.org", "")
    assert 'lang="zh-CN"' in document.html
    assert document.measure.count("data-pdf-measure") == 2
    options = document.options(100, 0)
    assert "pageNumber" in options.header
    assert options.footer == ""


def test_compose_without_running_parts_prints_bare_sheets():
    document = compose("<p>label</p>", None, None, PageSetup(60, 40, exact=True), fetch)
    assert document.measure == ""
    command = document.options().as_command()
    assert command["displayHeaderFooter"] is False
    assert command["paperWidth"] == pytest.approx(60 / 25.4)
    assert command["scale"] == 1


def test_page_setup_lets_a_tall_header_push_the_body_down():
    setup = PageSetup(margin_top=30, header_spacing=25, margin_bottom=10, exact=True)
    assert setup.header_top == 5
    same = setup.fitted(40, 20)
    assert same.margin_top == 30
    assert same.margin_bottom == 10
    pushed = setup.fitted(200, 100)
    assert pushed.margin_top == pytest.approx(5 + 200 * 25.4 / 96)
    assert pushed.header_top == pytest.approx(5)
    assert pushed.margin_bottom == pytest.approx(100 * 25.4 / 96)


def test_page_setup_turns_the_sheet():
    turned = PageSetup(210, 297).turned()
    assert (turned.width, turned.height) == (297, 210)
    assert turned.turned() == turned
