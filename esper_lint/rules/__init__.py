"""The rules: in goes nothing, out comes ``RULES``, code -> rule, one module per rule.

Adding a rule means adding one file: every module of this folder that is named like a code is a rule, and the registry
refuses to load when one is incomplete, since a code that cannot be explained is of no use to the one who meets it.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from esper_lint.rules.rule import HEADINGS, Example, Rule, expected_findings

__all__ = ["HEADINGS", "RULES", "Example", "RegistryError", "Rule", "expected_findings", "registered"]

_CODE = re.compile(r"ESP\d{3}")
_NAME = re.compile(r"[a-z]+(-[a-z]+)*")


class RegistryError(Exception):
    """A rule is incomplete or contradicts its module; the message says which one and what is wrong."""


def registered(rules: Mapping[str, Rule]) -> Mapping[str, Rule]:
    """The rules by code, in the order of their codes, each checked against the name of the module it stands in."""
    names: dict[str, str] = {}
    for module, rule in rules.items():
        problem = _problem(module, rule)
        if problem is None and rule.name in names:
            problem = f"has the name {rule.name} of {names[rule.name]}"
        if problem is not None:
            raise RegistryError(f"rule module {module}: {problem}")
        names[rule.name] = rule.code
    return MappingProxyType({rule.code: rule for rule in sorted(rules.values(), key=lambda rule: rule.code)})


def _problem(module: str, rule: Rule) -> str | None:
    """What is wrong with the rule, or None."""
    if not _CODE.fullmatch(rule.code) or rule.code.lower() != module:
        return f"holds the code {rule.code!r}"
    if not _NAME.fullmatch(rule.name):
        return f"{rule.name!r} is not a name in kebab-case"
    for field in ("summary", "what", "why", "use_instead", "fix_safety"):
        if not getattr(rule, field).strip():
            return f"{field} is empty"
    if not rule.invalid or not rule.valid:
        return "needs an invalid and a valid example"
    if any(rule.code not in {code for _, _, code in expected_findings(example)} for example in rule.invalid):
        return f"an invalid example has no line marked '# expect: {rule.code}'"
    if any(code == rule.code for example in rule.valid for _, _, code in expected_findings(example)):
        return f"a valid example has a line marked '# expect: {rule.code}'"
    page = rule.documentation().splitlines()
    missing = [heading for heading in HEADINGS if f"## {heading}" not in page]
    return f"its page lacks {', '.join(missing)}" if missing else None


def _modules() -> dict[str, Rule]:
    """Module name -> the rule that stands in it."""
    rules: dict[str, Rule] = {}
    for info in pkgutil.iter_modules(__path__):
        if _CODE.fullmatch(info.name.upper()):
            rule = getattr(import_module(f"{__name__}.{info.name}"), "RULE", None)
            if not isinstance(rule, Rule):
                raise RegistryError(f"rule module {info.name}: has no RULE")
            rules[info.name] = rule
    return rules


RULES: Mapping[str, Rule] = registered(_modules())
