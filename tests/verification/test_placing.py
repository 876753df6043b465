"""Under which names classes are imported, and where cases come from that nobody recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from esper_lint.config import load
from esper_lint.progress import Silence
from esper_lint.verification.enlarging import Enlarging
from esper_lint.verification.pairing import Inventory, ModuleClass, inventory, paired
from esper_lint.verification.placing import fits, module_beside, placing, renaming
from esper_lint.verification.sourcing import Sourced, renamed
from esper_lint.verification.specs import Arguments, Build, Call, Case, Factory, Named, TensorSpec
from esper_lint.verification.transferring import with_siblings
from esper_lint.verification.trees import SourceTree
from esper_lint.verification.versions import Version, of_places
from tests.trees import write


def version(place: str, root: str = "/home/src", edits: dict[str, bytes | None] | None = None) -> Version:
    return Version("x", SourceTree(root, edits or {}), place)


def one(path: str, file: str) -> ModuleClass:
    return ModuleClass(path, "Net", file, 1)


@pytest.mark.parametrize(
    ("module", "edited", "expected"),
    [
        ("top.old.net", False, True),
        ("old.net", False, True),
        ("net", False, True),
        ("src.top.old.net", False, True),
        ("src.top.old.net", True, False),
        ("top.old", False, False),
        ("ld.net", False, False),
        ("other.net", False, False),
    ],
)
def test_a_name_fits_a_file_if_it_ends_its_path(module: str, edited: bool, expected: bool) -> None:
    held = version("top/old", edits={"a.py": b""} if edited else None)
    assert fits(held, "top/old/net.py", module) is expected
    assert fits(held, "top/old/net/__init__.py", module) is expected


@pytest.mark.parametrize(
    ("old", "new", "module", "new_module", "roots", "renames"),
    [
        ("top/old", "top/new", "top.old.net", "top.new.net", (".", "."), (("top.old", "top.new"),)),
        ("old", "deep/new", "old.net", "deep.new.net", (".", "."), (("old", "deep.new"),)),
        ("top/old", "top/new", "old.net", "new.net", ("top", "top"), (("old", "new"),)),
        ("top/old", "top/new", "net", "net", ("top/old", "top/new"), ()),
        ("top/old", "top/new", "src.top.old.net", "src.top.new.net", ("..", ".."), (("src.top.old", "src.top.new"),)),
        ("", "", "old.net", "old.net", (".", "."), ()),
    ],
)
def test_the_new_version_is_imported_as_the_old_one_was(
    old: str, new: str, module: str, new_module: str, roots: tuple[str, str], renames: tuple[tuple[str, str], ...]
) -> None:
    inner = "net.py" if old else "old/net.py"
    first, second = (one(inner, f"{place}/{inner}" if place else inner) for place in (old, new))
    found = placing(version(old), version(new), first, second, module)
    assert (found.new_module, (found.old_root, found.new_root), found.renames) == (new_module, roots, renames)


def test_two_files_are_modules_of_their_own_names() -> None:
    found = placing(version("old.py"), version("new.py"), one(".", "old.py"), one(".", "new.py"), "old")
    assert (found.new_module, found.renames) == ("new", (("old", "new"),))


def test_names_in_a_case_are_rewritten_wherever_they_stand() -> None:
    factory = Factory("old.net:make", Arguments((Named("old.acts:gelu"), Named("torch.nn:GELU"))))
    case = Case(Build("old.net:make.Net", factory=factory), Call(Arguments((Build("older.net:Net"), "old.net:x"))))
    found = renamed(case, renaming([("old", "new.er")]))
    assert found.build.name == "new.er.net:make.Net" and found.build.factory is not None
    assert found.build.factory.arguments.positional == (Named("new.er.acts:gelu"), Named("torch.nn:GELU"))
    assert found.call.arguments.positional == (Build("older.net:Net"), "old.net:x")


@pytest.mark.parametrize(
    ("file", "other", "module", "expected"),
    [
        ("pkg/a.py", "pkg/b.py", "pkg.b", "pkg.a"),
        ("pkg/deep/a.py", "pkg/b.py", "b", "deep.a"),
        ("pkg/a.py", "pkg/b.py", "above.pkg.b", "above.pkg.a"),
        ("pkg/__init__.py", "pkg/b.py", "pkg.b", "pkg"),
    ],
)
def test_a_module_beside_another(file: str, other: str, module: str, expected: str) -> None:
    assert module_beside(file, other, module) == expected


TWO = """\
from torch import nn


def first(dim: int):
    class First(nn.Module):
        def forward(self, x):
            return x

    return First()


if True:
    def second(width: int):
        class Second(nn.Module):
            def forward(self, x):
                return x

        return Second()


class Third(nn.Module):
    def __init__(self, dim: int, depth):
        super().__init__()

    def forward(self, x):
        return x
"""


@pytest.fixture
def held(tmp_path: Path) -> tuple[Inventory, Inventory]:
    write(tmp_path, {"old/__init__.py": "", "old/net.py": TWO, "new/__init__.py": "", "new/net.py": TWO})
    config = load(str(tmp_path), {"jobs": 1}).config
    places = of_places(str(tmp_path / "old"), str(tmp_path / "new"))
    old, new = (inventory(place, (), config, Silence(), use_cache=False) for place in places)
    return old, new


def made(name: str, factory: str, *shape: int) -> Case:
    build = Build(f"old.net:{factory}.{name}", factory=Factory(f"old.net:{factory}", Arguments((shape[-1],))))
    return Case(build, Call(Arguments((TensorSpec(shape),))))


def test_a_class_without_a_case_gets_those_of_a_sibling(held: tuple[Inventory, Inventory]) -> None:
    pairs = {pair.old.qualname: pair for pair in paired(*held).pairs}
    own = {pairs["first.First"]: Sourced("old.net", (made("First", "first", 3, 5, 8),))}
    groups = [[("old/net.py", name) for name in ("first.First", "second.Second")], [("old/net.py", "Third")]]
    enlarging = Enlarging(held[0], 0)
    found = with_siblings(own, pairs.values(), groups, held[0], enlarging.signature)
    assert list(found) == [pairs["first.First"], pairs["second.Second"]]
    (case,) = found[pairs["second.Second"]].cases
    assert case.build == made("Second", "second", 3, 5, 8).build and case.source == "sibling"


def test_further_cases_are_the_same_each_time_and_none_is_given_twice(held: tuple[Inventory, Inventory]) -> None:
    given = [made("First", "first", 3, 5, 8), made("First", "first", 2, 7, 16)]
    found = Enlarging(held[0], 3)(given, 30)
    assert len(found) == len(set(found)) == 30 and not set(found) & set(given)
    assert found == Enlarging(held[0], 3)(given, 30) != Enlarging(held[0], 4)(given, 30)
    assert {case.source for case in found} == {"generated"} and Enlarging(held[0], 3)(given, 0) == ()
    widths = {case.build.factory.arguments.positional for case in found if case.build.factory}
    assert len(widths) > 3  # the signature in the source says that it is an integer
