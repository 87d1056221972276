"""Progress bar: rows a second, time left, labels and the share of errors so far."""

from __future__ import annotations

from threading import Lock

from tqdm import tqdm

from addsup.score.counts import Counts


class Meter:
    """Shows on stderr what was found; several threads may add to it."""

    def __init__(self, bar: tqdm, size: int) -> None:
        """Show on *bar*; all inputs together have *size* bytes, 0 if that is not known."""
        self.bar, self.size = bar, size
        self.counts = Counts()
        self._lock = Lock()
        self._done_bytes = self._done_rows = 0

    def add(self, found: Counts) -> None:
        """Rows have been scored."""
        with self._lock:
            self.counts += found
            self.bar.set_postfix_str(in_words(self.counts), refresh=False)
            self.bar.update(found.rows)

    def finish(self, size: int, rows: int) -> None:
        """A file of *size* bytes is done, and had *rows*: so many may be in all."""
        with self._lock:
            self._done_bytes += size
            self._done_rows += rows
            if self._done_bytes:
                self.bar.total = round(self._done_rows * max(1.0, self.size / self._done_bytes))


def in_words(counts: Counts) -> str:
    """*counts* in a few words."""
    labels = ", ".join(f"{label} {count:,}" for label, count in sorted(counts.labels.items())[:4])
    errors = sum(counts.errors.values()) / counts.rows if counts.rows else 0.0
    return f"{labels or 'no labels'}; errors {errors:.2%}"
