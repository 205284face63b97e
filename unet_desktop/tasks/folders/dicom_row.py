"""What of a DICOM file goes into its picture's row, as far as it was asked for, and what a run needs for that."""

from __future__ import annotations

from unet_desktop.images.dicom_facts import read_facts, read_identity
from unet_desktop.tasks.folders.dicom_seg import need_highdicom
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.pseudonyms import need_key, pseudonym, read_key
from unet_desktop.tasks.folders.row import Stated


def need_dicom(outputs: Outputs) -> None:
    """Refuse to start a run that could not write what is asked for.

    Raises:
        UserError: something is not installed, or the key for pseudonyms cannot be used. WriteError: nor be made.
    """
    if outputs.dicom_seg:
        need_highdicom()
    if outputs.identifiers == "hash":
        need_key()


def stated_by(picture: Picture, outputs: Outputs) -> Stated:
    """What the file says of the picture; of the eye only where identifiers were asked for.

    Raises:
        ImageError: it cannot be read. OSError: of the file system.
    """
    facts = read_facts(picture.path, picture.page)
    return Stated(spacing=facts.spacing) if outputs.identifiers == "omit" else Stated(facts.eye, facts.spacing)


def identity_columns(picture: Picture, outputs: Outputs) -> dict[str, object]:
    """Patient and study, or pseudonyms of them, where that was asked for and they are known.

    Raises:
        ImageError: the file cannot be read. UserError: there is no key for pseudonyms.
    """
    if outputs.identifiers == "omit":
        return {}
    who = read_identity(picture.path)
    found = {"patient": who.patient, "study": who.study}
    if outputs.identifiers == "hash" and any(found.values()):
        key = read_key()
        found = {kind: pseudonym(kind, identifier, key) for kind, identifier in found.items()}
    return {kind: identifier for kind, identifier in found.items() if identifier}
