"""The codemod on texts alone, as LibCST's own test case runs it."""

from __future__ import annotations

from libcst.codemod import CodemodContext, CodemodTest

from esper_lint.codemod import ExtractSharedForward
from esper_lint.config import load
from esper_lint.fixing.alone import fixed_text
from esper_lint.fixing.wishes import Wishes
from tests.fixing.twins import twins
from tests.trees import BODY, seed


def fixed(text: str, name: str = "_plain_forward") -> str:
    """What the codemod should make of twins, written down by hand."""
    body = BODY.replace("self", "module").replace("        ", "    ")
    helper = f'def {name}(module, x):\n    """Forward of Plain and Wide."""\n{body}'
    return text.replace("\n\n\nclass Plain", f"\n\n\n{helper}\n\nclass Plain").replace(
        BODY, f"        return {name}(self, x)\n"
    )


class TestExtraction(CodemodTest):
    TRANSFORM = ExtractSharedForward

    def test_what_two_forwards_share_is_extracted(self) -> None:
        self.assertCodemod(twins(), fixed(twins()), expected_warnings=[])

    def test_a_second_run_changes_nothing(self) -> None:
        self.assertCodemod(fixed(twins()), fixed(twins()), expected_warnings=[])

    def test_the_helper_is_called_what_the_user_says(self) -> None:
        self.assertCodemod(twins(), fixed(twins(), "_attend"), helper_name="_attend")

    def test_a_name_that_is_taken_is_refused(self) -> None:
        taken = twins().replace("class Plain", "_attend = None\n\n\nclass Plain")
        context = CodemodContext()
        self.assertCodemod(taken, taken, helper_name="_attend", context_override=context)
        (warning,) = context.warnings
        assert warning.startswith("line 15: FX-NAME `_attend` cannot be the name of a helper here")

    def test_only_the_group_that_was_asked_for_is_fixed(self) -> None:
        group = fixed_text(twins().encode(), load(".", {}).config, Wishes()).made[0].group
        self.assertCodemod(twins(), fixed(twins()), group=group[:7])
        self.assertCodemod(twins(), twins(), group="0" * 20)

    def test_what_is_refused_is_a_warning(self) -> None:
        renamed = twins(other=BODY.replace("self.", "self.my_"))
        message = "attributes differ, which are keys of the state dict: `qkv`/`my_qkv`"
        self.assertCodemod(renamed, renamed, expected_warnings=[f"line 14: FX-ATTR-KEY {message}"])

    def test_what_is_unsafe_is_left_alone(self) -> None:
        alike = seed("First") + seed("Second").partition("nn\n")[2]
        self.assertCodemod(alike, alike, expected_warnings=[])

    def test_one_forward_or_none_is_left_alone(self) -> None:
        for text in ("", "x = 1\n", seed("First")):
            self.assertCodemod(text, text, expected_warnings=[])

    def test_what_the_interpreter_cannot_parse_is_left_alone(self) -> None:
        broken = twins() + "\nreturn\n"
        self.assertCodemod(broken, broken)
