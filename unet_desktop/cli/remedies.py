"""The terminal's words for remedies: the only place that tells which flag helps with which problem."""

from __future__ import annotations

from unet_desktop.errors import Remedy, UserError

_SENTENCES = {
    Remedy.RESUME_TRAINING: "Resume it with --resume, unless it was a cross-validation.",
    Remedy.LARGER_BATCHES: "Raise --batch-size and --locate-batch-size.",
    Remedy.JOB_OPTIONS: "For example: --cluster-option cores=8 --cluster-option memory=16GB",
    Remedy.STOP_WATCHING: "Or omit --watch.",
    Remedy.RETRY_FAILED: "Try them again with --retry-failed.",
    Remedy.MEASURE_AGAIN: "(measure again with --forget)",
    Remedy.MASK_VALUES: 'Say what is right with --mask-values "KEY=LABEL,...".',
    Remedy.LABEL_NAMES: 'Say it with --labels-as "NAME=LABEL,..."; nothing behind the sign leaves a name out.',
    Remedy.AXIS_ORDER: "Say which with --axes xy or --axes yx.",
    Remedy.LOOSE_NAMES: "Take them with --loose-names.",
    Remedy.MASK_ORIENTATION: "Say which with --masks-as-stored or --masks-upright.",
    Remedy.EDITED_TRAIL: "Or collect it nevertheless with --edited-trail.",
    Remedy.OTHER_READER: "For example with --as NAME.",
    Remedy.REPLACE: "Or overwrite it with --replace.",
    Remedy.SUBFOLDERS: "(--recursive)",
}


def with_remedy(text: str, remedy: Remedy | None) -> str:
    """The text followed by the flag that helps, if there is one."""
    return text if remedy is None else f"{text} {_SENTENCES[remedy]}"


def describe_error(error: UserError) -> str:
    """What went wrong and what to do, in the terminal's words."""
    return with_remedy(str(error), error.remedy)
