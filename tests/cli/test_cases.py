"""unet-desktop cases: list, rename, replace, remove."""

from __future__ import annotations

from unet_desktop.project.project import Project


def test_cases_are_listed_renamed_replaced_and_removed(run, project, picture, write_picture, tmp_path):
    project.add_image(picture)
    better, root = write_picture(tmp_path / "better.png", 9), project.root
    code, out, _ = run("cases", root)
    assert code == 0
    assert "photo" in out
    code, out, _ = run("cases", root, "rename", "photo", "P7")
    assert (code, out.strip()) == (0, "photo is called P7 now.")
    code, out, _ = run("cases", root, "replace", "P7", better)
    assert code == 0
    assert out.startswith("The picture of P7 is better.png now.")
    code, out, err = run("cases", root, "remove", "P7", "gone")
    assert code == 1
    assert "P7 is in the bin." in out
    assert 'The project has no case "gone".' in err
    assert Project.open(root).cases() == []
    assert "rename needs the case and its new name, but 1 name was given." in run("cases", root, "rename", "P7")[2]
    assert "remove needs the names of cases." in run("cases", root, "remove")[2]
