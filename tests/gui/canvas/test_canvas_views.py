"""Views: keys and panel change how things are shown and nothing else, and it stays so for the next picture."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import picture
from gestures import at, drag, move, wheel
from image_snapshots import pixels_of
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QSlider
from window_parts import part, status_text

from unet_desktop.gui.canvas import image_layer
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.scale_bar import bar, round_length
from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.settings.view_options import SecondView, View
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.box import Box
from unet_desktop.images.display import NEUTRAL, Channel, Look
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks import drawing
from unet_desktop.masks.drawing import MaskStyle

KEYS = Qt.Key


def press_key(window: MainWindow, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> View:
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, key, modifiers)
    return window.app.view_options.view


def pixel(canvas: Canvas, x: float, y: float) -> QColor:
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    canvas.render(image)
    return image.pixelColor(at(canvas, x, y))


def near(shown: QColor, red: int, green: int, blue: int) -> bool:
    """The same but for what JPEG makes of it."""
    return all(abs(one - other) <= 3 for one, other in zip(shown.getRgb(), (red, green, blue), strict=False))


def test_red_free_by_key(opened: MainWindow) -> None:
    view = press_key(opened, KEYS.Key_F2)
    assert view.look.channel is Channel.RED_FREE
    assert near(pixel(opened.canvas, 10.5, 10.5), 50, 50, 50)
    assert opened.actions_by_id["channel.red-free"].isChecked()
    move(opened.canvas, (10.5, 10.5), Qt.MouseButton.NoButton)
    red, green, blue = opened.app.session.open.image.pixels[10, 10]
    assert f"RGB {red} {green} {blue}" in status_text(opened, "pointer")  # the truth, whatever is shown
    assert press_key(opened, KEYS.Key_F2).look == NEUTRAL
    assert near(pixel(opened.canvas, 140.5, 100.5), 90, 50, 30)


def test_no_view_changes_picture_or_mask(opened: MainWindow) -> None:
    image, mask = opened.app.session.open.image.pixels, opened.app.editor.mask
    before = image.copy(), mask.copy()
    for key in (KEYS.Key_F2, KEYS.Key_F3, KEYS.Key_F4, KEYS.Key_F5, KEYS.Key_F6, KEYS.Key_F7, KEYS.Key_F8):
        press_key(opened, key)
        opened.canvas.grab()
    opened.app.view_options.change("look", Look(Channel.BLUE, 3.0, 0.3, 0.4, 2.0, 1.0))
    opened.split_view.grab()
    assert (image == before[0]).all()
    assert (mask == before[1]).all()
    assert not opened.app.editor.history.can_undo


def test_every_key_of_the_look(opened: MainWindow) -> None:
    ctrl, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    look = press_key(opened, KEYS.Key_Up, ctrl).look
    assert look.brightness == pytest.approx(0.1)
    assert press_key(opened, KEYS.Key_Right, ctrl).look.contrast == pytest.approx(0.1)
    assert press_key(opened, KEYS.Key_Up, alt).look.gamma == pytest.approx(1.1)
    assert press_key(opened, KEYS.Key_Right, alt).look.sharpen == pytest.approx(0.1)
    press_key(opened, KEYS.Key_Down, ctrl)
    press_key(opened, KEYS.Key_Left, ctrl)
    press_key(opened, KEYS.Key_Down, alt)
    assert press_key(opened, KEYS.Key_Left, alt).look == NEUTRAL
    press_key(opened, KEYS.Key_F3)
    assert opened.actions_by_id["view.clahe"].isChecked()
    assert press_key(opened, KEYS.Key_F9).look == NEUTRAL


def test_outline_and_beside_by_key(opened: MainWindow) -> None:
    alt, shift = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
    assert press_key(opened, KEYS.Key_Period, alt).line_width == 2.0
    assert press_key(opened, KEYS.Key_Comma, alt).line_width == 1.5
    for _ in range(3):
        assert press_key(opened, KEYS.Key_Comma, alt).line_width >= 1.0
    assert press_key(opened, KEYS.Key_F7, shift).split
    assert press_key(opened, KEYS.Key_F7, shift).beside is SecondView.COLOUR
    opened.docks.models.raise_()
    press_key(opened, KEYS.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert not opened.panels.view.visibleRegion().isEmpty()


def test_a_dab_is_painted_at_the_cost_of_its_box(canvas: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    """Screen pixels that a change of 100 x 100 image pixels makes the canvas work out, on 12 megapixels."""
    seen_pixels: list[int] = []

    def counted(step):
        def counting(pixels, *arguments):
            grid = arguments[-1]
            seen_pixels.append(grid.width * grid.height)
            return step(pixels, *arguments)

        return counting

    canvas.set_image(np.zeros((2848, 4288, 3), np.uint8))
    canvas.set_mask(np.ones((2848, 4288), np.uint8), DISC_AND_CUP)
    canvas.zoom_to(1.0)
    canvas.show_box(Box(1000, 1000, 1200, 1200))
    QApplication.processEvents()
    monkeypatch.setattr(image_layer, "sample_smooth", counted(image_layer.sample_smooth))
    monkeypatch.setattr(drawing, "sample_nearest", counted(drawing.sample_nearest))
    canvas.update_box(Box(1050, 1050, 1150, 1150))
    QApplication.processEvents()
    side = 100 * canvas.viewport.scale + 2 * 12 + 2
    assert len(seen_pixels) == 2
    assert max(seen_pixels) <= side * side


def test_the_panel_follows_and_leads(opened: MainWindow) -> None:
    panel, options = opened.panels.view, opened.app.view_options
    sliders = {slider.accessibleName(): slider for slider in panel.findChildren(QSlider)}
    numbers = {number.accessibleName(): number for number in panel.findChildren(QDoubleSpinBox)}
    sliders["Brightness"].setValue(150)
    assert options.view.look.brightness == pytest.approx(0.5)
    assert numbers["Brightness as a number"].value() == 50
    numbers["Gamma as a number"].setValue(2.0)
    assert options.view.look.gamma == 2.0
    QTest.mouseDClick(sliders["Brightness"], Qt.MouseButton.LeftButton)
    assert options.view.look.brightness == 0.0
    assert sliders["Brightness"].value() == 100
    options.change("line_width", 4.0)
    assert numbers["Outline as a number"].value() == 4.0
    part(panel.overlay, QSlider, "opacity").setValue(70)
    assert options.view.opacity == 0.7
    assert part(opened.panels.tools.overlay, QSlider, "opacity").value() == 70


def test_styles_by_key(opened: MainWindow) -> None:
    opened.app.session.open_case("d")
    assert opened.app.view_options.view.style is MaskStyle.BOTH
    filled = pixel(opened.canvas, 60.5, 60.5)
    assert press_key(opened, KEYS.Key_F4).style is MaskStyle.FILL
    assert press_key(opened, KEYS.Key_F4).style is MaskStyle.OUTLINE
    assert near(pixel(opened.canvas, 60.5, 60.5), 230, 190, 120)
    assert not near(filled, 230, 190, 120)
    ctrl_alt = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    assert press_key(opened, KEYS.Key_1, ctrl_alt).style is MaskStyle.FILL


def test_the_view_is_kept_for_the_next_picture_and_the_next_run(opened: MainWindow) -> None:
    press_key(opened, KEYS.Key_F2)
    press_key(opened, KEYS.Key_F6)
    press_key(opened, KEYS.Key_H)
    opened.app.session.open_case("b")
    assert near(pixel(opened.canvas, 10.5, 10.5), 50, 50, 50)
    opened.close()
    view = Store().settings.view
    assert (view.look.channel, view.crosshair) == (Channel.RED_FREE, True)
    assert view.visible  # a hidden mask would be looked for the next day


def test_an_outline_is_drawn_while_it_is_painted(opened: MainWindow) -> None:
    canvas = opened.canvas
    opened.app.view_options.change("style", MaskStyle.OUTLINE)
    opened.app.options.set_diameter(20)
    painted = canvas.grab().toImage()
    drag(canvas, [(60, 60), (70, 60), (80, 60)])
    canvas.set_pointer(None)
    after = canvas.grab().toImage()
    edge = at(canvas, 70, 50.3)
    assert painted.pixelColor(edge) != after.pixelColor(edge)
    assert after.pixelColor(edge).blue() > 200
    assert after.pixelColor(at(canvas, 70, 60)) == painted.pixelColor(at(canvas, 70, 60))


@pytest.fixture
def canvas(qtbot) -> Canvas:
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(600, 500)
    made.set_image(picture(1))
    made.set_mask(np.zeros((120, 160), np.uint8), DISC_AND_CUP)
    made.show()
    qtbot.waitExposed(made)
    return made


def far(one: QImage, other: QImage) -> int:
    """How many pixels differ by more than the rounding of places to parts of a pixel can do."""
    return int((np.abs(pixels_of(one).astype(int) - pixels_of(other)).max(axis=2) > 6).sum())


def seen(canvas: Canvas) -> QImage:
    """What the window holds, painted in parts as it happened; not painted anew."""
    QApplication.processEvents()
    return canvas.screen().grabWindow(canvas.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)


@pytest.mark.parametrize("view", [View(crosshair=True), View(magnifier=True)], ids=["crosshair", "magnifier"])
def test_aids_leave_nothing_behind(canvas: Canvas, view: View) -> None:
    canvas.set_view(view)
    for x in range(30, 130, 7):
        canvas.set_pointer((x, 20 + x // 2))
        QApplication.processEvents()
    moved = seen(canvas)
    canvas.update()
    assert far(moved, seen(canvas)) == 0
    canvas.set_pointer(None)
    away = seen(canvas)
    canvas.set_view(View())
    assert far(away, seen(canvas)) == 0
    assert far(away, moved) > 500


def test_the_magnifier_shows_what_is_painted(canvas: Canvas) -> None:
    mask = np.zeros((120, 160), np.uint8)
    canvas.set_mask(mask, DISC_AND_CUP)
    canvas.set_view(View(style=MaskStyle.FILL, magnifier=True))
    canvas.set_pointer((40, 90))
    glass = canvas._glass((40, 90)).center().toPoint()
    before = seen(canvas).pixelColor(glass)
    mask[85:95, 35:45] = 1
    canvas.update_box(Box(85, 35, 95, 45))
    assert seen(canvas).pixelColor(glass) != before


def test_the_picture_beside_goes_along(opened: MainWindow, qtbot) -> None:
    press_key(opened, KEYS.Key_F7)
    bare_view, canvas = opened.split_view.bare_view, opened.canvas
    qtbot.waitUntil(lambda: bare_view.isVisible() and abs(bare_view.width() - canvas.width()) < 9)
    assert bare_view.viewport == canvas.viewport
    wheel(canvas, QPoint(100, 100), 3)
    assert bare_view.viewport == canvas.viewport
    before = bare_view.viewport
    drag(bare_view, [(40, 40), (50, 50)])
    assert canvas.viewport == bare_view.viewport != before
    wheel(bare_view, QPoint(60, 60), 2)
    assert canvas.viewport == bare_view.viewport
    assert status_text(opened, "zoom") == f"{100 * canvas.zoom:.0f} %"
    QTest.mouseDClick(bare_view, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert bare_view.viewport == canvas.viewport
    opened.app.view_options.change("beside", SecondView.RED_FREE)
    assert near(pixel(bare_view, 10.5, 10.5), 50, 50, 50)
    assert near(pixel(canvas, 10.5, 10.5), 90, 50, 30)
    opened.app.session.open_case("d")
    assert near(pixel(bare_view, 60.5, 60.5), 190, 190, 190)  # without the mask
    press_key(opened, KEYS.Key_F7)
    assert not bare_view.isVisible()
    assert bare_view.image_size is None


def test_the_pointer_is_marked_beside(opened: MainWindow) -> None:
    press_key(opened, KEYS.Key_F7)
    QApplication.processEvents()
    bare_view = opened.split_view.bare_view
    plain = bare_view.grab().toImage()
    move(opened.canvas, (40, 40), Qt.MouseButton.NoButton)
    marked = bare_view.grab().toImage()
    place = at(bare_view, 40, 40)
    assert marked.pixelColor(place + QPoint(6, 0)) == QColor("white") != plain.pixelColor(place + QPoint(6, 0))
    QApplication.sendEvent(opened.canvas, QEvent(QEvent.Type.Leave))
    assert bare_view.grab().toImage() == plain


def test_millimetres_are_kept_with_the_project(opened: MainWindow) -> None:
    field = part(opened.panels.view, QDoubleSpinBox, "scale")
    assert field.isEnabled()
    field.setValue(7.1)
    assert opened.app.session.project.mm_per_pixel == pytest.approx(0.0071)
    assert opened.canvas._mm_per_pixel == pytest.approx(0.0071)
    root = opened.app.session.project.root
    opened.app.session.close_project()
    assert not field.isEnabled()
    assert field.value() == 0
    opened.app.session.open_project(root)
    assert field.value() == pytest.approx(7.1)
    field.setValue(0)
    assert opened.app.session.project.mm_per_pixel is None


@pytest.mark.parametrize(("scale", "words"), [(1.0, "100 px"), (0.1, "1000 px"), (30.0, "5 px")])
def test_the_bar_is_round(scale: float, words: str) -> None:
    length, text = bar(scale, None)
    assert text == words
    assert length == pytest.approx(float(words.split()[0]) * scale)


def test_the_bar_in_millimetres() -> None:
    assert bar(1.0, 0.007) == (pytest.approx(1 / 0.007), "1 mm")
    assert bar(10.0, 0.007)[1] == "100 µm" or bar(10.0, 0.007)[1] == "0.1 mm"
    assert [round_length(value) for value in (1, 1.9, 2, 7, 99)] == [1, 1, 2, 5, 50]


def test_pinching_zooms_to_the_fingers(opened: MainWindow) -> None:
    canvas = opened.canvas
    place = QPointF(150, 120)
    before, scale = canvas.viewport.to_image(150, 120), canvas.viewport.scale
    device = QPointingDevice.primaryPointingDevice()
    kind = Qt.NativeGestureType.ZoomNativeGesture
    globally = canvas.mapToGlobal(place)
    event = QNativeGestureEvent(kind, device, 2, place, place, globally, 0.2, QPointF())
    QApplication.sendEvent(canvas, event)
    assert canvas.viewport.scale == pytest.approx(1.2 * scale)
    assert canvas.viewport.to_image(150, 120) == pytest.approx(before)
