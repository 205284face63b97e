"""Measure how fast a folder of photographs is segmented, where time goes, and whether memory stays flat.

    python benchmarks/folder.py /tmp/work/drishti/images --model PROJECT/models/model-001.safetensors --pictures 1000

Makes a folder with this many links to the given photographs and segments it as `unet-desktop segment` does, to masks,
table and ledger. For comparison: the networks alone on the same cores without decoding or writing, as here (one picture
per worker) and as torch does it (one picture at a time on all cores); and the same photographs through plain PyTorch:
imread, eager float32 networks, imwrite. The parts are CPU times of the run itself. Run it on an idle machine: 1000
pictures take a minute or two, 10,000 about ten minutes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from unet_desktop import files
from unet_desktop.engine.device.device import choose, describe, prepare
from unet_desktop.engine.files.checkpoint import load
from unet_desktop.engine.inference.predictor import Predictor
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.images.crop import Square, extract, restore
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import read_image
from unet_desktop.tasks.events import ItemDone
from unet_desktop.tasks.folders import mask_files, one_picture
from unet_desktop.tasks.folders.ledger import GrowingLedger
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.run import segment_folder

GOAL = 15.0
"""Pictures a second, 2049 x 1757 JPEG, on 2 cores."""
SHARE = 0.8
"""Share of the networks' own rate that a run must reach."""
EVERY = 100
"""Pictures between two measurements of memory."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path, help="folder of photographs")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--workers", type=int, default=0, help="0: as many as there are cores")
    parser.add_argument("--plain", type=int, default=50, help="photographs through plain PyTorch; 0 for none")
    arguments = parser.parse_args()
    paths = sorted(path for path in arguments.photographs.iterdir() if path.is_file())
    device = choose("cpu")
    prepare(device)
    workers = arguments.workers or device.threads
    print(describe(device), f"torch {torch.__version__}; load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        reached = run(linked(paths, Path(folder) / "in", arguments.pictures), arguments, device.threads)
        network_alone(Segmenter.open(arguments.model, "cpu"), paths, workers, reached)
        if arguments.plain:
            plain = plain_pytorch(arguments.model, paths, arguments.plain, Path(folder))
            print(f"Plain PyTorch (imread, eager float32, imwrite): {plain:.1f} a second; here {reached / plain:.1f} x")


def linked(paths: Sequence[Path], folder: Path, count: int) -> Path:
    """Make a folder of this many links to the photographs, in turn."""
    folder.mkdir()
    for number in range(count):
        path = paths[number % len(paths)]
        (folder / f"{number:06d}{path.suffix}").symlink_to(path.resolve())
    return folder


def run(pictures: Path, arguments: argparse.Namespace, cores: int) -> float:
    """Run and print parts and memory; return pictures per second."""
    request = Request(
        sources=(pictures,),
        output=pictures.parent / "out",
        model=arguments.model,
        outputs=Outputs(),
        device="cpu",
        workers=arguments.workers,
    )
    memory: list[float] = []
    began = cpu = 0.0
    done = 0
    with parts() as seconds:
        for event in segment_folder(request):
            if not isinstance(event, ItemDone):
                continue
            assert not event.problem, event.problem
            done = event.done
            if done == 1:  # the model is loaded and the first picture is done
                began, cpu = time.perf_counter(), time.process_time()
                seconds.clear()
            if done % EVERY == 0:
                memory.append(resident())
                if done % (10 * EVERY) == 0:
                    print(f"  {done} pictures, {(done - 1) / (time.perf_counter() - began):.1f} a second", flush=True)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    rate = (done - 1) / wall
    print(f"{done} pictures in {wall:.1f} s: {rate:.1f} a second (goal {GOAL:.0f}), to masks and table")
    print(f"  {1000 * cpu / done:.1f} ms of CPU a picture; {cpu / wall / cores:.0%} of {cores} cores busy; of that:")
    for name, spent in sorted(seconds.items(), key=lambda item: -item[1]):
        print(f"  {name:42s} {1000 * spent / done:6.1f} ms a picture, {spent / cpu:5.1%}")
    rest = cpu - sum(seconds.values())
    print(f"  {'the rest (measuring, tidying, events)':42s} {1000 * rest / done:6.1f} ms a picture, {rest / cpu:5.1%}")
    if memory:
        curve = " ".join(f"{value:.0f}" for value in memory[:: max(1, len(memory) // 20)])
        print(f"Memory every {EVERY * max(1, len(memory) // 20)} pictures, MB: {curve}; peak {peak():.0f}")
        print(f"  from the {EVERY}th picture to the last: {memory[-1] - memory[0]:+.0f} MB", flush=True)
    return rate


@contextmanager
def parts() -> Iterator[dict[str, float]]:
    """Adds up the CPU seconds of parts of a run, measured in the thread where each runs."""
    seconds: dict[str, float] = defaultdict(float)
    lock = threading.Lock()
    patched: list[tuple[Any, str, Any]] = []

    def timed(owner: Any, attribute: str, name: str) -> None:
        original = getattr(owner, attribute)

        def timing(*positional: Any, **named: Any) -> Any:
            start = time.thread_time()
            try:
                return original(*positional, **named)
            finally:
                with lock:
                    seconds[name] += time.thread_time() - start

        patched.append((owner, attribute, original))
        setattr(owner, attribute, timing)

    timed(one_picture, "read_image", "decoding")
    timed(Predictor, "square", "networks")
    timed(Predictor, "square_and_features", "networks")
    timed(Predictor, "features", "networks")
    timed(mask_files, "encode_mask", "encoding masks")
    timed(files, "sha256", "SHA-256 of the files")
    timed(files, "write_bytes", "writing and flushing files")
    timed(GrowingLedger, "add", "ledger")
    try:
        yield seconds
    finally:
        for owner, attribute, original in patched:
            setattr(owner, attribute, original)


def network_alone(segmenter: Segmenter, paths: Sequence[Path], workers: int, reached: float) -> None:
    """Measure the networks' passes over this many pictures, cropped beforehand."""

    def answer(views: tuple[Any, Any]) -> None:
        whole, crop = views
        if segmenter._locate is None:
            segmenter._is_unfamiliar(whole)
        else:  # as in a run: the plane and the features in one pass
            segmenter._locate_and_compare(segmenter._locate, whole)
        segmenter._segment.square(crop)

    with ThreadPoolExecutor(workers, "alone", segmenter.limit_threads, (workers,)) as pool:
        # In the workers: beside other programs, two threads for one picture wait for each other most of the time.
        cut = list(pool.map(lambda path: crops(segmenter, path), paths[:20])) * 5
        list(pool.map(answer, cut[:4]))
        best = max(_rate(lambda: list(pool.map(answer, cut)), len(cut)) for _ in range(2))
    alone = f"The networks alone, one picture per worker: {best:.1f} a second"
    print(f"{alone}; the run reaches {reached / best:.0%} of it", flush=True)
    prepare(segmenter.device)
    few = cut[:40]
    single = max(_rate(lambda: [answer(views) for views in few], len(few)) for _ in range(2))
    print(
        f"The networks alone, one picture at a time on all cores: {single:.1f} a second; the run reaches "
        f"{reached / single:.0%} of it (goal {SHARE:.0%})",
        flush=True,
    )


