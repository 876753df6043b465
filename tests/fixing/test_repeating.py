"""What was found of members before their files changed elsewhere is what a new look finds, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esper_lint.findings import Group, Member, Severity, UnitKind
from esper_lint.fixing import rounds
from esper_lint.fixing.attempting import Attempt, attempted
from esper_lint.fixing.extraction.extracting import Options
from esper_lint.fixing.extraction.sites import Source, source_of
from esper_lint.fixing.fixes import Fixes, GroupFix, Rewritten, Withdrawn
from esper_lint.fixing.proving import MERGE, Proved, key_of
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.repeating import Earlier, holds, repeated
from esper_lint.fixing.texts import text_of
from tests.fixing.test_passes import BODIES, fixes
from tests.fixing.twins import twins
from tests.trees import BODY, CHANGED, project

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
ABOVE = "def above(x):\n    return x\n\n\n"
OTHER = "class Other(nn.Module):\n    def forward(self, x):\n        return x\n\n\n"


def members_of(sources: Mapping[str, Source], wanted: Collection[str], *, is_class: bool = False) -> list[Member]:
    """The forwards, or the classes, of these names."""
    found: list[Member] = []
    for source in sources.values():
        for site in source.sites:
            if site.qualname in wanted:
                node = site.owner if is_class else site.function
                line, end = node.lineno, node.end_lineno or 0
                one = Member(source.path, site.qualname, line, end, 0, 0, str(len(found)), 1.0, None, 0)
                found.append(replace(one, forward_line=site.function.lineno))
    return found


def options(taken: Collection[str] = ()) -> Options:
    return Options(
        module_of=lambda path: path.removesuffix(".py").replace("/", "."), folder="models", is_taken=taken.__contains__
    )


class Case:
    """Files with members, tried as they are; ``again`` tries them in other files."""

    def __init__(self, files: Mapping[str, str], names: Collection[str], *, is_class: bool = False) -> None:
        self.files, self._names, self._is_class = files, names, is_class
        self.first = self._fresh(files, ())

    def _fresh(self, files: Mapping[str, str], taken: Collection[str]) -> Attempt:
        sources = {path: source_of(path, text) for path, text in files.items()}
        members = members_of(sources, self._names, is_class=self._is_class)
        kind = UnitKind.CLASS if self._is_class else UnitKind.FORWARD
        group = Group("0", "ESP104", kind, 3, 0.9, Severity.P3, tuple(members), (), True)
        return attempted(group, members, sources, options(taken))

    def again(self, files: Mapping[str, str], taken: Collection[str] = ()) -> tuple[Attempt | None, Attempt]:
        """What is repeated, if it can be proved, and what a new look finds."""
        sources = {path: source_of(path, text) for path, text in files.items()}
        members = members_of(sources, self._names, is_class=self._is_class)
        earlier = Earlier(self.first, {path: text_of(text.encode()) for path, text in self.files.items()})
        found = repeated(earlier, members, sources, options(taken))
        assert found is None or (found.claim is not None) == isinstance(found.found, Proved)
        is_proved = found is not None and holds(found, options().module_of)
        return replace(found, claim=None) if found and is_proved else None, self._fresh(files, taken)


def one_file() -> Case:
    return Case({"models/a.py": twins().replace("\n\nclass Wide", f"\n\n{OTHER}class Wide")}, ["Plain", "Wide"])


def two_files(body: str = BODY, other: str = BODY) -> Case:
    first, _, second = twins(body=body, other=other).partition("class Wide")
    head = first.partition("class")[0]
    return Case({"models/a.py": first, "models/b.py": f"{head}{OTHER}class Wide{second}"}, ["Plain", "Wide"])


def classes() -> Case:
    """Two that are merged."""
    init = "    def __init__(self, dim):\n        super().__init__()\n        self.heads = 4\n"
    init += "        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)\n\n"
    text = "".join(
        f"class {name}(nn.Module):\n{init}    def forward(self, x):\n{BODY}\n\n" for name in ("Plain", "Same")
    )
    return Case({"models/a.py": f"{HEAD}\n\n{text}"}, ["Plain", "Same"], is_class=True)


CASES: dict[str, Callable[[], Case]] = {"one file": one_file, "two files": two_files, "classes": classes}
DRIFTS: dict[str, Callable[[str], str]] = {
    "nothing": lambda text: text,
    "a function above": lambda text: text.replace("\n\nclass ", f"\n\n{ABOVE}class ", 1),
    "a function below": lambda text: f"{text}\n\n{ABOVE}".rstrip("\n") + "\n",
    "an import": lambda text: text.replace(
        "from torch import nn\n", "from torch import nn\n\nfrom ._other import one\n"
    ),
    "another import first": lambda text: f"import math\n{text}",
    "a class in between": lambda text: text.replace(
        "class Other(", "class Another(nn.Module):\n    pass\n\n\nclass Other("
    ),
    "a class that is another": lambda text: text.replace("        return x\n\n\n", "        return -x\n\n\n"),
    "a form feed": lambda text: text.replace("\n\n\nclass ", "\n\n# of the file\n\f\nclass ", 1),
    "comments": lambda text: text.replace("\n\nclass ", "\n\n# of the file\n\n\nclass ", 1),
}


@pytest.mark.parametrize("drift", DRIFTS)
@pytest.mark.parametrize("case", CASES)
def test_a_fix_is_repeated_as_a_new_look_finds_it(case: str, drift: str) -> None:
    tried = CASES[case]()
    assert isinstance(tried.first.found, Proved) and (tried.first.found.strategy == MERGE) == (case == "classes")
    found, fresh = tried.again({path: DRIFTS[drift](text) for path, text in tried.files.items()})
    assert isinstance(fresh.found, Proved) and found in (fresh, None)
    # What stands right where a helper or a base goes leaves its place to be found anew.
    assert found is not None or (drift in ("a function above", "a form feed", "comments") and case != "two files")


@pytest.mark.parametrize("body", [BODY, CHANGED])
def test_why_members_are_left_out_is_repeated_with_the_lines_of_now(body: str) -> None:
    text = twins(body=body, other=BODY) + twins("Third", "Fourth").partition("nn\n")[2]
    case = Case({"models/a.py": text}, ["Plain", "Wide", "Third", "Fourth"])
    found, fresh = case.again({"models/a.py": f"import math\n\n{text}"})
    assert isinstance(case.first.found, Proved) and found == fresh
    assert bool(fresh.causes or fresh.found.kept) == (body != BODY)  # type: ignore[union-attr]


def test_members_that_are_others_are_looked_at_anew() -> None:
    case = two_files()
    for old, new in (("chunk(3, dim=-1)", "chunk(3, -1)"), ("class Plain", "@final\nclass Plain")):
        found, _ = case.again({path: text.replace(old, new) for path, text in case.files.items()})
        assert found is None


@pytest.mark.parametrize("code", ["FX-NO-BENEFIT", "FX-NAME"])
def test_what_keeps_members_apart_still_does_unless_it_was_around_them(code: str) -> None:
    case = Case({"models/a.py": twins(other=BODIES[1])}, ["Plain", "Wide"])
    assert not isinstance(case.first.found, Proved)
    case.first = replace(case.first, found=tuple(replace(one, code=code) for one in case.first.found))
    found, fresh = case.again({path: f"import math\n{text}" for path, text in case.files.items()})
    assert found == (fresh if code == "FX-NO-BENEFIT" else None)


def test_what_is_added_is_called_as_it_would_be_today() -> None:
    case = two_files()
    assert isinstance(case.first.found, Proved)
    ((home, name), *_) = case.first.found.new
    again, fresh = case.again(case.files, [home.removesuffix(".py")])
    assert again == fresh and isinstance(fresh.found, Proved) and fresh.found.new[0][0] == home.replace(".py", "_2.py")
    path = "models/a.py"
    again, fresh = case.again({**case.files, path: f"{case.files[path]}\n\n{name} = 1\n"})
    assert again is None and isinstance(fresh.found, Proved) and fresh.found.new[0][1] != name


def test_a_number_that_is_needed_no_more_is_not_repeated() -> None:
    files = {path: f"{text}\n\n_plain_forward = 1\n" for path, text in two_files().files.items()}
    case = Case(files, ["Plain", "Wide"])
    assert isinstance(case.first.found, Proved) and case.first.found.new[0][1] == "_plain_forward_2"
    assert case.again({path: f"import math\n{text}" for path, text in files.items()})[0] is not None
    assert case.again(two_files().files)[0] is None


def test_a_base_is_called_as_it_would_be_today() -> None:
    text = classes().files["models/a.py"]
    first = f"{text}\n\n_ModuleBase = 1\n"
    case = Case({"models/a.py": first}, ["Plain", "Same"], is_class=True)
    assert isinstance(case.first.found, Proved) and case.first.found.new[0][1] == "_ModuleBase2"
    assert case.again({"models/a.py": f"import math\n{text}"})[0] is None
    assert classes().again({"models/a.py": first})[0] is None


@pytest.mark.parametrize(
    "change", [{"notes": ("not compiled (line 7)",)}, {"members": (Rewritten("models/a.py", "X", 12),)}]
)
def test_what_is_of_others_or_names_a_line_is_looked_for_anew(change: Mapping[str, Any]) -> None:
    case = two_files()
    assert isinstance(case.first.found, Proved)
    case.first = replace(case.first, found=replace(case.first.found, **change))
    assert case.again(case.files)[0] is None


def test_what_a_name_means_today_decides() -> None:
    """The certificate is asked again."""
    case = two_files()
    path = "models/b.py"
    text = case.files[path].replace("import torch.nn.functional as F", "from . import functional as F")
    assert case.again({**case.files, path: text})[0] is None


PARTS = [f"{one}\n" for one in ("import math", "from ._other import one", "# of the file", "SIZE = 4")]
PARTS += [ABOVE, OTHER.replace("Other", "New")]


@settings(max_examples=40)  # each looks twice for a fix
@given(st.data(), st.sampled_from(sorted(CASES)))
def test_whatever_is_put_around_members_a_fix_is_repeated_or_looked_for(data: st.DataObject, name: str) -> None:
    case = CASES[name]()
    files = {}
    for path, text in case.files.items():
        lines = text.split("\n")
        for part in data.draw(st.lists(st.sampled_from(PARTS), max_size=3, unique=True)):
            starts = [k for k, line in enumerate(lines) if line.startswith(("import ", "from ", "class "))]
            lines[(at := data.draw(st.sampled_from(starts))) : at] = part.split("\n")[:-1]
        files[path] = "\n".join(lines)
    found, fresh = case.again(files)
    assert found is None or found == fresh


def test_a_plan_is_the_same_without_what_earlier_rounds_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of several fixes of one file is withdrawn, which moves all others."""
    pairs = [twins(f"Plain{number}", f"Wide{number}", body=body) for number, body in enumerate(BODIES)]
    folder = project(tmp_path, {"a.py": pairs[0] + "".join(pair.partition("nn\n")[2] for pair in pairs[1:])})
    again: list[Attempt | None] = []

    def counted(*arguments: Any) -> Attempt | None:
        again.append(repeated(*arguments))
        return again[-1]

    def plan(repeat: Callable[..., Attempt | None]) -> Fixes:
        taken_back: list[GroupFix] = []

        def withdraw(_: object, __: object, passes: Sequence[Sequence[GroupFix]], ___: object) -> Withdrawn:
            taken_back.append(passes[0][0])
            cause = Refusal("FX-NO-BENEFIT", "a.py", 1, "withdrawn")
            return {key_of(taken_back[0]): (cause,)} if len(taken_back) == 1 else {}

        monkeypatch.setattr(rounds, "withdrawals", withdraw)
        monkeypatch.setattr(rounds, "repeated", repeat)
        return fixes(folder, jobs=1)

    found = plan(counted)
    assert len(found.made) == len([one for one in again if one]) == len(BODIES) - 1
    assert plan(lambda *_: None) == found
    monkeypatch.setattr(rounds, "holds", lambda *_: False)  # what cannot be proved is looked for anew
    assert plan(repeated) == found


def test_a_claim_is_held_against_the_fix_that_is_told() -> None:
    """A proof that comes to other obligations is the proof of another fix."""
    case = two_files()
    sources = {path: source_of(path, text) for path, text in case.files.items()}
    earlier = Earlier(case.first, {path: text_of(text.encode()) for path, text in case.files.items()})
    found = repeated(earlier, members_of(sources, ["Plain", "Wide"]), sources, options())
    assert found is not None and isinstance(found.found, Proved) and found.found.obligations
    module_of = options().module_of
    assert holds(found, module_of) and holds(case.first, module_of)
    assert not holds(replace(found, found=replace(found.found, obligations=())), module_of)
