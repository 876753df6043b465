"""Notes how module classes are constructed and called while other code runs, without that code noticing.

Constructions are seen by ``torch.nn.Module.__init__``, which Dynamo too replaces while it works: the arguments are
those of the outermost constructor that is running then.  An inner class is seen when it is made, with the function
around it.  Calls are seen by the place in which ``Module.compile`` leaves what is called instead of the module: a
global forward hook would make torch warn whenever a compiled module is called, and Dynamo take other ways.  Patching
classes or their ``__new__`` would show in signatures, pickles and graphs.  Whatever is compiled, traced, exported or
vectorised at the time is not noted: a look at a size would stand in its graph.

Runs in the process of the user's tests.  Nothing that fails in here reaches them: it is counted instead.
"""

from __future__ import annotations

import copy
import functools
import sys
import weakref
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from esper_lint.verification.arrival import when_imported
from esper_lint.verification.encoding import is_name
from esper_lint.verification.frames import Given, Unseen, constructor_call, enclosing_call
from esper_lint.verification.keeping import Kept
from esper_lint.verification.recordings import LeftOut, Recording
from esper_lint.verification.scope import Scope, is_torch
from esper_lint.verification.snapshots import Snapshots, Unrecordable
from esper_lint.verification.specs import Build, Call, Case, Factory

# A training loop calls its modules without end, and soon shows nothing new.  Counted per test, so that the order of
# the tests does not matter.
CALLS_PER_TEST = 1000

_COPIES = copy._reconstruct.__code__  # type: ignore[attr-defined]


@dataclass(slots=True)
class _Known:
    """What is known of a live module or class; ``made`` tells how it was, or why that cannot be told."""

    of: weakref.ref[Any]
    name: str
    made: Any  # Build or Factory; a text if there is none
    is_wanted: bool = False
    seen: set[int] = field(default_factory=set)  # its calls

    def is_of(self, one: object) -> bool:
        """Whether it is known of this very object, and not of one that had its place in memory before."""
        return self.of() is one


