from __future__ import annotations

import pytest

from tests.tasks.export.conftest import corrected  # noqa: F401 - a fixture


def test_exit_codes(run, corrected, tmp_path):  # noqa: F811
    out = tmp_path / "out"
    code, said, _ = run("export", corrected.root, "--out", out)
    assert code == 0
    assert "3 cases exported" in said
    assert run("export", corrected.root, "--out", out, "--case", "a_OD", "--case", "c")[0] == 1
    code, _, problem = run("export", corrected.root, "--out", out, "--state", "odd")
    assert code == 2
    assert 'error: "odd" is no state of a case. Choose from: all, new, predicted' in problem


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--case", "b", "--filter", "x"], "not by both"),
        (["--pseudonyms"], "--pseudonyms needs --key FILE"),
        (["--key", "x.csv"], "use them with --pseudonyms"),
        (["--patient", "Doe", "--case", "b"], "--patient writes one page"),
    ],
)
def test_flags_that_do_not_go_together(run, corrected, tmp_path, flags, sentence):  # noqa: F811
    code, _, problem = run("export", corrected.root, "--out", tmp_path / "out", *flags)
    assert code == 2
    assert sentence in " ".join(problem.split())
