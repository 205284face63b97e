"""Fixtures of the terminal's tests."""

from __future__ import annotations

import pytest

from unet_desktop.__main__ import main


@pytest.fixture
def run(capsys):
    """Function of a command line to its exit code, standard output and error output."""

    def call(*arguments):
        code = main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call
