"""The lines behind a report, cut as Python cuts them."""

from __future__ import annotations

from pathlib import Path

from esper_lint.analysis import Buffer
from esper_lint.sources import FileLines


def test_lines_end_where_python_ends_them(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfone\r\ntwo\x0cstill two\rthree\nfour")
    assert FileLines(str(tmp_path))("a.py") == ("one", "two\x0cstill two", "three", "four")


def test_the_declared_encoding_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"# coding: latin-1\n# \xe9\n")
    assert FileLines(str(tmp_path))("a.py")[1] == "# \xe9"


def test_a_file_that_has_gone_or_cannot_be_decoded_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_bytes(b"\xff\n")
    lines = FileLines(str(tmp_path))
    assert lines("gone.py") == () and lines("bad.py") == ()


def test_standard_input_comes_before_the_file_of_its_name(tmp_path: Path, project: Path) -> None:
    lines = FileLines(str(project), Buffer("clean/../pair.py", b"unsaved\n"))
    assert lines("pair.py")[0] == "unsaved"
    assert lines("twin.py")[0] == "import torch.nn.functional as F"