def crops(segmenter: Segmenter, path: Path) -> tuple[Any, Any]:
    """The networks' inputs for a photograph."""
    pixels = read_image(path).pixels
    square = segmenter.segment(pixels).square or Square.around(*pixels.shape[:2])
    whole = extract(pixels, Square.around(*pixels.shape[:2]), segmenter._feature_predictor.spec.size)
    return whole, extract(pixels, square, segmenter._segment.spec.size)


def plain_pytorch(model: Path, paths: Sequence[Path], count: int, folder: Path) -> float:
    """Pictures per second of the same two networks in a short script: eager, float32, one after the other."""
    loaded = load(model)
    networks = {name: network.float().eval() for name, network in loaded.networks.items()}
    segmenter = Segmenter.open(model, "cpu")  # only to know where the discs are, free of charge for the script
    places = [segmenter.segment(read_image(path).pixels).square for path in paths]
    prepare(segmenter.device)

    def planes(network: torch.nn.Module, picture: Any) -> Any:
        view = (torch.from_numpy(picture).permute(2, 0, 1)[None].float() - 127.0) / 128.0
        with torch.no_grad():
            answers = network(torch.cat([view, view.flip(3)])).sigmoid()
        return ((answers[0] + answers[1].flip(2)) / 2).numpy()

    def all_of_them() -> None:
        for number in range(count):
            which = number % len(paths)
            pixels = cv2.cvtColor(cv2.imread(str(paths[which])), cv2.COLOR_BGR2RGB)
            height, width = pixels.shape[:2]
            around = Square.around(height, width)
            if "locate" in networks:
                planes(networks["locate"], extract(pixels, around, loaded.specs["locate"].size))
            square = places[which] or around
            answer = planes(networks["segment"], extract(pixels, square, loaded.specs["segment"].size))
            box = square.box(height, width)
            mask = np.zeros((height, width), np.uint8)
            mask[box.slices] = sum((restore(plane, square, box) >= 0.5).astype(np.uint8) for plane in answer)
            cv2.imwrite(str(folder / f"{number}.png"), mask)

    return _rate(all_of_them, count)


def _rate(work: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def resident() -> float:
    """Megabytes of memory that this process holds now (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def peak() -> float:
    """Megabytes of memory that this process held at most (Linux)."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
