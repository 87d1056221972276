"""Gives back memory that only the start needed.

Importing ONNX Runtime and NumPy, and opening a session, reads three times as much of their
libraries as answering requests does. The kernel would take those pages back when memory runs
short; until then they count. Here they are let go of at once: what is needed again is mapped again
from the page cache, 16 pages at a time.
"""

from __future__ import annotations

import ctypes
import mmap
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

MAPPINGS: Final = Path("/proc/self/smaps")

#: One mapping: its bounds in hexadecimal, its rights, and the kilobytes of it that are not as in
#: its file, such as what the dynamic linker has filled in.
MAPPING: Final = re.compile(
    r"^([0-9a-f]+)-([0-9a-f]+) (r-[x-])p .* /.*\n(?:[A-Z].*\n)*?Anonymous: +(\d+) kB$", re.MULTILINE
)


def give_back() -> None:
    """Return free memory of the C library, and what is mapped of files and unchanged.

    Only pages that are as in their file are let go of (madvise(2), MADV_DONTNEED), so this is safe
    while other threads run. Where the kernel or the C library does not know how (it is not Linux
    with glibc), nothing happens.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for start, length in _unchanged():
            library.madvise(
                ctypes.c_void_p(start), ctypes.c_size_t(length), ctypes.c_int(mmap.MADV_DONTNEED)
            )
        library.malloc_trim(ctypes.c_size_t(0))


def _unchanged() -> Iterator[tuple[int, int]]:
    """Start and length of the mappings of files whose pages can all be read from there again."""
    for start, end, _, changed in MAPPING.findall(MAPPINGS.read_text()):
        if changed == "0":
            yield int(start, 16), int(end, 16) - int(start, 16)
