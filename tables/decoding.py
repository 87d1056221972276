"""Decoding: bytes -> lines of text, or a refusal that names the line and guesses the encoding."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import IO, Final

from addsup.tables.errors import BadTable

#: Bytes that are looked at before a file is read, and read at a time.
BYTES_OF_HEAD: Final = 2**17
#: What files begin with that are no text in UTF-8, and what to do about it.
BEGINNINGS: Final = {
    b"\x1f\x8b": "it is compressed by gzip: let its name end in .gz",
    b"BZh91AY&SY": "it is compressed by bzip2: let its name end in .bz2",
    b"\x28\xb5\x2f\xfd": "it is compressed by zstd: let its name end in .zst",
    b"\xfd7zXZ\x00": "it is compressed by xz: unpack it, or pack it with gzip",
    b"PK\x03\x04": "it is an archive (.zip) or a workbook (.xlsx): save its table as CSV",
    b"PAR1": "it is Parquet: let its name end in .parquet",
    codecs.BOM_UTF16_LE: "it is UTF-16: give --encoding utf-16, or save it as UTF-8",
    codecs.BOM_UTF16_BE: "it is UTF-16: give --encoding utf-16, or save it as UTF-8",
}
LONE_RETURN: Final = re.compile(r"\r(?!\n|\Z)")
#: Stands for a carriage return that ends no row; no decoded text has half a surrogate pair.
STAND_IN: Final = "\udc0d"


class Text:
    """The characters of a file.

    Attributes:
        name: of the file.
        head: its beginning.
        is_whole: whether that is all of it.
        newline: what ends its lines: a carriage return if it has nothing else.
        has_returns: whether a line was met with a carriage return inside, now `STAND_IN`.
    """

    def __init__(self, name: str, stream: IO[bytes], encoding: str | None = None) -> None:
        """Look at the beginning of *stream*.

        Raises:
            BadTable: the bytes are no text, or there is no such encoding.
        """
        self.name, self.encoding = name, encoding or "utf-8-sig"
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise BadTable(f"{name}: there is no encoding {encoding!r} (--encoding).") from None
        self.bytes = _Counted(stream)
        if encoding is None:
            _check_beginning(name, self.bytes.head)
        self.head = self.bytes.head.decode(self.encoding, "replace")
        self.is_whole, self.has_returns = len(self.bytes.head) < BYTES_OF_HEAD, False
        self.newline = "\r" if "\r" in self.head and "\n" not in self.head else "\n"

    @property
    def head_lines(self) -> list[str]:
        """The first lines, as `lines`; one cut off only if it is the first."""
        lines = list(io.StringIO(LONE_RETURN.sub(STAND_IN, self.head), self.newline))
        return lines if self.is_whole or len(lines) < 2 else lines[:-1]

    def lines(self) -> Iterator[str]:
        """Lines, with their ends; texts do contain U+0085, U+2028 and the like.

        Raises:
            BadTable: while they are read: they are not in the encoding.
        """
        text = io.TextIOWrapper(self.bytes, self.encoding, newline=self.newline)  # type: ignore[type-var]
        try:
            while block := text.readlines(2**16):
                joined = "".join(block)
                if self.newline == "\n" and joined.count("\r") > joined.count("\r\n"):
                    self.has_returns = True
                    block = [LONE_RETURN.sub(STAND_IN, line) for line in block]
                yield from block
        except UnicodeError as error:
            raise BadTable(self._misread(error)) from None

    def _misread(self, error: UnicodeError) -> str:
        if not isinstance(error, UnicodeDecodeError):
            return f"{self.name} is not in {self.encoding}: {error}."
        line = self.bytes.lines - error.object.count(b"\n", error.start) + 1
        found = f"{self.name}, line {line}: byte 0x{error.object[error.start]:02x} is not "
        if self.encoding != "utf-8-sig":
            return f"{found}{self.encoding}: give another --encoding."
        start = error.object.rfind(b"\n", 0, error.start) + 1
        content = error.object[start:].partition(b"\n")[0]
        return f"{found}UTF-8. {_guess(content)}, or save the file as UTF-8."


def _check_beginning(name: str, head: bytes) -> None:
    for beginning, advice in BEGINNINGS.items():
        if head.startswith(beginning):
            raise BadTable(f"{name}, line 1: {advice}.")
    for encoding, zeros in (("utf-16-le", head[1:100:2]), ("utf-16-be", head[:100:2])):
        if zeros and not any(zeros):
            raise BadTable(f"{name}, line 1: it looks like UTF-16: give --encoding {encoding}.")


def _guess(content: bytes) -> str:
    """The encoding of a line that is not UTF-8; of Western letters, few are not ASCII."""
    is_western = sum(byte > 127 for byte in content) * 3 <= len(content)
    try:
        content.decode("cp1252" if is_western else "ascii")
    except UnicodeDecodeError:
        return "Give --encoding with the one it has (such as cp1251, gb18030 or shift_jis)"
    return "It looks like cp1252 (Windows): give --encoding cp1252"


class _Counted(io.BufferedIOBase):
    """Bytes whose lines are counted, since an error of decoding does not say its line."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.head = self.next = stream.read(BYTES_OF_HEAD)
        self.read_some = getattr(stream, "read1", stream.read)
        self.lines = 0

    def readable(self) -> bool:
        return True

    def read1(self, _size: int = -1, /) -> bytes:
        chunk, self.next = self.next or self.read_some(BYTES_OF_HEAD), b""
        self.lines += chunk.count(b"\n")
        return chunk
