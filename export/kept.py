"""Keeps a candidate for a later `python -m export`, with skops: reading one runs no code in it.

The lemmatiser is not kept: WordNet in the data cache is, and gives the same one.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import skops.io

from export.candidate import Candidate
from export.errors import NotKept
from export.write import write_atomically
from server.inference.analyzer import Normaliser
from server.inference.manifest import DataSet, Figures

# The types of ours that a kept pipeline may hold; skops itself vouches for scikit-learn's.
TRUSTED = ("train.sparse_gaussian_nb.SparseGaussianNB", "train.calibration.Calibrated")


def keep(candidate: Candidate, path: Path) -> None:
    """Write *candidate* to *path*, atomically.

    Raises:
        ExportError: it cannot be written.
    """
    content: dict[str, Any] = {
        "pipeline": candidate.pipeline,
        "stop_words": sorted(candidate.normaliser.stop_words),
        "irregular": sorted(candidate.irregular),
        "reviews": list(candidate.reviews),
        "data": msgspec.to_builtins(candidate.data),
        "figures": msgspec.to_builtins(candidate.figures),
        "parameters": candidate.parameters,
    }
    write_atomically(path, skops.io.dumps(content))


def read_kept(path: Path, lemma: Callable[[str], str]) -> Candidate:
    """Read back what `keep` wrote.

    Args:
        path: the kept file.
        lemma: the lemmatiser the pipeline was trained with.

    Raises:
        NotKept: the file is missing, damaged, not a kept candidate, or holds other types than
            scikit-learn's and ours; nothing of it was run.
    """
    try:
        content = path.read_bytes()
        untrusted = set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED)
        if untrusted:
            raise NotKept(f"{path} holds types that are not trusted: {sorted(untrusted)}.")
        kept = skops.io.loads(content, trusted=list(TRUSTED))
        return Candidate(
            pipeline=kept["pipeline"],
            normaliser=Normaliser(frozenset(kept["stop_words"]), lemma),
            irregular=frozenset(kept["irregular"]),
            reviews=kept["reviews"],
            data=msgspec.convert(kept["data"], DataSet),
            figures=msgspec.convert(kept["figures"], Figures),
            parameters=kept["parameters"],
        )
    except OSError as error:
        raise NotKept(f"{path} cannot be read: {error.strerror}.") from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise NotKept(
            f"{path} is not a pipeline that `python -m train --keep` wrote: {error}."
        ) from None
