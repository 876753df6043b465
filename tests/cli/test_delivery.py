"""Files are changed whole or not at all, and keep what their owner gave them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from esper_lint.cli.delivery import DeliveryError, to_file


def test_a_file_holds_the_lines_in_utf_8_with_newlines(tmp_path: Path) -> None:
    to_file(str(tmp_path / "new"), ["one", "zw\u00f6lf", "lone \udc80"])
    assert (tmp_path / "new").read_bytes() == b"one\nzw\xc3\xb6lf\nlone \\udc80\n"
    assert os.listdir(tmp_path) == ["new"]


def test_a_new_file_has_the_mode_that_any_other_would_have(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    to_file(str(tmp_path / "new"), [])
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_an_old_file_keeps_its_mode_and_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("before", encoding="utf-8")
    (tmp_path / "old").chmod(0o640)
    (tmp_path / "link").symlink_to("old")
    to_file(str(tmp_path / "link"), ["after"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "old").read_text(encoding="utf-8") == "after\n"
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o640


def test_a_failure_half_way_leaves_the_old_content_and_no_litter(tmp_path: Path) -> None:
    def failing() -> Iterator[str]:
        yield "half"
        raise OSError(28, "No space left on device")

    (tmp_path / "old").write_text("before", encoding="utf-8")
    with pytest.raises(DeliveryError, match=r"^cannot write .*old: No space left on device$"):
        to_file(str(tmp_path / "old"), failing())
    assert (tmp_path / "old").read_text(encoding="utf-8") == "before"
    assert os.listdir(tmp_path) == ["old"]


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    to_file(os.devnull, ["gone"])
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
