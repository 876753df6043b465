"""Context managers that are known to let exceptions pass."""

from __future__ import annotations

import ast
from functools import lru_cache

from esper_lint.fixing.certificate.scopes import Scope

# Of torch. Any other manager may swallow an exception, so that the code after the ``with`` runs in spite of it.
_PASSING = frozenset(
    {
        *("autocast", "device", "enable_grad", "inference_mode", "no_grad", "record_function", "sdp_kernel"),
        *("sdpa_kernel", "set_grad_enabled", "stream"),
    }
)


def lets_exceptions_pass(manager: ast.expr, scope: Scope) -> bool:
    """Whether the expression is a call such as ``torch.no_grad()``, of the torch that the module imports."""
    match manager:
        case ast.Call(func=ast.Attribute(value=root, attr=name)) if name in _PASSING:
            while isinstance(root, ast.Attribute):
                root = root.value
            return isinstance(root, ast.Name) and root.id == "torch" and _is_torch(scope)
    return False


def _is_torch(scope: Scope) -> bool:
    *_, module = scope, *scope.around()
    bindings = {id(binding.node) for binding in module.bound.get("torch", ())}
    return scope.resolve("torch").scope is None and bool(bindings) and bindings <= _imports_of_torch(module.node)


@lru_cache(maxsize=16)  # of one text many managers are asked for
def _imports_of_torch(module: ast.AST) -> frozenset[int]:
    """The identities of what binds ``torch`` to it."""
    return frozenset(
        id(alias)
        for node in ast.walk(module)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.partition(".")[0] == "torch" and alias.asname is None
    )
