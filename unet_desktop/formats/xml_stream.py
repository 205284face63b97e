"""XML that others wrote, element by element, with limits.

Python's own expat parser is used, which fetches nothing. A document that declares entities is refused, so none can
grow; so is one whose elements are too deep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from unet_desktop.errors import MaskError
from unet_desktop.links import open_to_read

_CHUNK = 1 << 18
_DEEPEST = 64
_LARGEST = 4 << 30


@dataclass(frozen=True, slots=True)
class Element:
    """The beginning of an element.

    Attributes:
        name: of it.
        fields: its attributes.
        depth: 0 for the outermost.
        offset: of its first byte in the file.
    """

    name: str
    fields: dict[str, str]
    depth: int
    offset: int


@dataclass(frozen=True, slots=True)
class End:
    """The end of an element; `text` is what stood in it directly, `offset` the first byte of what follows it."""

    name: str
    depth: int
    text: str
    offset: int


def stream_elements(path: Path) -> Iterator[Element | End]:
    """Yield the elements of a file as they begin and end.

    Raises:
        MaskError: it is no XML, is cut short, or breaks a limit; as a part of a sentence.
    """
    try:
        with open_to_read(path) as file:
            parser = _Parser()
            read = 0
            while data := file.read(_CHUNK):
                read += len(data)
                if read > _LARGEST:
                    raise MaskError(f"it is larger than {_LARGEST >> 30} GB")
                yield from parser.feed(data, final=False)
            yield from parser.feed(b"", final=True)
    except OSError as error:
        raise MaskError(f"it cannot be read ({error.strerror})") from error


class _Parser:
    """Collects what expat reports, and refuses what it must."""

    def __init__(self) -> None:
        self._found: list[Element | End] = []
        self._texts: list[list[str]] = []
        self._problem = ""
        parser = self._expat = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._read_text
        parser.EntityDeclHandler = self._refuse_entity
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def feed(self, data: bytes, *, final: bool) -> list[Element | End]:
        try:
            self._expat.Parse(data, final)
        except expat.ExpatError as error:
            if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS] or final:
                raise MaskError("it is not complete") from error
            raise MaskError(f"it is not valid XML ({error})") from error
        except (ValueError, LookupError) as error:  # an encoding that Python does not know
            raise MaskError(f"it is not valid XML ({error})") from error
        if self._problem:
            raise MaskError(self._problem)
        found, self._found = self._found, []
        return found

    def _start(self, name: str, fields: dict[str, str]) -> None:
        if len(self._texts) >= _DEEPEST:
            self._problem = f"its elements are more than {_DEEPEST} levels deep"
            return
        self._found.append(Element(name, fields, len(self._texts), self._expat.CurrentByteIndex))
        self._texts.append([])

    def _end(self, name: str) -> None:
        if self._problem:
            return
        text = "".join(self._texts.pop())
        self._found.append(End(name, len(self._texts), text, self._expat.CurrentByteIndex))

    def _read_text(self, text: str) -> None:
        if self._texts and not self._problem:
            self._texts[-1].append(text)

    def _refuse_entity(self, *_: object) -> None:
        self._problem = "it declares entities, which are not read, for they can be endless"
