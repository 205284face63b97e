"""Whether there is a display: asked through the libraries that Qt asks through, before Qt aborts the process."""

from __future__ import annotations

import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from unet_desktop.errors import DisplayError
from unet_desktop.gui import display_check

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")


@pytest.fixture(autouse=True)
def _no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Says which of the two systems answer; none does at first."""
    answers = SimpleNamespace(x=False, wayland=False)
    monkeypatch.setattr(display_check, "_x_answers", lambda: answers.x)
    monkeypatch.setattr(display_check, "_wayland_answers", lambda: answers.wayland)
    monkeypatch.setattr(display_check, "_load_plugin", lambda _platform: None)
    return answers


def test_one_display_that_answers_is_enough(monkeypatch: pytest.MonkeyPatch, answering: SimpleNamespace) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.raises(DisplayError, match='"wayland-0" cannot be reached'):
        display_check.require_display()
    answering.x = True
    display_check.require_display()
    answering.x, answering.wayland = False, True
    display_check.require_display()


def test_a_platform_that_was_asked_for_must_answer_itself(
    monkeypatch: pytest.MonkeyPatch, answering: SimpleNamespace
) -> None:
    answering.wayland = True
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    with pytest.raises(DisplayError, match="There is no display"):
        display_check.require_display()
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb;wayland")
    display_check.require_display()


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:size=800x600"])
def test_without_a_screen_none_is_asked(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    monkeypatch.setenv("DISPLAY", ":987")
    display_check.require_display()


def test_a_library_that_the_plugin_needs_is_named(monkeypatch: pytest.MonkeyPatch, answering: SimpleNamespace) -> None:
    def refuse(_platform: str) -> None:
        raise ImportError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory")

    answering.x = True
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(display_check, "_load_plugin", refuse)
    with pytest.raises(ImportError, match="libxcb-cursor"):
        display_check.require_display()


def test_a_library_that_cannot_be_loaded_is_an_import_error() -> None:
    with pytest.raises(ImportError, match="libnowhere"):
        display_check._load("libnowhere.so.1")


@pytest.fixture
def x_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], None]]:
    """Function that serves one connection of the X protocol with an answer, and names the server in DISPLAY."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def answer(reply: bytes) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(reply)
            connection.recv(4096)  # until the client has gone

    def serve(reply: bytes) -> None:
        monkeypatch.setenv("DISPLAY", f"127.0.0.1:{listener.getsockname()[1] - 6000}")
        threads.append(threading.Thread(target=answer, args=(reply,)))
        threads[0].start()

    yield serve
    for thread in threads:
        thread.join(10)
    listener.close()


def test_an_x_server_that_lets_us_in_is_a_display(x_server: Callable[[bytes], None]) -> None:
    x_server(struct.pack("<BxHHH32x", 1, 11, 0, 8))  # success, protocol 11.0, a set-up of 8 words without screens
    assert display_check._x_answers()


def test_an_x_server_that_lets_nobody_in_is_none(x_server: Callable[[bytes], None]) -> None:
    x_server(struct.pack("<BBHHH4s", 0, 4, 11, 0, 1, b"Away"))
    assert not display_check._x_answers()
