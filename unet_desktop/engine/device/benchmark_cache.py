"""What was measured of this computer's speed, once, and is kept in a cache file; no torch."""

from __future__ import annotations

import contextlib
import logging
import platform
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import platformdirs

from unet_desktop import files
from unet_desktop.errors import WriteError
from unet_desktop.json_data import DataError, read

log = logging.getLogger("unet.benchmark_cache")


def benchmark_cache_path() -> Path:
    """The cache file; it may be deleted at any time."""
    return Path(platformdirs.user_cache_dir("unet-desktop", appauthor=False)) / "speed.json"


def measure_once(question: str, measure: Callable[[], bool]) -> bool:
    """The answer found before on this CPU with this torch; measured if there is none yet.

    So two runs on one computer compute in the same way, even if a busy moment has influenced the answer.
    """
    key = f"{question}; torch {metadata.version('torch')}; {_cpu()}"
    answers = _read_answers()
    known = answers.get(key)
    if isinstance(known, bool):
        return known
    answer = measure()
    log.info("%s: %s", key, answer)
    with contextlib.suppress(WriteError):  # then it is measured again next time
        files.make_folder(benchmark_cache_path().parent)
        files.write_json(benchmark_cache_path(), answers | {key: answer})
    return answer


def forget() -> None:
    """Delete the cache, so that everything is measured again.

    Raises:
        WriteError: the file cannot be deleted.
    """
    files.delete_file(benchmark_cache_path())


def _read_answers() -> dict[str, object]:
    try:
        return read(benchmark_cache_path(), dict[str, object])
    except (OSError, DataError):
        return {}


def _cpu() -> str:
    """The CPU's model, if the system tells it, and its architecture."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return f"{line.partition(':')[2].strip()} {platform.machine()}"
    return f"{platform.processor()} {platform.machine()}".strip()
