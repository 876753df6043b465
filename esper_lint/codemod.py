"""The fixer as a codemod of LibCST: ``python -m libcst.tool codemod -x esper_lint.codemod.ExtractSharedForward PATH``.

A thin shell over what ``esper-lint fix PATH`` does with one file, for those whose codemods all go through LibCST's own
runner.  The runner hands over one file at a time, in as many processes as it likes, and writes what comes back.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace

import libcst
from libcst.codemod import CodemodCommand, CodemodContext, SkipFile

from esper_lint.config import Config, load, require_known_codes
from esper_lint.discovery.modules import HAS_FORWARD
from esper_lint.fixing.alone import FixedFile, fixed_file, fixed_text
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.wishes import Wishes
from esper_lint.rules import RULES
from esper_lint.rules.excerpt import printable

# LibCST's own default.  The runner passes a file that holds it only with --include-generated, or where the project
# says that something else marks its generated files.
_GENERATED = b"@generated"


class ExtractSharedForward(CodemodCommand):
    """Extracts what near-duplicate forwards of one file share into helpers, where that is proved to change nothing.

    With a filename in its context, the project's settings hold and the file is compared with the whole project; without
    one, the text is compared with itself.
    """

    DESCRIPTION: str = "Extract what near-duplicate forwards of a file share into helpers, each with a certificate."

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        arg_parser.add_argument("--helper-name", metavar="NAME", default="", help="What the helper is to be called.")
        arg_parser.add_argument(
            "--group", metavar="ID", default="", help="Fix only the group of this id, or of one that begins so."
        )

    def __init__(self, context: CodemodContext, helper_name: str = "", group: str = "") -> None:
        super().__init__(context)
        self._wishes = Wishes(group=group, helper_name=helper_name)

    def transform_module_impl(self, tree: libcst.Module) -> libcst.Module:
        """The module with its SAFE fixes, or ``tree`` itself if there are none; every refusal becomes a warning.

        Raises SkipFile where LibCST would not write the bytes that stand in the file, or those of the fix.
        """
        data = tree.bytes
        self._require_lossless(data)
        if len(HAS_FORWARD.findall(data)) < 2:
            return tree
        found = self._fixed(data)
        for one in found.refused:
            self.warn(_told(one.causes[0], found.name))
        if found.data == data:
            return tree
        fixed = libcst.parse_module(found.data, config=tree.config_for_parsing)
        if fixed.bytes != found.data:
            raise SkipFile("LibCST would not write the fix as it was proved")
        return fixed

    def _require_lossless(self, data: bytes) -> None:
        """The runner writes what LibCST read even where nothing is changed, and LibCST loses form feeds, for one."""
        if self.context.filename is None:
            return
        with open(self.context.filename, "rb") as stream:
            on_disk = stream.read()
        if on_disk != data and libcst.parse_module(on_disk).bytes == data:
            raise SkipFile("LibCST would lose bytes of this file that it does not read")

    def _fixed(self, data: bytes) -> FixedFile:
        path = self.context.filename
        folder = os.getcwd() if path is None else os.path.dirname(os.path.abspath(path))
        config, wishes = _settings(folder), self._wishes
        if _GENERATED in data:
            config, wishes = replace(config, include_generated=True), replace(wishes, even_generated=True)
        return fixed_text(data, config, wishes) if path is None else fixed_file(path, data, config, wishes)


def _settings(folder: str) -> Config:
    """The settings, but that the runner alone decides how many processes there are.  Raises ConfigError."""
    resolved = load(folder, {"jobs": 1})
    require_known_codes(resolved, RULES)
    return resolved.config


def _told(cause: Refusal, name: str) -> str:
    place = f"line {cause.line}" if cause.path == name else f"{printable(cause.path)}:{cause.line}"
    return f"{place}: {cause.code} {printable(cause.message)}"
