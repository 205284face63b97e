import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from unet_desktop.errors import UserError
from unet_desktop.reports.close_ups import SIDE, draw_close_up, label_outlines
from unet_desktop.reports.document import (
    Card,
    Document,
    FactList,
    Gallery,
    Heading,
    Items,
    Notice,
    Paragraph,
    Plots,
    RowOrder,
    Table,
    TableColumn,
    Tile,
    Tiles,
    TitledPlot,
)
from unet_desktop.reports.html import render_html
from unet_desktop.reports.pdf import render_pdf
from unet_desktop.reports.pdf_style import PdfStyle
from unet_desktop.reports.plots import Histogram
from unet_desktop.reports.printable import printable, shorten
from unet_desktop.reports.render import render, require_libraries

ODD = "<script>alert('1')</script> & \"眼底\" Глаз שלום \u202egpj.exe \udc80 \x1b[0m\n" + "x" * 120


@pytest.fixture
def jpeg():
    return draw_close_up(np.full((40, 60, 3), 90, np.uint8), (), close=False)


def document_of(text, jpeg):
    """One of every block, with the text wherever text can stand."""
    plot = TitledPlot(text, Histogram(text, (0, 1, 2), (3, 4), description=text), text)
    rows = tuple((text, str(number)) for number in range(3))
    blocks = (
        Tiles((Tile(text, text, text, warning=True), Tile("1", "one"))),
        Notice(text),
        Heading(text),
        Heading(text, 3),
        Paragraph(text),
        Paragraph(text, small=True),
        Items((text, text)),
        FactList(((text, text),)),
        plot,
        Plots((plot, plot, plot)),
        Gallery((Card(text, jpeg, (text,), (SIDE, SIDE)), Card(text, None)), (("#ff0000", text),)),
        Heading("Tables"),
        Table((TableColumn(text, share=3), TableColumn("number", numeric=True)), rows),
        Table((TableColumn(text), TableColumn("n", numeric=True)), rows, (RowOrder(text, (2, 0, 1)),), "as it is"),
        Table((TableColumn("long"),), ((text,),), printed=False),
    )
    return Document(text, text, blocks, text)


def html_of(document):
    return b"".join(render_html(document)).decode("utf-8")


