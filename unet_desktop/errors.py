"""Errors whose text is a sentence for the user.

UserError                 something a user can understand and fix: a dialog, or `error:` and exit code 2
├── LabelError            a label set or label name is invalid
├── ImageError            an image cannot be read
├── MaskError             a mask cannot be read or does not belong to its image
├── ProjectError          a project folder cannot be opened, created or written
├── CheckpointError       a model file is damaged, not ours, or made for different labels
├── TrainingError         training cannot start or continue
├── DisplayError          there is no screen to open the window on
└── WriteError            a file cannot be written
    └── ProjectLostError  the open project's folder is another one now, or another program took it

Any other exception is a bug: its traceback goes to the log, and the window shows one plain dialog.
"""

from __future__ import annotations

from enum import Enum, auto


class Remedy(Enum):
    """A fix that terminal and window describe in their own words."""

    RESUME_TRAINING = auto()
    LARGER_BATCHES = auto()
    JOB_OPTIONS = auto()
    STOP_WATCHING = auto()
    RETRY_FAILED = auto()
    MEASURE_AGAIN = auto()
    MASK_VALUES = auto()
    LABEL_NAMES = auto()
    AXIS_ORDER = auto()
    LOOSE_NAMES = auto()
    MASK_ORIENTATION = auto()
    REPLACE = auto()
    SUBFOLDERS = auto()
    EDITED_TRAIL = auto()
    OTHER_READER = auto()


class UserError(Exception):
    """Something a user can understand and fix; its text is one or two sentences.

    Attributes:
        remedy: what to do about it, where window and terminal word it differently.
    """

    def __init__(self, text: str, remedy: Remedy | None = None) -> None:
        super().__init__(text)
        self.remedy = remedy


class LabelError(UserError):
    """A label set or label name is invalid."""


class ImageError(UserError):
    """An image cannot be read."""


class MaskError(UserError):
    """A mask cannot be read or does not belong to its image."""


class ProjectError(UserError):
    """A project folder cannot be opened, created or written."""


class CheckpointError(UserError):
    """A model file is damaged, not ours, or made for different labels."""


class TrainingError(UserError):
    """Training cannot start or continue."""


class DisplayError(UserError):
    """There is no screen to open the window on."""


class WriteError(UserError):
    """A file cannot be written; its previous content is intact."""


class ProjectLostError(WriteError):
    """The open project must not be written: its folder was moved, removed or replaced, or another program took it."""


def reason_of(error: BaseException) -> str:
    """Say why something failed, as part of a sentence: in the system's words, without Python's numbers and paths."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).strip() or "it is damaged"


def sentence_of(error: BaseException) -> str:
    """Say what failed, as a sentence, where an error of the file system names only the file and the reason."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'A file'} could not be read or written ({error.strerror})."
    return str(error)
