"""What is claimed beside the rewritten sites: files, names, imports, annotations, attributes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from esper_lint.fixing.certificate.certifying import certify
from esper_lint.fixing.certificate.claims import Certificate, Claim, Obligation, Rejected, Rewritten, SiteClaim
from tests.fixing.certificate import examples as of
from tests.fixing.certificate.examples import PATH
from tests.fixing.certificate.programs import Body, program

HELPER = "def _h(module, x):\n    a = module.f(x)\n    b = module.g(a)\n    return b"
PLAIN = Body("a = self.f(x)\nb = self.g(a)\nreturn b", "return _h(self, x)")


def kind_of(claim: Claim) -> str:
    found = certify(claim)
    return found.kind if isinstance(found, Rejected) else "certified"


def test_attributes_are_obligations() -> None:
    found = certify(of.STABLE.claim())
    assert isinstance(found, Certificate)
    assert [(one.kind, one.line) for one in found.obligations] == [
        ("stable-attribute", 13),
        ("hoisted-read", 13),
        ("stable-attribute", 14),
        ("hoisted-read", 14),
        ("stable-attribute", 21),
        ("hoisted-read", 21),
    ]
    assert "self.damping" in found.obligations[0].message


def test_an_attribute_that_is_read_at_once_is_not_hoisted() -> None:
    helper = "def _h(module, scale, x):\n    a = scale * x\n    b = module.g(a)\n    return b"
    one = Body("a = self.s * x\nb = self.g(a)\nreturn b", "return _h(self, self.s, x)")
    other = Body("a = 2 * x\nb = self.g(a)\nreturn b", "return _h(self, 2, x)")
    found = certify(program(helper, one, other, stable=True))
    assert isinstance(found, Certificate)
    assert found.obligations == (
        Obligation("stable-attribute", PATH, 13, "self.s is not assigned while the helper runs"),
    )


def test_attributes_need_leave() -> None:
    assert kind_of(replace(of.STABLE.claim(), stable_attributes=False)) == "argument"


@pytest.mark.parametrize(
    ("statement", "original"),
    [
        ("a = sub(x)", "a = self.s(x)"),
        ("a = sub.forward_(x)", "a = self.s.forward_(x)"),
        ("a = sub.weight.mul_(x)", "a = self.s.weight.mul_(x)"),
        ("a = sub[0] = x", "a = self.s[0] = x"),
        ("a = sub.weight = x", "a = self.s.weight = x"),
        ("a = torch.relu_(sub)", "a = torch.relu_(self.s)"),
        ("a = torch.add(x, x, out=sub)", "a = torch.add(x, x, out=self.s)"),
        ("a = setattr(sub, 'k', x)", "a = setattr(self.s, 'k', x)"),
        ("module.s = a = sub + x", "self.s = a = self.s + x"),
        ("sub += x\n    a = sub", "self.s += x\n    a = self.s"),
    ],
)
def test_attributes_that_are_called_or_changed_may_not_be_passed(statement: str, original: str) -> None:
    helper = f"def _h(module, sub, x):\n    {statement}\n    b = module.g(a)\n    return b"
    site = Body(f"{original.replace('    ', '')}\nb = self.g(a)\nreturn b", "return _h(self, self.s, x)")
    assert kind_of(program(helper, site, site, stable=True)) in ("stable-attribute", "rebound")


def test_attributes_that_are_kept_for_later_may_not_be_passed() -> None:
    helper = "def _h(module, s, x):\n    a = module.f(lambda: s)\n    b = module.g(a, x)\n    return b"
    site = Body("a = self.f(lambda: self.s)\nb = self.g(a, x)\nreturn b", "return _h(self, self.s, x)")
    assert kind_of(program(helper, site, site, stable=True)) == "captured"


def test_attributes_of_another_parameter_may_not_be_passed() -> None:
    assert kind_of(of.STABLE.changed(("self.damping, ", "x.damping, "))) == "argument"


def test_every_helper_needs_two_sites() -> None:
    claim = program(HELPER, PLAIN)
    assert kind_of(claim) == "sites"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda claim: replace(claim, helpers=((PATH, "__attend"),)), "mangled"),
        (lambda claim: replace(claim, helpers=((PATH, "if"),)), "mangled"),
        (lambda claim: replace(claim, helpers=((PATH, "other"),)), "frame"),
        (lambda claim: replace(claim, helpers=()), "frame"),
        (lambda claim: replace(claim, helpers=claim.helpers * 2), "claim"),
        (lambda claim: replace(claim, sites=claim.sites[:1]), "frame"),
        (lambda claim: replace(claim, sites=claim.sites[:1] * 2), "claim"),
        (lambda claim: replace(claim, sites=(*claim.sites, SiteClaim(PATH, "nothing", 3))), "claim"),
        (lambda claim: replace(claim, sites=(*claim.sites, SiteClaim("other.py", "forward", 3))), "claim"),
        (lambda claim: replace(claim, files=()), "claim"),
        (lambda claim: replace(claim, files=claim.files * 2), "claim"),
        (lambda claim: replace(claim, files=(replace(claim.files[0], after=claim.files[0].before),)), "helper"),
    ],
)
def test_claims_that_do_not_fit(change: object, kind: str) -> None:
    assert callable(change)
    assert kind_of(change(of.ATTENTION.claim())) == kind


def test_comments_outside_stay() -> None:
    claim = program(HELPER, PLAIN, PLAIN, head="# kept\nA = 1  # kept too\n")
    assert kind_of(claim) == "certified"
    for lost in ("# kept\n", "  # kept too"):
        (file,) = claim.files
        assert kind_of(replace(claim, files=(replace(file, after=file.after.replace(lost, "", 1)),))) == "layout"


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        ("Tensor", "certified"),
        ("Tensor | None", "certified"),
        ("tuple[Tensor, ...]", "certified"),
        ("'Later'", "undefined"),
        ("torch.Tensor", "certified"),
        ("Optional[int]", "certified"),
        ("Optional[str]", "certified"),
        ("Optional[torch.Tensors]", "annotation"),
        ("torch.Tensors", "annotation"),
        ("torch.Known", "certified"),
        ("torch.Guarded", "annotation"),
        ("torch.Unmade", "annotation"),
        ("S0", "annotation"),
        ("nowhere", "annotation"),
        ("guarded", "annotation"),
        ("'Tensor' | None", "annotation"),
        ("print(1)", "annotation"),
        ("(y := 1)", "annotation"),
    ],
)
def test_evaluated_annotations(annotation: str, kind: str) -> None:
    head = "from typing import Optional\n\nif torch:\n    guarded = int\n"
    head += "\n\ndef known(x: Optional[int], y: torch.Known):\n    pass\n"
    head += "\n\nif torch:\n    def other(x: torch.Guarded):\n        def inner(y: torch.Unmade):\n            pass\n"
    claim = program(HELPER.replace("x):", f"x) -> {annotation}:"), PLAIN, PLAIN, head=head)
    (file,) = claim.files
    eager = Rewritten(
        PATH, *(text.replace("from __future__ import annotations\n", "\n") for text in (file.before or "", file.after))
    )
    assert kind_of(replace(claim, files=(eager,))) == kind


def test_names_that_become_undefined() -> None:
    claim = program(HELPER.replace("x):", "x: Nowhere):"), PLAIN, PLAIN)
    assert kind_of(claim) == "undefined"


def test_type_checking_imports_serve_annotations() -> None:
    head = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from pkg.kinds import Kind\n"
    assert kind_of(program(HELPER.replace("x):", "x: Kind):"), PLAIN, PLAIN, head=head + "\nK: Kind\n")) == "certified"


LEAF = "pkg/shared.py"
FIRST = """\
import torch
import torch.nn.functional as F
from torch import nn