class Elements(HTMLParser):
    """Tags with attributes, and the text of all cells."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.cells = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] == "td":
            self.cells[-1] += data


def test_no_name_becomes_markup(jpeg):
    elements = Elements(html_of(document_of(ODD, jpeg)))
    assert "script" not in {tag for tag, _ in elements.tags}
    assert not any(name.startswith("on") for _, attributes in elements.tags for name in attributes)
    assert printable(ODD) in [cell.rstrip("\n") for cell in elements.cells]


def test_the_page_needs_nothing_from_elsewhere(jpeg):
    elements = Elements(html_of(document_of("x", jpeg)))
    addresses = [attributes[name] for _, attributes in elements.tags for name in ("src", "href") if name in attributes]
    assert addresses
    assert all(address.startswith(("data:image/jpeg;base64,", "#part")) for address in addresses)
    policy = [attributes["content"] for tag, attributes in elements.tags if "http-equiv" in attributes]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]
    assert "url(" not in html_of(document_of("x", jpeg))
    assert "@import" not in html_of(document_of("x", jpeg))


def test_each_link_of_the_contents_leads_to_a_heading(jpeg):
    elements = Elements(html_of(document_of("x", jpeg)))
    names = {attributes["id"] for _, attributes in elements.tags if "id" in attributes}
    links = [attributes["href"][1:] for tag, attributes in elements.tags if tag == "a"]
    assert len(links) == 2
    assert set(links) <= names


def test_a_reader_can_choose_an_order_without_a_script(jpeg):
    text = html_of(document_of("x", jpeg))
    elements = Elements(text)
    choices = [attributes for tag, attributes in elements.tags if tag == "input"]
    assert [choice["type"] for choice in choices] == ["radio", "radio"]
    assert [("checked" in choice) for choice in choices] == [True, False]
    ranks = [attributes["style"] for tag, attributes in elements.tags if tag == "tr" and "style" in attributes]
    assert ranks == ["--o1:2", "--o1:0", "--o1:1"]
    assert f":has(#{choices[1]['id']}:checked) tr {{ order: var(--o1); }}" in text


@given(st.text())
def test_what_is_shown_can_be_seen_and_written(text):
    harmless = printable(text)
    harmless.encode("utf-8")
    assert all(sign.isprintable() or sign.isspace() or sign in "\u200c\u200d" for sign in harmless)
    assert not set(harmless) & set("\n\r\t\x1b\u202e\u2066")


@given(st.text(), st.integers(3, 40))
def test_a_shortened_name_keeps_both_ends(text, most):
    short = shorten(text, most)
    assert len(short) <= most
    if len(text) > most:
        assert text.startswith(short.partition("…")[0]) or "…" in text
        assert short[-1] == text[-1]
    else:
        assert short == text


def test_a_pdf_takes_everything_and_is_the_same_twice(jpeg):
    document = document_of(ODD, jpeg)
    data = render_pdf(document)
    assert data.startswith(b"%PDF-")
    assert data == render_pdf(document)


def test_a_pdf_of_a_long_table_has_many_pages():
    rows = tuple((f"picture {number}.jpg", "0.5") for number in range(300))
    table = Table((TableColumn("picture"), TableColumn("vCDR", numeric=True)), rows)
    assert render_pdf(Document("Long", "", (table,), "")).count(b"/Type /Page\n") >= 5


def test_a_viewer_can_list_the_sections_of_a_pdf(jpeg):
    data = render_pdf(document_of("Глаз", jpeg))
    assert data.count(b"/Outlines ") == 1
    assert data.count(b"/Title (") == 1 + 2  # the document's and its two sections'


def test_a_pdf_takes_text_that_is_longer_than_a_page():
    endless = "a sentence without an end, " * 2000
    table = Table((TableColumn("n", numeric=True), TableColumn("reason", share=2)), (("1", endless), (endless, "2")))
    blocks = (table, FactList((("Notes", endless),)), Paragraph(endless), Items((endless,)), Notice("short"))
    assert render_pdf(Document("Long", "", blocks, endless)).startswith(b"%PDF-")


def test_pdf_text_never_lacks_a_glyph():
    style = PdfStyle()
    assert style.escape_missing("Глаз Ωμέγα łódź ≤ −0.5 ±") == "Глаз Ωμέγα łódź ≤ −0.5 ±"
    assert not style.escaped_any
    assert style.escape_missing("眼.jpg") == r"\u773c.jpg"
    assert style.escaped_any


@pytest.mark.parametrize(
    ("kind", "name"), [("html", "matplotlib"), ("html", "jinja2"), ("pdf", "reportlab"), ("pdf", "svglib")]
)
def test_without_a_library_one_sentence_says_what_to_install(monkeypatch, kind, name):
    require_libraries(kind)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UserError, match=rf'needs {name}\. .*pip install "unet-desktop\[report\]"'):
        require_libraries(kind)
    with pytest.raises(UserError, match=name):
        next(render(Document("", "", (), ""), kind))


def test_a_close_up_shows_the_outlined_disc_large(project, tmp_path):
    mask = np.zeros((400, 600), np.uint8)
    mask[100:160, 200:260] = 1
    pixels = np.full((400, 600, 3), 60, np.uint8)
    path = tmp_path / "small.jpg"
    for close, share in ((True, 1 / 1.9), (False, 60 / 600)):
        path.write_bytes(draw_close_up(pixels, label_outlines(mask, project.labels), close=close))
        with Pillow.open(path) as opened:
            assert opened.size == (SIDE, SIDE)
            assert not opened.getexif()
            drawn = np.asarray(opened.convert("RGB")).astype(int)
        rows = drawn[SIDE // 4 : -SIDE // 4]  # above and below a wide picture lies black
        across = np.flatnonzero((np.abs(rows - 60).sum(axis=2) > 60).any(axis=0))
        assert (across[-1] - across[0]) / SIDE == pytest.approx(share, abs=0.03)
