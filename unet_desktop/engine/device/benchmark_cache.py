"""What was found out about this computer's speed, once, and is remembered; no torch."""

from __future__ import annotations

import contextlib
import json
import logging
import platform
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import platformdirs

from unet_desktop import files
from unet_desktop.errors import WriteError

log = logging.getLogger("unet.probes")


def benchmark_cache_path() -> Path:
    """Where the answers are kept; the file may be deleted at any time."""
    return Path(platformdirs.user_cache_dir("unet-desktop", appauthor=False)) / "speed.json"


def measure_once(question: str, ask: Callable[[], bool]) -> bool:
    """The answer as it was on this CPU with this torch; asked where it is not known yet.

    Two runs on one computer so compute in the same way, although a busy moment may have given the answer.
    """
    key = f"{question}; torch {metadata.version('torch')}; {_cpu()}"
    answers = _answers()
    known = answers.get(key)
    if isinstance(known, bool):
        return known
    answer = ask()
    log.info("%s: %s", key, answer)
    with contextlib.suppress(WriteError):  # then it is asked again the next time
        files.make_folder(benchmark_cache_path().parent)
        files.write_json(benchmark_cache_path(), answers | {key: answer})
    return answer


def forget() -> None:
    """Ask everything anew the next time.

    Raises:
        WriteError: the file cannot be deleted.
    """
    files.delete_file(benchmark_cache_path())


def _answers() -> dict[str, object]:
    try:
        known = json.loads(benchmark_cache_path().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _cpu() -> str:
    """The CPU's model where the system tells it, and its kind."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return f"{line.partition(':')[2].strip()} {platform.machine()}"
    return f"{platform.processor()} {platform.machine()}".strip()