class A(nn.Module):
    def forward(self, x):
        y = F.relu(self.fc(x))
        y = torch.cat([y, y], dim=len(y))
        return self.out(y)


def other():
    return F, torch
"""
SECOND = """\
import torch
from torch import nn
from torch.nn import functional as F


class B(nn.Module):
    def forward(self, z):
        y = F.relu(self.fc(z))
        y = torch.cat([y, y], dim=len(y))
        return self.out(y)


def other():
    return F, torch
"""
SHARED = '''\
"""Code that several modules share."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F


def _concatenated(module: Any, x: Tensor) -> Tensor:
    """Twice the same."""
    y = F.relu(module.fc(x))
    y = torch.cat([y, y], dim=len(y))
    return module.out(y)
'''


def across(*edits: tuple[str, str], first: str = FIRST, second: str = SECOND, shared: str = SHARED) -> Claim:
    """A helper in a file of its own; edits are made in all texts after."""
    run = {"x": "return _concatenated(self, x)", "z": "return _concatenated(self, z)"}
    after = [first, second]
    for number, (name, line) in enumerate(
        zip("xz", ("from pkg.shared import _concatenated", "from ..shared import _concatenated"), strict=True)
    ):
        start = after[number].index("        y = F")
        end = after[number].rindex("\n\n\ndef other")
        after[number] = after[number][:start] + f"        {run[name]}" + after[number][end:]
        after[number] = after[number].replace("\n\n\nclass", f"\n\n{line}\n\n\nclass", 1)
    texts = [*after, shared]
    for old, new in edits:
        assert any(old in text for text in texts), old
        texts = [text.replace(old, new) for text in texts]
    return Claim(
        (
            Rewritten("src/pkg/a.py", first, texts[0], "pkg.a"),
            Rewritten("src/pkg/sub/b.py", second, texts[1], "pkg.sub.b"),
            Rewritten("src/" + LEAF, None, texts[2], "pkg.shared"),
        ),
        (("src/" + LEAF, "_concatenated"),),
        (
            SiteClaim("src/pkg/a.py", "A.forward", 1 + first[: first.index("    def forward")].count("\n")),
            SiteClaim("src/pkg/sub/b.py", "B.forward", 7),
        ),
    )


def test_a_helper_in_another_file() -> None:
    found = certify(across())
    assert isinstance(found, Certificate), found


def test_an_import_that_is_left_without_a_use_stays_and_is_told() -> None:
    found = certify(across(first=FIRST.replace("return F, torch", "return torch")))
    assert isinstance(found, Certificate), found
    assert found.obligations == (
        Obligation("unused-import", "src/pkg/a.py", 2, "the import of `F` has no use left in this file, and stays"),
    )


@pytest.mark.parametrize(
    ("kind", "edits"),
    [
        ("undefined", (("from pkg.shared import _concatenated\n", ""),)),
        ("import", (("from pkg.shared import", "from pkg.other import"),)),
        ("import", (("from pkg.shared import", "from .sub.shared import"),)),
        ("import", (("from ..shared import", "from .shared import"),)),
        ("import", (("from ..shared import", "from ....shared import"),)),
        (
            "undefined",
            (("from torch.nn import functional as F\n\n\ndef _c", "from torch.nn import init as F\n\n\ndef _c"),),
        ),
        ("leaf", (("from typing import Any\n", "from typing import Any\n\nfrom pkg import a\n"),)),
        ("leaf", (("from typing import Any\n", "from typing import Any\nfrom torch import *\n"),)),
        ("frame", (("\n\ndef _concatenated", "\nprint(1)\n\ndef _concatenated"),)),
        ("frame", (("\n\ndef _concatenated", "\nif torch:\n    import math\n\ndef _concatenated"),)),
        ("unused", (("from typing import Any\n", "import math\nfrom typing import Any\n"),)),
        ("annotation", (("x: Tensor) -> Tensor", "x: torch.Tensors) -> Tensor"),)),
        ("call", (("dim=len(y))\n    return", "dim=len(y), out=None)\n    return"),)),
        (
            "shadowed",
            (("from pkg.shared import _concatenated\n", "from pkg.shared import _concatenated\nimport torch.jit\n"),),
        ),
    ],
)
def test_wrong_helpers_in_another_file(kind: str, edits: tuple[tuple[str, str], ...]) -> None:
    assert kind_of(across(*edits)) == kind


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import torch\n", "import torches as torch\n"),
        ("import torch\n", "try:\n    import torch\nexcept ImportError:\n    torch = None\n"),
        ("import torch\n", "import torch\nfrom pkg.other import *\n"),
        ("\nclass A", "\ndef len(x):\n    return 0\n\n\nclass A"),
        ("\nclass A", "\nF = None\n\n\nclass A"),
        ("\nclass A", "\ndef other():\n    global F\n    F = None\n\n\nclass A"),
        ("\nclass A", "\ndef other():\n    global len\n    len = None\n\n\nclass A"),
        ("\nclass A", "\nfrom pkg.other import *\n\n\nclass A"),
    ],
)
def test_names_that_mean_something_else_in_the_other_file(old: str, new: str) -> None:
    assert kind_of(across(first=FIRST.replace(old, new, 1))) in ("undefined", "guarded")


def test_a_file_that_may_be_run_as_a_script_imports_nothing_from_beside_it() -> None:
    first = FIRST + "\n\nif __name__ == '__main__':\n    other()\n"
    assert kind_of(across(first=first)) == "import"


def test_modules_and_paths_must_agree() -> None:
    claim = across()
    first, *others = claim.files
    for wrong in (replace(first, module="pkg.b"), replace(first, module=""), replace(first, path="lib/pkg/a.py")):
        sites = tuple(replace(site, path=wrong.path) if site.path == first.path else site for site in claim.sites)
        assert kind_of(replace(claim, files=(wrong, *others), sites=sites)) == "import"


def test_a_package_beside_is_not_imported() -> None:
    claim = across(("from pkg.shared", "from pkg.far.shared"), ("from ..shared", "from pkg.far.shared"))
    *others, shared = claim.files
    moved = replace(shared, path="src/pkg/far/shared.py", module="pkg.far.shared")
    assert kind_of(replace(claim, files=(*others, moved), helpers=((moved.path, "_concatenated"),))) == "import"


def test_a_file_that_can_do_without_torch_still_can() -> None:
    head = "try:\n    import torch\nexcept ImportError:\n    torch = None\nnn = print\n"
    claim = program(HELPER.replace("x):", "x: Size):"), PLAIN, PLAIN)
    (file,) = claim.files
    imports = file.after[file.after.index("import torch\n") : file.after.index("\n\n\n")]
    for kind, old in (("certified", imports), ("guarded", head)):
        before = (file.before or "").replace(imports, old)
        after = file.after.replace(imports, f"{old}\nfrom torch import Size")
        sites = tuple(replace(site, line=site.line + old.count("\n") - imports.count("\n")) for site in claim.sites)
        assert kind_of(replace(claim, files=(replace(file, before=before, after=after),), sites=sites)) == kind


def test_ends_of_lines_outside_the_sites_stay() -> None:
    before, after = (text.replace("\n", "\r\n") for text in (of.ATTENTION.before, of.ATTENTION.after))
    (file,) = of.ATTENTION.claim().files
    right = replace(of.ATTENTION.claim(), files=(replace(file, before=before, after=after),))
    assert kind_of(right) == "certified"
    for wrong in (after.replace("_LIMIT = 8\r\n", "_LIMIT = 8\n"), after[:-2]):
        assert kind_of(replace(right, files=(replace(file, before=before, after=wrong),))) == "layout"


def test_a_last_line_without_an_end() -> None:
    before, after = of.EFFECTS.before.rstrip("\n"), of.EFFECTS.after.rstrip("\n")
    assert kind_of(of.EFFECTS.claim(before, after)) == "certified"


@pytest.mark.parametrize(
    ("imported", "kind"),
    [
        ("from typing import Dict, List, Optional", "certified"),
        ("from typing import (\n    Dict,\n    List,\n    Optional,\n)", "certified"),
        ("from typing import Dict, Optional", "frame"),
        ("from typing import Dict, Optional, List", "frame"),
        ("from typing import Dict, List, Optional as Maybe", "frame"),
        ("from typing import Dict as List, List, Optional", "shadowed"),
        ("from typing import List, Optional, torch", "shadowed"),
    ],
)
def test_an_import_may_be_widened(imported: str, kind: str) -> None:
    head = "from typing import List, Optional\n\nKNOWN: List[Optional[int]] = []\n"
    claim = program(HELPER.replace("x):", "x: Dict):") if "Dict," in imported else HELPER, PLAIN, PLAIN, head=head)
    (file,) = claim.files
    after = file.after.replace("from typing import List, Optional", imported, 1)
    assert kind_of(replace(claim, files=(replace(file, after=after),))) == kind
