"""CSV dialects: how a table is written for other programs and for spreadsheets of different countries."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from unet_desktop.errors import UserError
from unet_desktop.safe_text import escape_controls

_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_DECIMALS = {"point": ".", "comma": ","}
_EXTRAS = ("bom", "text")
_NAMED = {"plain": "comma+point", "excel": "comma+point+bom+text", "excel-eu": "semicolon+comma+bom+text"}

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Characters that start a formula in spreadsheets (OWASP, "CSV Injection")."""
_FORMULA_WITHIN = re.compile(r"((?:^|[,;|\t\r\n])\"*)(?=[=+\-@＝＋－＠])")
"""A spreadsheet that expects another separator splits text there, and the rest would be a formula."""
_WORD = re.compile(r"[^\W\d_]+")
_AFTER_DIGIT = re.compile(r"(?<=\d) ?[aepdh](?![^\W\d_])", re.IGNORECASE)
"""Exponents (1E5), and times of day (4p)."""
_LOGICAL = (
    "true false wahr falsch vrai faux verdadero falso vero verdadeiro waar onwaar prawda fałsz sant falskt истина ложь"
)
_NUMBER_WORDS = (
    # times of day, months as spreadsheets in some languages read them, and the marks of Asian dates
    "am pm "
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september "
    "october november december "
    "jän mär mrz mai okt dez januar jänner februar märz juni juli oktober dezember "
    "janv févr avr juin juil août déc janvier février mars avril juillet septembre octobre novembre décembre "
    "ene abr ago dic enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "gen mag giu lug set ott gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre "
    "fev out janeiro fevereiro março maio junho julho setembro outubro novembro dezembro "
    "mrt mei maart augustus 年 月 日 時 分 秒 年月日"
)


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a CSV file is written.

    Attributes:
        separator: between cells.
        decimal: mark before the decimals.
        bom: begin with a byte order mark, by which Excel recognises UTF-8.
        text: put an apostrophe before text that a spreadsheet would take for a number, a date or a logical value.
    """

    separator: str = ","
    decimal: str = "."
    bom: bool = False
    text: bool = False

    def encode_cell(self, cell: str | float | bool | None) -> object:
        """The cell for `csv.writer`.

        Text never becomes a formula, whichever separator a spreadsheet expects, nor a command of a terminal.
        """
        if isinstance(cell, float) and self.decimal != ".":
            return str(cell).replace(".", self.decimal)
        if not isinstance(cell, str):
            return cell
        cell = escape_controls(cell, "\t\r\n")
        if self.text and looks_like_value(cell):
            cell = f"'{cell}"
        return _FORMULA_WITHIN.sub(r"\1'", escape_formula(cell))


def parse_dialect(name: str) -> CsvDialect:
    """The dialect of a name, or of parts: separator+decimal, then "bom" and "text" where wanted: "semicolon+point+bom".

    Raises:
        UserError: there is no such dialect.
    """
    separator, _, rest = _NAMED.get(name, name).partition("+")
    decimal, *extras = rest.split("+")
    known = separator in _SEPARATORS and decimal in _DECIMALS and set(extras) <= set(_EXTRAS)
    if not known or len(set(extras)) < len(extras):
        raise UserError(
            f'"{name}" is not a CSV dialect. Choose from: {", ".join(_NAMED)}; or compose one from a separator '
            f"({', '.join(_SEPARATORS)}), a decimal mark ({', '.join(_DECIMALS)}) and, if wanted, "
            f"{' and '.join(_EXTRAS)}, such as semicolon+point+bom."
        )
    if _SEPARATORS[separator] == _DECIMALS[decimal]:
        raise UserError(
            "A comma cannot separate both cells and decimals. Choose semicolon+comma or comma+point, for example."
        )
    return CsvDialect(_SEPARATORS[separator], _DECIMALS[decimal], "bom" in extras, "text" in extras)


def escape_formula(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula; change nothing else."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def looks_like_value(text: str) -> bool:
    """Whether a spreadsheet may read text as a number, a date, a time or a logical value: 007, 1E5, 3-4, TRUE."""
    words = [word.casefold() for word in _WORD.findall(_AFTER_DIGIT.sub("", text))]
    if not any(letter.isdecimal() for letter in text):
        return len(words) == 1 and words[0] in _LOGICAL.split() and text.strip().casefold() == words[0]
    return "_" not in text and set(words) <= _known_words()


@functools.cache
def _known_words() -> frozenset[str]:
    return frozenset(_NUMBER_WORDS.split())
