"""The terminal as users see it: exit codes, one sentence per error, and nothing left half-made."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop import __main__, __version__
from unet_desktop.__main__ import main
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet
from unet_desktop.masks.file import write_mask
from unet_desktop.project.project import Project
from unet_desktop.tasks import import_images


@pytest.fixture
def refused(run):
    """Function that runs a command line, expects exit code 2 and one sentence, and returns the sentence."""

    def call(*arguments):
        code, out, err = run(*arguments)
        sentences = [line for line in err.splitlines() if line.startswith("error:")]
        assert (code, len(sentences)) == (2, 1), err
        assert "Traceback" not in out + err
        return sentences[0].removeprefix("error: ")

    return call


@pytest.fixture
def pictures(tmp_path, write_picture):
    for seed, name in enumerate(("a.png", "b.png", "c.png"), 1):
        write_picture(tmp_path / "in" / name, seed)
    return tmp_path / "in"


@pytest.fixture
def corrected(project, pictures, disc_mask):
    """Function of a number to the project with three pictures of which so many have a mask."""

    def make(number):
        for path in sorted(pictures.iterdir()):
            project.add_image(path)
        for case in project.cases()[:number]:
            project.save_mask(case.id, disc_mask)
        return project.root

    return make


def mask_folder(folder, name, mask):
    folder.mkdir()
    write_mask(folder / name, mask, DISC_AND_CUP)
    return folder


def things_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


class TestImport:
    def test_pictures_become_a_project(self, run, pictures, tmp_path):
        code, out, _ = run("import", pictures, tmp_path / "project")
        assert code == 0
        assert "(3 cases, 0 with masks)" in out
        assert [case.id for case in Project.open(tmp_path / "project").cases()] == ["a", "b", "c"]

    def test_single_pictures_and_folders_go_into_a_project_that_is_there(self, run, pictures, tmp_path, write_picture):
        more = write_picture(tmp_path / "more" / "z.png", 9)
        code, out, _ = run("import", pictures / "a.png", more, tmp_path / "project")
        assert (code, "(2 cases" in out) == (0, True)
        code, out, _ = run("import", pictures, pictures / "b.png", tmp_path / "project")
        assert code == 0
        assert [case.id for case in Project.open(tmp_path / "project").cases()] == ["a", "b", "c", "z"]
        code, _, err = run("import", more, tmp_path / "gone.png", tmp_path / "project")
        assert (code, f"There is no {tmp_path / 'gone.png'}" in " ".join(err.split())) == (2, True)

    def test_a_new_project_without_a_readable_picture_is_not_left_behind(self, run, tmp_path):
        (tmp_path / "bad").mkdir()
        (tmp_path / "bad" / "a.jpg").write_bytes(b"no picture")
        code, _, err = run("import", tmp_path / "bad", tmp_path / "project")
        assert code == 2
        assert "a.jpg" in err
        assert "No project was made" in err
        assert not (tmp_path / "project").exists()

    def test_pictures_come_with_their_masks(self, run, pictures, tmp_path, disc_mask):
        masks = mask_folder(tmp_path / "masks", "b.png", disc_mask)
        code, out, err = run("import", pictures, tmp_path / "project", "--masks", masks)
        assert "2 of 3 pictures have no mask: a.png, c.png." in err
        assert (code, "(3 cases, 1 with a mask)" in out) == (1, True)
        assert np.array_equal(Project.open(tmp_path / "project").load_mask("b"), disc_mask)

    def test_masks_beside_the_pictures_are_told_of_and_then_used(self, run, pictures, tmp_path, disc_mask):
        write_mask(pictures / "b_mask.png", disc_mask, DISC_AND_CUP)
        code, out, err = run("import", pictures, tmp_path / "project")
        assert (code, "(3 cases, 0 with masks)" in out) == (0, True)
        assert "1 item: Its name is that of a mask of another picture here" in err
        code, out, _ = run("import", pictures, tmp_path / "project", "--masks", pictures)
        assert (code, "(3 cases, 1 with a mask)" in out) == (1, True)

    def test_masks_that_need_an_answer_make_no_project(self, refused, run, pictures, tmp_path, disc_mask):
        (tmp_path / "masks").mkdir()
        for name in ("a", "b", "c"):
            Pillow.fromarray(disc_mask.astype(np.uint16) * 300).save(tmp_path / "masks" / f"{name}_mask.png")
        asked = refused("import", pictures, tmp_path / "project", "--masks", tmp_path / "masks")
        assert "the values 0, 300, 600" in asked
        assert "--mask-values" in asked
        assert not (tmp_path / "project").exists()
        answer = ("--mask-values", "0=background,300=optic disc,600=optic cup")
        code, out, err = run("import", pictures, tmp_path / "project", "--masks", tmp_path / "masks", *answer)
        assert code == 0
        said = "Masks: 0 is background, 300 is optic disc, 600 is optic cup."
        assert said in err
        assert out.splitlines()[-2] == said  # again in the summary
        (tmp_path / "incomplete").mkdir()
        Pillow.fromarray(np.minimum(disc_mask, 1)).save(tmp_path / "incomplete" / "a.png")
        _, out, err = run("import", pictures, tmp_path / "other", "--masks", tmp_path / "incomplete")
        assert "1 case is incomplete: the optic disc is drawn, but no optic cup: a." in err
        assert "(3 cases, 1 with a mask, 1 of them incomplete)" in out
        assert np.array_equal(Project.open(tmp_path / "project").load_mask("b"), disc_mask)
        code, out, _ = run("evaluate", tmp_path / "masks", tmp_path / "project", *answer)
        assert (code, "1.000" in out) == (0, True)

    def test_an_answer_that_names_no_label_makes_no_project(self, refused, pictures, tmp_path):
        answer = ("--masks", pictures, "--mask-values", "1=teeth")
        assert '"teeth" is no label' in refused("import", pictures, tmp_path / "project", *answer)
        assert not (tmp_path / "project").exists()

    def test_a_name_that_goes_on_is_taken_by_a_flag(self, run, pictures, tmp_path, disc_mask):
        masks = mask_folder(tmp_path / "masks", "b_left.png", disc_mask)
        code, _, err = run("import", pictures, tmp_path / "project", "--masks", masks)
        assert (code, "Take them with --loose-names." in err) == (1, True)
        run("import", pictures, tmp_path / "project", "--masks", masks, "--loose-names")
        assert np.array_equal(Project.open(tmp_path / "project").load_mask("b"), disc_mask)

    def test_what_is_passed_over_is_named_and_the_exit_code_says_so(self, run, pictures, tmp_path):
        (pictures / "notes.txt").touch()
        code, _, err = run("import", pictures, tmp_path / "one")
        assert (code, "Not pictures, so passed over: notes.txt." in err) == (0, True)
        for name in ("scan.heic", "noext"):
            (pictures / name).touch()
        code, out, err = run("import", pictures, tmp_path / "two")
        assert (code, "(3 cases" in out) == (1, True)
        for name in ("scan.heic", "noext"):
            assert f"{name} was passed over" in err.replace("\n", " ")

    def test_one_broken_picture_is_named_and_the_rest_taken(self, run, pictures, tmp_path):
        (pictures / "bad.jpg").write_bytes(b"no picture")
        code, out, err = run("import", pictures, tmp_path / "project")
        assert code == 1
        assert "bad.jpg" in err
        assert "(3 cases" in out

    def test_a_second_import_adds_nothing_twice(self, run, pictures, tmp_path):
        assert run("import", pictures, tmp_path / "project")[0] == 0
        code, out, _ = run("import", pictures, tmp_path / "project")
        assert (code, "(3 cases" in out) == (0, True)

    def test_referred_pictures_stay_where_they_are(self, run, pictures, tmp_path):
        assert run("import", pictures, tmp_path / "project", "--refer")[0] == 0
        assert things_in(tmp_path / "project" / "images") == []

    def test_file_names_with_square_brackets_are_shown_as_they_are(self, run, pictures, tmp_path):
        (pictures / "[red]bad[nothing].jpg").write_bytes(b"no picture")
        code, out, err = run("import", pictures, tmp_path / "[bold]project[" / "bold]")
        assert code == 1
        assert "[bold]project[/bold]" in out
        assert "[red]bad[nothing].jpg" in err

    def test_an_empty_folder_makes_no_project(self, refused, tmp_path):
        (tmp_path / "empty").mkdir()
        assert "holds no pictures" in refused("import", tmp_path / "empty", tmp_path / "project")
        assert not (tmp_path / "project").exists()

    def test_a_missing_folder_makes_no_project(self, refused, tmp_path):
        assert "gone" in refused("import", tmp_path / "gone", tmp_path / "project")
        assert not (tmp_path / "project").exists()

    def test_pictures_in_sub_folders_alone_make_no_project_unless_asked_for(self, refused, run, pictures, tmp_path):
        outer = tmp_path / "outer"
        outer.mkdir()
        pictures.rename(outer / "in")
        assert "holds no pictures" in refused("import", outer, tmp_path / "project")
        assert not (tmp_path / "project").exists()
        assert run("import", outer, tmp_path / "project", "--recursive")[0] == 0

    def test_a_missing_folder_of_masks_makes_no_project(self, refused, pictures, tmp_path):
        assert "gone" in refused("import", pictures, tmp_path / "project", "--masks", tmp_path / "gone")
        assert not (tmp_path / "project").exists()

    def test_unknown_labels_make_no_project(self, refused, pictures, tmp_path):
        assert "disc-and-cup" in refused("import", pictures, tmp_path / "project", "--labels", "teeth")
        assert not (tmp_path / "project").exists()

    def test_other_labels_than_the_projects_change_nothing(self, refused, run, pictures, tmp_path):
        root = tmp_path / "project"
        assert run("import", pictures / "a.png", root, "--labels", "one")[0] == 0
        before = things_in(root)
        assert "differ from those given with --labels" in refused("import", pictures, root, "--labels", "disc-and-cup")
        assert things_in(root) == before

    @pytest.mark.parametrize("labels", [[], ["--labels", "one"], ["--labels", "project/project.json"]])
    def test_the_projects_own_labels_are_kept(self, run, pictures, tmp_path, monkeypatch, labels):
        monkeypatch.chdir(tmp_path)
        assert run("import", pictures / "a.png", "project", "--labels", "one")[0] == 0
        code, out, _ = run("import", pictures, "project", *labels)
        assert (code, "(3 cases" in out) == (0, True)
        assert Project.open(tmp_path / "project").labels == ONE_STRUCTURE

    def test_drishti_has_labels_of_its_own(self, refused, pictures, tmp_path):
        assert "differ from those given with --labels" in refused(
            "import", pictures, tmp_path / "project", "--drishti", "--labels", "one"
        )
        assert not (tmp_path / "project").exists()

    def test_a_folder_with_other_things_is_left_alone(self, refused, pictures, tmp_path):
        before = things_in(tmp_path)
        assert "is not empty" in refused("import", pictures, tmp_path)
        assert things_in(tmp_path) == before

    def test_a_project_below_a_file_cannot_be_written(self, refused, pictures, tmp_path):
        (tmp_path / "file").write_text("in the way")
        assert "could not be created" in refused("import", pictures, tmp_path / "file" / "project")
        assert (tmp_path / "file").read_text() == "in the way"

    def test_another_layout_than_drishtis_is_named(self, refused, pictures, tmp_path):
        assert "Drishti-GS1" in refused("import", pictures, tmp_path / "project", "--drishti")
        assert not (tmp_path / "project").exists()


class TestTrain:
    @pytest.mark.parametrize(("number", "sentence"), [(0, "there are none"), (1, "there is 1")])
    def test_too_few_masks(self, refused, corrected, number, sentence):
        root = corrected(number)
        before = things_in(root)
        assert sentence in refused("train", root)
        assert things_in(root) == before

    def test_a_project_without_cases(self, refused, project):
        assert "there are none" in refused("train", project.root)

    def test_a_folder_that_is_no_project(self, refused, pictures):
        before = things_in(pictures)
        assert "is not a project" in refused("train", pictures)
        assert things_in(pictures) == before

    def test_an_unknown_preset(self, refused, project):
        sentence = refused("train", project.root, "--preset", "slow")
        assert "slow" in sentence
        assert "fast" in sentence

    @pytest.mark.parametrize(
        ("option", "value"),
        [("--epochs", 0), ("--locate-epochs", 0), ("--learning-rate", "nan"), ("--batch-size", -1), ("--seed", -1)],
    )
    def test_a_setting_that_cannot_work(self, refused, project, option, value):
        assert option.strip("-").split("-")[0] in refused("train", project.root, f"{option}={value}").lower()

    def test_an_unknown_device(self, refused, corrected):
        assert "abacus" in refused("train", corrected(3), "--device", "abacus")


class TestSegment:
    def test_a_file_that_is_no_model(self, refused, pictures, tmp_path):
        other = pictures / "a.png"
        assert "is not a U-Net Desktop model" in refused(
            "segment", pictures, "--model", other, "--out", tmp_path / "out"
        )
        assert not (tmp_path / "out").exists()

    def test_a_missing_model(self, refused, pictures, tmp_path):
        missing = tmp_path / "gone.safetensors"
        assert "gone.safetensors" in refused("segment", pictures, "--model", missing, "--out", tmp_path / "out")
        assert not (tmp_path / "out").exists()

    def test_a_project_without_a_model(self, refused, pictures, project, tmp_path):
        sentence = refused("segment", pictures, "--model", project.root, "--out", tmp_path / "out")
        assert "has no model yet" in sentence

    def test_a_folder_without_pictures(self, refused, project, tmp_path):
        (tmp_path / "empty").mkdir()
        sentence = refused("segment", tmp_path / "empty", "--model", tmp_path / "any", "--out", tmp_path / "out")
        assert "holds no pictures" in sentence

    @pytest.mark.parametrize("inside", ["", "results"])
    def test_results_among_the_pictures(self, refused, pictures, tmp_path, inside):
        before = things_in(pictures)
        assert "is inside" in refused("segment", pictures, "--model", tmp_path / "any", "--out", pictures / inside)
        assert things_in(pictures) == before

    def test_the_model_is_needed(self, run, pictures, tmp_path):
        code, _, err = run("segment", pictures, "--out", tmp_path / "out")
        assert (code, "--model" in err) == (2, True)


class TestEvaluate:
    def test_figures_by_hand(self, run, tmp_path, disc_mask):
        truth = mask_folder(tmp_path / "truth", "a.png", disc_mask)
        half = disc_mask.copy()
        half[20:40] = 0
        ours = mask_folder(tmp_path / "ours", "a.png", half)
        code, out, _ = run("evaluate", ours, truth, "--table", tmp_path / "table.csv")
        assert code == 0
        assert "0.6667" in out  # Dice of half a square with the whole: 2·½ / (½ + 1)
        assert (tmp_path / "table.csv").read_text().startswith("mask,dice/optic disc")

    def test_no_common_names(self, refused, tmp_path, disc_mask):
        ours, truth = (mask_folder(tmp_path / name, f"{name}.png", disc_mask) for name in ("ours", "truth"))
        assert "has the name of one in" in refused("evaluate", ours, truth)

    def test_missing_folders(self, refused, tmp_path):
        assert "is not a folder" in refused("evaluate", tmp_path / "ours", tmp_path)

    def test_no_mask_that_could_be_compared(self, run, tmp_path, disc_mask):
        ours = mask_folder(tmp_path / "ours", "a.png", disc_mask)
        truth = mask_folder(tmp_path / "truth", "a.png", disc_mask[:50])
        code, _, err = run("evaluate", ours, truth)
        assert code == 2
        assert "96 x 50" in err
        assert "None of the masks could be compared" in err

    def test_a_damaged_mask_among_good_ones(self, run, tmp_path, disc_mask):
        folders = [mask_folder(tmp_path / name, "a.png", disc_mask) for name in ("ours", "truth")]
        for folder in folders:
            (folder / "b.png").write_bytes(b"no mask")
        code, out, err = run("evaluate", *folders)
        assert code == 1
        assert "b.png" in err
        assert "mean over 1 picture" in out

    def test_a_table_below_a_file_cannot_be_written(self, refused, tmp_path, disc_mask):
        ours, truth = (mask_folder(tmp_path / name, "a.png", disc_mask) for name in ("ours", "truth"))
        assert "cannot be written" in refused("evaluate", ours, truth, "--table", ours / "a.png" / "table.csv")

    def test_label_names_with_square_brackets_and_slashes_are_shown_as_they_are(self, run, tmp_path):
        labels = LabelSet((Label(1, "[/] [red] od/os_1", "#ff0000"),))
        root = Project.create(tmp_path / "project", labels).root
        ours, truth = (mask_folder(tmp_path / name, "a.png", np.eye(9, dtype=np.uint8)) for name in ("ours", "truth"))
        code, out, _ = run("evaluate", ours, truth, "--project", root)
        assert (code, "[/] [red] od/os_1: Dice" in out) == (0, True)

    def test_labels_beside_a_project_must_be_its_own(self, refused, run, corrected):
        root = corrected(2)
        folders = (root / "masks", root / "masks", "--project", root, "--labels")
        assert "differ from the given ones" in refused("evaluate", *folders, "one")
        assert run("evaluate", *folders, "disc-and-cup")[0] == 0

    def test_a_folder_and_a_project(self, run, corrected, tmp_path):
        root = corrected(3)
        files = [tmp_path / name for name in ("r.html", "s.json")]
        code, out, _ = run("evaluate", root / "masks", "--project", root, "--html", files[0], "--summary", files[1])
        assert code == 0
        assert "limit of agreement" in out
        assert all(path.stat().st_size for path in files)

    def test_nothing_named(self, refused, tmp_path):
        assert "Give two folders of masks" in refused("evaluate")
        assert "--project" in refused("evaluate", tmp_path)
        assert "It must end in" in refused("evaluate", tmp_path, tmp_path, "--table", tmp_path / "a.doc")

    def test_labels_come_from_the_project(self, run, project, corrected):
        root = corrected(2)
        code, out, _ = run("evaluate", root / "masks", root / "masks", "--project", root)
        assert (code, "1.0000" in out) == (0, True)


class TestCommandLine:
    def test_the_version(self, run):
        assert run("--version") == (0, f"U-Net Desktop {__version__}\n", "")

    def test_help_names_every_command(self, run):
        code, out, _ = run("--help")
        assert code == 0
        for command in (
            "import",
            "train",
            "segment",
            "evaluate",
            "card",
            "onnx",
            "doctor",
            "demo",
            "window",
            "self-test",
        ):
            assert command in out

    @pytest.mark.parametrize("command", ["import", "train", "segment", "evaluate", "card", "onnx", "doctor", "demo"])
    def test_each_command_has_help(self, run, command):
        code, out, _ = run(command, "--help")
        assert (code, command in out) == (0, True)

    @pytest.mark.parametrize("line", [["train", "--nonsense"], ["paint"], ["import"], ["train", ".", "--epochs=many"]])
    def test_wrong_use(self, run, line):
        code, out, err = run(*line)
        assert (code, out) == (2, "")
        assert "Usage" in err

    def test_a_folder_that_is_no_project_opens_no_window(self, run, tmp_path):
        assert run(tmp_path)[0] == 2

    def test_what_should_not_happen_is_one_sentence_and_the_log_has_the_rest(
        self, refused, pictures, tmp_path, monkeypatch, caplog
    ):
        def broken(*_arguments, **_named):
            raise RuntimeError("a bug")

        monkeypatch.setattr(import_images, "import_images", broken)
        assert "The details are in" in refused("import", pictures, tmp_path / "project")
        assert "RuntimeError: a bug" in caplog.text

    def test_ctrl_c_keeps_what_is_done(self, run, pictures, tmp_path, monkeypatch):
        real = import_images.import_images

        def interrupted(*arguments, **named):
            yield next(real(*arguments, **named))
            raise KeyboardInterrupt

        monkeypatch.setattr(import_images, "import_images", interrupted)
        code, out, err = run("import", pictures, tmp_path / "project")
        assert (code, "(1 case, 0 with masks)" in out) == (1, True)
        assert "error: Stopped" in err

    def test_results_and_sentences_take_different_ways_out(self, tmp_path):
        command = [sys.executable, "-m", "unet_desktop", "train", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines()[-1].startswith("error: ")


class TestWindowOrTerminal:
    def test_a_project_is_known_by_its_folder_or_its_manifest(self, project):
        assert __main__._is_project(str(project.root))
        assert __main__._is_project(str(project.layout.manifest))
        assert __main__._project_folder(str(project.layout.manifest)) == str(project.root)
        assert __main__._project_folder(str(project.root)) == str(project.root)

    def test_the_manifest_may_be_named_from_within(self, project, monkeypatch):
        monkeypatch.chdir(project.root)
        assert __main__._is_project("project.json")
        assert __main__._is_project(".")

    def test_other_words_are_no_projects(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        for word in ("train", "--help", str(tmp_path), "project.json", str(tmp_path / "gone")):
            assert not __main__._is_project(word)

    def test_a_project_goes_to_the_window_by_its_folder(self, project, monkeypatch):
        from unet_desktop.gui import app

        opened = []
        monkeypatch.setattr(app, "main", lambda arguments: opened.append(arguments) or 0)
        for line in ([], ["window"], [str(project.root)], ["window", str(project.layout.manifest)]):
            assert main(line) == 0
        assert opened == [[], [], [str(project.root)], [str(project.root)]]

    def test_the_commands_are_those_of_the_terminal(self):
        import typer

        from unet_desktop.cli.main import app

        names = set(typer.main.get_command(app).commands)
        assert names - {"window", "self-test"} == __main__.COMMANDS

    @pytest.mark.parametrize("name", sorted(__main__.COMMANDS))
    def test_a_command_goes_before_a_project_of_its_name(self, run, tmp_path, monkeypatch, name):
        from unet_desktop.gui import app

        opened = []
        monkeypatch.setattr(app, "main", lambda arguments: opened.append(arguments) or 0)
        Project.create(tmp_path / name, DISC_AND_CUP)
        monkeypatch.chdir(tmp_path)
        code, out, _ = run(name, "--help")
        assert (code, "Usage" in out, opened) == (0, True, [])
        assert run(f"./{name}")[0] == 0
        assert opened == [[f"./{name}"]]

    def test_a_project_called_window_can_be_opened(self, tmp_path, monkeypatch):
        from unet_desktop.gui import app

        opened = []
        monkeypatch.setattr(app, "main", lambda arguments: opened.append(arguments) or 0)
        Project.create(tmp_path / "window", DISC_AND_CUP)
        monkeypatch.chdir(tmp_path)
        assert main(["window", "window"]) == 0
        assert opened == [["window"]]