class Recorder:
    """Records from ``start`` to ``stop``, or as a context; waits for torch if that is not imported yet."""

    def __init__(self, roots: Iterable[str], packages: Iterable[str] = ()) -> None:
        self.scope = Scope(roots, packages)
        self.constructions = 0
        self.calls = 0
        self.failures: Counter[str] = Counter()
        self.elsewhere: Counter[str] = Counter()  # by package, classes of which modules were made
        self._kept = Kept()
        self._modules: dict[int, _Known] = {}
        self._classes: dict[int, _Known] = {}
        self._wanted: dict[tuple[str, str], bool] = {}
        self._in_test: Counter[str] = Counter()
        self._undo: list[Callable[[], None]] = []
        self._is_on = False

    def __enter__(self) -> Recorder:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._is_on = True
        self._undo.append(when_imported("torch", self._install))

    def stop(self) -> None:
        """Put everything back as it was.  What has been recorded stays."""
        self._is_on = False
        while self._undo:
            self._undo.pop()()
        self._modules.clear()
        self._classes.clear()

    def next_test(self) -> None:
        """From here on, calls belong to another test."""
        self._in_test.clear()

    def recording(self) -> Recording:
        return self._kept.recording()

    def _install(self) -> None:
        """Runs when torch is there."""
        torch = sys.modules["torch"]
        try:
            self._torch = torch
            self._snapshots = Snapshots(torch, self.scope, self._build_of)
            self._patch(torch)
        except Exception as error:  # a torch that is not as we know it is none of the tests' business
            self._failed(error)

    def _patch(self, torch: Any) -> None:
        module = torch.nn.Module
        is_compiling = torch.compiler.is_compiling
        # Frames are compiled one by one as they are entered; ours are not, nor what they call on their own account.
        compiled_by = torch._C._dynamo.eval_frame.set_eval_frame
        guarded, keep = self._guarded, self._kept.add
        construct, copied, define, call = self._constructed, self._copied, self._defined, self._called
        original_init, original_setstate = module.__init__, module.__setstate__

        # Where Dynamo follows these functions itself, it answers the first question with yes.
        @functools.wraps(original_init)
        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
            original_init(self, *args, **kwargs)
            if not is_compiling():
                before = compiled_by(None)
                try:
                    guarded(construct, self, sys._getframe(1), Given(args, kwargs))
                finally:
                    compiled_by(before)

        @functools.wraps(original_setstate)
        def __setstate__(self: Any, state: Any) -> None:
            original_setstate(self, state)
            if not is_compiling():
                before = compiled_by(None)
                try:
                    guarded(copied, self, sys._getframe(1))
                finally:
                    compiled_by(before)

        def __init_subclass__(cls: Any, /, **kwargs: Any) -> None:
            super(module, cls).__init_subclass__(**kwargs)
            if not is_compiling():
                before = compiled_by(None)
                try:
                    guarded(define, cls, sys._getframe(1))
                finally:
                    compiled_by(before)

        def _compiled_call_impl(self: Any, /, *args: Any, **kwargs: Any) -> Any:
            if is_compiling():
                return self._call_impl(*args, **kwargs)
            before = compiled_by(None)
            try:
                case = guarded(call, self, args, kwargs)
            finally:
                compiled_by(before)
            output = self._call_impl(*args, **kwargs)
            if case is not None:
                before = compiled_by(None)
                try:
                    guarded(keep, case)
                finally:
                    compiled_by(before)
            return output

        ours: tuple[Any, ...] = (__init__, __setstate__, __init_subclass__, _compiled_call_impl)
        for function in ours:
            _leave_uncompiled(torch._C._dynamo.eval_frame, function)
        self._replace(module, "__init__", __init__)
        self._replace(module, "__setstate__", __setstate__)
        self._replace(module, "_compiled_call_impl", _compiled_call_impl)
        if "__init_subclass__" not in vars(module):
            defined: Any = classmethod(__init_subclass__)
            module.__init_subclass__ = defined
            self._undo.append(lambda: _delete(module, "__init_subclass__", defined))

    def _replace(self, owner: Any, name: str, new: Any) -> None:
        old = vars(owner)[name]
        setattr(owner, name, new)

        def restore() -> None:
            # Others, such as Dynamo, may have wrapped ours meanwhile; it does nothing from now on.
            if vars(owner)[name] is new:
                setattr(owner, name, old)

        self._undo.append(restore)

    def _guarded(self, action: Callable[..., Any], *arguments: Any) -> Any:
        """What ``action`` returns, or None where it cannot be asked."""
        if not self._is_on:
            return None
        try:
            if _is_tracing(self._torch):
                return None
            # Modes and classes of the user's that watch every function are not to see ours.
            with self._torch._C.DisableTorchFunction():
                return action(*arguments)
        except Exception as error:
            self._failed(error)
            return None

    def _failed(self, error: Exception) -> None:
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        line = f" at {place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place else ""
        self.failures[f"{type(error).__name__}{line}"] += 1

    def _constructed(self, module: Any, frame: FrameType, received: Given) -> None:
        if (known := self._modules.get(id(module))) and known.is_of(module):
            return  # by its second base
        of = type(module)
        is_wanted = self._wants(of)
        if not is_wanted and not is_torch(of.__module__):
            if self.scope.is_installed(of):
                self.elsewhere[of.__module__.partition(".")[0]] += 1
            return
        name = _name_of(of)
        self.constructions += is_wanted
        try:
            if not is_name(name):
                raise Unrecordable("it has no proper name")
            factory = self._factory_of(of, frame)
            made: Build | str = Build(
                name, self._snapshots.arguments(constructor_call(module, frame, received)), factory
            )
        except (Unrecordable, Unseen) as error:
            made = str(error)
        self._know(self._modules, module, _Known(weakref.ref(module), name, made, is_wanted))

    def _factory_of(self, of: type, frame: FrameType) -> Factory | None:
        if "<locals>" not in of.__qualname__:
            return None
        known = self._classes.get(id(of))
        # One that was made before recording began may still have its factory running.
        made = known.made if known and known.is_of(of) else self._enclosing(of, frame)
        if isinstance(made, str):
            raise Unrecordable(made)
        return made

    def _defined(self, of: type, frame: FrameType) -> None:
        if "<locals>" in of.__qualname__ and self._wants(of):
            self._know(self._classes, of, _Known(weakref.ref(of), _name_of(of), self._enclosing(of, frame)))

    def _enclosing(self, of: type, frame: FrameType) -> Factory | str:
        try:
            function, given = enclosing_call(of, frame)
            return Factory(f"{of.__module__}:{function}", self._snapshots.arguments(given))
        except (Unrecordable, Unseen) as error:
            return str(error)

    def _copied(self, module: Any, frame: FrameType | None) -> None:
        for _ in range(3):  # a class may have a __setstate__ of its own in between
            if frame is not None and frame.f_code is _COPIES:
                known = self._modules.get(id(frame.f_locals["x"]))
                if known is not None and known.is_of(frame.f_locals["x"]):
                    again = _Known(weakref.ref(module), known.name, known.made, known.is_wanted, known.seen)
                    self._know(self._modules, module, again)
                return
            frame = frame.f_back if frame else None

    def _know(self, known: dict[int, _Known], one: Any, what: _Known) -> None:
        """Remember it for as long as it lives."""
        key = id(one)

        def forget(gone: object) -> None:
            if (left := known.get(key)) is not None and left.of is gone:
                del known[key]

        what.of = weakref.ref(one, forget)
        known[key] = what

    def _build_of(self, module: Any) -> Build:
        known = self._modules.get(id(module))
        if known is None or not known.is_of(module):
            raise Unrecordable(f"a module of the class {_name_of(type(module))}, whose construction was not seen")
        if isinstance(known.made, str):
            raise Unrecordable(f"a module of the class {known.name}, of which {known.made}")
        return known.made  # type: ignore[no-any-return]

    def _called(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Case | None:
        """The case of a call that is about to be made, if it is a new one."""
        called = module
        if type(module).__name__ == "OptimizedModule":  # what `torch.compile` returns passes its arguments on
            called = vars(module)["_modules"]["_orig_mod"]
        known = self._modules.get(id(called))
        if known is None or not known.is_of(called):
            if self._wants(type(called)):
                self._leave_out(_name_of(type(called)), "it was copied, unpickled or made before recording began")
            return None
        if not known.is_wanted:
            return None
        self.calls += 1
        self._in_test[known.name] += 1
        if self._in_test[known.name] > CALLS_PER_TEST:
            return None
        if isinstance(known.made, str):
            self._leave_out(known.name, known.made)
            return None
        try:
            arguments = self._snapshots.arguments(Given(args, kwargs))
        except Unrecordable as error:
            self._leave_out(known.name, f"a call of which {error}")
            return None
        call = Call(arguments, bool(called.training), self._torch.is_grad_enabled())
        mark = hash(repr(call))
        if mark in known.seen:
            return None
        if len(known.seen) >= CALLS_PER_TEST:
            known.seen.clear()
        known.seen.add(mark)
        return Case(known.made, call)

    def _leave_out(self, name: str, reason: str) -> None:
        if is_name(name):
            printable = "".join(character if character.isprintable() else "?" for character in reason)
            self._kept.leave_out(LeftOut(name, printable[:300]))

    def _wants(self, of: type) -> bool:
        key = (of.__module__, of.__qualname__)
        wanted = self._wanted.get(key)
        if wanted is None:
            wanted = self._wanted[key] = self.scope.covers_class(of)
        return wanted


def _name_of(of: type) -> str:
    return f"{of.__module__}:{of.__qualname__}".replace(".<locals>", "")


def _delete(owner: Any, name: str, ours: object) -> None:
    if vars(owner).get(name) is ours:
        delattr(owner, name)


def _leave_uncompiled(frames: Any, function: Any) -> None:
    """Let Dynamo pass over the frames of the function, and not over those of what it calls."""
    if hasattr(frames, "skip_code"):  # as it was called before torch 2.7
        frames.skip_code(function.__code__)
    else:
        action = frames._FrameAction
        strategy = frames._FrameExecStrategy(action.SKIP, action.DEFAULT)
        frames.set_code_exec_strategy(function.__code__, strategy)


def _is_tracing(torch: Any) -> bool:
    """Whether what runs now is being written down by torch, or runs on stand-ins of tensors."""
    with suppress(AttributeError):  # of the private names below, each is missing from some version
        if torch._C._get_tracing_state() is not None or torch._C._len_torch_dispatch_stack() > 0:
            return True
        if torch._C._functorch.peek_interpreter_stack() is not None:
            return True
        return bool(torch.fx._symbolic_trace._is_fx_tracing_flag)
    return False
