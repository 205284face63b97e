"""What a public set gives: pictures with masks, the parts they belong to, and what is published about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

from unet_desktop.images.laterality import Eye
from unet_desktop.project.case import Point
from unet_desktop.tasks.public_sets.masks import SetMask
from unet_desktop.tasks.public_sets.tree import Tree

Part = Literal["train", "validation", "test"]
Diagnosis = Literal["normal", "suspect", "glaucoma"]


class Option(StrEnum):
    """What can be chosen of some sets."""

    EXPERT = "expert"
    PARTITION = "partition"


@dataclass(frozen=True, slots=True)
class SetPicture:
    """One picture of a set.

    Attributes:
        image: the file.
        read: reads its mask; it raises MaskError.
        part: of the published split; None if there is none.
        patient: as published, unique in the set; empty if unknown.
        eye: as published; None to guess it from the file.
        diagnosis: of glaucoma, as published.
        fovea: its centre, as published.
        axial_length_mm: as published.
    """

    image: Path
    read: Callable[[], SetMask]
    part: Part | None = None
    patient: str = ""
    eye: Eye | None = None
    diagnosis: Diagnosis | None = None
    fovea: Point | None = None
    axial_length_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a set in a folder.

    Attributes:
        pictures: those that have masks.
        without: names of pictures of the set that have none.
        unread: tables of the set that could not be read, and why, as sentences.
        remarks: what else has to be said, as sentences.
    """

    pictures: tuple[SetPicture, ...] = ()
    without: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A public set.

    Attributes:
        name: for the terminal.
        title: what people call it.
        contents: what is in it, as a phrase.
        terms: the licence or the terms, as published.
        home: where it is published.
        layout: what its folder must look like, as a phrase after "looked for".
        find: finds its pictures by their names; no picture is read.
        options: what can be chosen, the default first.
    """

    name: str
    title: str
    contents: str
    terms: str
    home: str
    layout: str
    find: Callable[[Tree, Mapping[Option, str]], Found]
    options: Mapping[Option, tuple[str, ...]] = field(default_factory=dict)
