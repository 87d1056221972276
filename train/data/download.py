"""Download of a resource: once, verified by sha256, kept in a git-ignored folder.

    Resource --ensure()--> every file in the cache, checked on each use
       └── supplies: origin -> archive -> canonical files, the first that verifies wins

What is pinned is the canonical content, whatever the origin, so that all origins are equal and
none needs to be trusted. With a filled cache no network is touched.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from addsup.train.data.origins import Address, LocalFile
from addsup.train.errors import OriginFailed, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from addsup.train.data.origins import Origin

DEFAULT_CACHE = Path(".cache") / "data"


@dataclass(frozen=True)
class Supply:
    """An origin, and how its archive becomes the canonical files."""

    origin: Origin
    canonical: Callable[[bytes], Mapping[str, bytes]]  # archive -> path in the cache -> content


@dataclass(frozen=True)
class Resource:
    """Files that training needs and the repository does not hold."""

    title: str
    sha256: Mapping[str, str]  # path in the cache -> sha256 of the canonical content
    supplies: tuple[Supply, ...]  # in the order in which they are tried

    def is_intact(self, cache: Path) -> bool:
        """Whether every file is in *cache* with the pinned sha256."""
        return all(_digest(cache / path) == digest for path, digest in self.sha256.items())


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the cache folder: `DATA_CACHE`, else `.cache/data` in the repository."""
    chosen = environ.get("DATA_CACHE")
    return Path(chosen).expanduser().absolute() if chosen else DEFAULT_CACHE


def ensure(resource: Resource, cache: Path | None = None, *, progress: bool = False) -> Path:
    """See to it that *resource* is in the cache, intact.

    Args:
        resource: what is needed.
        cache: the cache folder; `cache_folder()` by default.
        progress: show on stderr what takes longer than a second.

    Returns:
        The cache folder; the files are at the paths in `resource.sha256` below it.

    Raises:
        SourceUnavailable: no origin supplied it, or the folder cannot be written.
    """
    cache = cache or cache_folder()
    if not resource.is_intact(cache):
        content = _fetch(resource, cache, progress=progress)
        try:
            _store(content, cache)
        except OSError as error:
            raise SourceUnavailable(
                f"The cache folder {cache} cannot be written ({error.strerror or error}): "
                "set DATA_CACHE to a folder that can."
            ) from error
    return cache


def _fetch(resource: Resource, cache: Path, *, progress: bool) -> Mapping[str, bytes]:
    failures = []
    for supply in _supplies(resource, cache):
        try:
            content = supply.canonical(supply.origin.read(progress=progress))
            return _verified(resource, content)
        except OriginFailed as failure:
            failures.append(f"{supply.origin.place} ({failure})")
    raise SourceUnavailable(_sentence(resource, cache, failures))


def _supplies(resource: Resource, cache: Path) -> Iterator[Supply]:
    """Yield what was put into the cache folder by hand, then the origins in order."""
    for supply in resource.supplies:
        if isinstance(supply.origin, Address):
            path = cache / supply.origin.file_name
            if path.is_file():
                yield Supply(LocalFile(path), supply.canonical)
    yield from resource.supplies


def _verified(resource: Resource, content: Mapping[str, bytes]) -> Mapping[str, bytes]:
    for path, expected in resource.sha256.items():
        if path not in content:
            raise OriginFailed(f"it holds no {Path(path).name}")
        found = hashlib.sha256(content[path]).hexdigest()
        if found != expected:
            raise OriginFailed(
                f"its {Path(path).name} is not the expected one: sha256 {found}, not {expected}"
            )
    return {path: content[path] for path in resource.sha256}


def _store(content: Mapping[str, bytes], cache: Path) -> None:
    """Write each file beside its place and move it there, so that none is ever half there."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as folder:
        for path, data in content.items():
            fresh = Path(folder, Path(path).name)
            fresh.write_bytes(data)
            fresh.chmod(0o644)  # NLTK refuses files that others may write, whatever the umask
            (cache / path).parent.mkdir(parents=True, exist_ok=True)
            fresh.replace(cache / path)


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def _sentence(resource: Resource, cache: Path, failures: list[str]) -> str:
    origins = [supply.origin for supply in resource.supplies]
    archives = [
        f"{origin.url} as {cache / origin.file_name}"
        for origin in origins
        if isinstance(origin, Address)
    ]
    wanted = [f"  {digest}  {path}" for path, digest in resource.sha256.items()]
    by_archive = f"save {' or '.join(archives)}, or " if archives else ""
    return (
        f"{resource.title}: missing from {cache}, or damaged there, and not to be had. "
        f"Tried {'; '.join(failures) or 'nothing, as it has no origin'}. "
        f"To supply it by hand, {by_archive}put these files (sha256, name) into {cache}:\n"
        + "\n".join(wanted)
    )
