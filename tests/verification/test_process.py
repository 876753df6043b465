"""Whatever foreign code does in a worker, the one who asked gets an answer that says so, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from esper_lint.verification.process import Configuration, Failed, Raised, Replied, Worker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the table is of what Linux does")

HANDLERS = "tests.verification.misbehaving:HANDLERS"
ROOT = str(Path(__file__).parents[2])


def configuration(**others: object) -> Configuration:
    values: dict[str, object] = {"path": (ROOT,), "handlers": HANDLERS, "memory_mb": 1_000, **others}
    return Configuration(**values)  # type: ignore[arg-type]


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker(configuration()) as one:
        yield one


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def dies(process: int) -> bool:
    """Whether a process that was killed is gone soon: the system takes a moment for it."""
    deadline = time.monotonic() + 10
    while is_alive(process) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(process)


def test_a_reply_is_what_the_handler_returns(worker: Worker) -> None:
    assert worker.ask("echo", {"text": "é\n", "numbers": [1, 2.5, None]}, 20) == Replied(
        {"text": "é\n", "numbers": [1, 2.5, None]}
    )


def test_a_message_may_be_larger_than_a_pipe_holds(worker: Worker) -> None:
    text = "x" * 3_000_000
    assert worker.ask("echo", {"text": text}, 30) == Replied({"text": text})


def test_two_workers_can_be_asked_at_once() -> None:
    with Worker(configuration()) as one, Worker(configuration()) as other:
        for worker in (one, other):
            assert worker.ask("echo", {}, 20) == Replied({})
        started = time.monotonic()
        for worker in (one, other):
            worker.post("sleeps", {"seconds": 3})
        assert [worker.collect(20) for worker in (other, one)] == [Replied(3)] * 2
        assert time.monotonic() - started < 5


def test_one_process_serves_all_requests_and_is_alone_in_its_session(tmp_path: Path) -> None:
    with Worker(configuration(folder=str(tmp_path), path=(str(tmp_path), ROOT), threads=3)) as worker:
        first, second = (worker.ask("environment", {}, 20) for _ in range(2))
    assert isinstance(first, Replied) and first == second
    told = first.value
    assert told["cwd"] == os.path.realpath(tmp_path) and told["path"] == [str(tmp_path), ROOT] and told["argv"] == [""]
    assert told["session"] and told["threads"] == "3" and not is_alive(told["pid"])


@pytest.mark.parametrize(
    ("do", "kind", "detail"),
    [
        ("hangs", "hung", "no reply within 2 s"),
        ("hangs_deaf", "hung", "no reply within 2 s"),
        ("prints_for_ever", "hung", "no reply within 2 s"),
        ("quits", "exited", "left with exit status 7"),
        ("aborts", "died", "killed by SIGABRT"),
        ("crashes", "died", "killed by SIGSEGV"),
        ("closes_everything", "protocol", "closed the pipe that replies come through"),
        ("writes_to_all", "protocol", "wrote what is no reply into the pipe of replies"),
    ],
)
def test_what_ends_a_worker_is_named_and_the_next_request_gets_another(
    worker: Worker, do: str, kind: str, detail: str
) -> None:
    assert worker.ask("echo", {}, 20) == Replied({})
    answer = worker.ask(do, {}, 2)
    assert isinstance(answer, Failed) and (answer.kind, answer.detail) == (kind, detail)
    assert worker.ask("echo", {"again": True}, 20) == Replied({"again": True})


@pytest.mark.parametrize(
    ("do", "type_", "message"),
    [
        ("exits", "SystemExit", "enough"),
        ("raises", "KeyError", "'no such thing'"),
        ("raises_badly", "BadlyError", "(no message: str() of the exception failed)"),
        ("asks", "EOFError", "EOF when reading a line"),
        ("recurses", "RecursionError", "maximum recursion depth exceeded"),
        ("answers_no_json", "TypeError", "Object of type object is not JSON serializable"),
        ("no such handler", "KeyError", "'no such handler'"),
    ],
)
def test_what_is_raised_is_told_and_ends_nothing(worker: Worker, do: str, type_: str, message: str) -> None:
    before = worker.ask("environment", {}, 20)
    answer = worker.ask(do, {}, 20)
    assert isinstance(answer, Raised) and answer.type == type_ and answer.message.startswith(message)
    assert worker.ask("environment", {}, 20) == before


def test_the_place_of_what_is_raised_is_told(worker: Worker) -> None:
    answer = worker.ask("raises", {}, 20)
    assert isinstance(answer, Raised)
    assert answer.where.startswith(str(Path(__file__).with_name("misbehaving.py"))) and answer.where.endswith(
        "in raises"
    )


def test_the_end_of_the_output_is_kept_and_the_rest_is_not(worker: Worker) -> None:
    assert worker.ask("prints", {}, 20) == Replied(1)
    answer = worker.ask("quits", {}, 20)
    assert isinstance(answer, Failed)
    assert answer.output.endswith("the end\n\\xff\\xfe\ngoodbye") and len(answer.output) <= 2_000


def test_a_crash_shows_where_in_python_it_was(worker: Worker) -> None:
    answer = worker.ask("crashes", {}, 20)
    assert isinstance(answer, Failed) and "in crashes" in answer.output


def test_standard_input_is_empty(worker: Worker) -> None:
    assert worker.ask("reads", {}, 20) == Replied(["", ""])


def test_one_vast_allocation_fails_at_once(worker: Worker) -> None:
    assert worker.ask("allocates", {"mb": 100}, 20) == Replied(100 << 20)
    answer = worker.ask("allocates", {"mb": 100_000}, 20)
    assert isinstance(answer, Raised) and answer.type == "MemoryError"


def test_memory_is_limited_over_all_children_too() -> None:
    with Worker(configuration(memory_mb=300)) as worker:
        answer = worker.ask("grows", {"mb": 100}, 30)
        assert isinstance(answer, Failed) and (answer.kind, answer.detail) == (
            "memory",
            "took more than 300 MB of memory",
        )


def test_children_go_with_the_worker_even_out_of_sessions_of_their_own() -> None:
    with Worker(configuration()) as worker:
        answer = worker.ask("leaves_children", {}, 20)
        assert isinstance(answer, Replied) and all(map(is_alive, answer.value))
    assert all(map(dies, answer.value))


def test_children_that_hold_the_pipes_do_not_hide_the_end_of_the_worker(worker: Worker) -> None:
    started = time.monotonic()
    answer = worker.ask("leaves_children", {"then": "quit"}, 60)
    assert isinstance(answer, Failed) and answer.detail == "left with exit status 3"
    assert time.monotonic() - started < 30


def test_a_forked_child_that_comes_back_gives_no_second_reply(worker: Worker) -> None:
    assert worker.ask("forks_and_returns", {}, 20) == Replied("parent")
    time.sleep(0.2)
    assert worker.ask("echo", {}, 20) == Replied({})


def test_a_thread_that_is_left_does_not_keep_the_worker() -> None:
    with Worker(configuration()) as worker:
        assert worker.ask("leaves_a_thread", {}, 20) == Replied(1)
        told = worker.ask("environment", {}, 20)
    assert isinstance(told, Replied) and not is_alive(told.value["pid"])


def test_handlers_that_cannot_be_had_are_a_failure_of_the_start() -> None:
    with Worker(configuration(handlers="tests.verification.nowhere:HANDLERS")) as worker:
        answer = worker.ask("echo", {}, 20)
    assert isinstance(answer, Raised) and answer.type == "ModuleNotFoundError"


def test_a_worker_does_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "from esper_lint.verification.process import Configuration, Worker\n"
        f"worker = Worker(Configuration(path=({ROOT!r},), handlers={HANDLERS!r}))\n"
        "print(worker.ask('environment', {}, 60).value['pid'], flush=True)\n"
        "worker.ask('hangs', {}, 600)\n"
    )
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": ROOT}
    ) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        assert is_alive(process)
        parent.kill()
    assert dies(process)


def test_an_interruption_leaves_nothing_running(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    told = worker.ask("environment", {}, 20)
    assert isinstance(told, Replied)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            worker.ask("hangs", {}, 60)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert not is_alive(told.value["pid"])


_TRIED = """\
try:
    {}
    VALUE = True
except ImportError as error:
    VALUE = str(error)
"""
MASKABLE = {
    "optional.py": "VALUE = 'optional'",
    "wanted.py": _TRIED.format("import optional"),
    "inner.py": _TRIED.format("from library.extra.deep import VALUE"),
    "item.py": _TRIED.format("from library import extra"),
    "dynamic.py": "import importlib\n" + _TRIED.format("importlib.import_module('library.extra')"),
    "spec.py": "import importlib.util\nVALUE = importlib.util.find_spec('library.extra') is not None",
    "table.py": "import library\nfrom tests.verification.misbehaving import HANDLERS",
    "library/__init__.py": "def own():\n    from library import extra\n    return extra.VALUE",
    "library/extra/__init__.py": "VALUE = 'extra'",
    "library/extra/deep.py": "VALUE = 'deep'",
    "uses.py": "import library\nVALUE = library.own()",
}


class TestMasks:
    """An optional module that is masked cannot be imported, and the rest of its library is as before."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> tuple[str, str]:
        for name, text in MASKABLE.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return (str(tmp_path), ROOT)

    def loaded(self, path: tuple[str, str], masked: tuple[str, ...], module: str, handlers: str = HANDLERS) -> object:
        with Worker(configuration(path=path, masked=masked, handlers=handlers)) as worker:
            answer = worker.ask("load", {"module": module}, 20)
        assert isinstance(answer, Replied), answer
        return answer.value

    def test_one_that_is_not_loaded(self, path: tuple[str, str]) -> None:
        assert self.loaded(path, (), "wanted") is True
        assert self.loaded(path, ("optional",), "wanted") == "import of optional halted; None in sys.modules"

    @pytest.mark.parametrize(
        ("module", "present", "masked"),
        [
            ("inner", True, "import of library.extra.deep halted; None in sys.modules"),
            ("item", True, "import of library.extra halted; None in sys.modules"),
            ("spec", True, False),
            ("dynamic", True, "import of library.extra halted; None in sys.modules"),
            ("uses", "extra", "extra"),
        ],
    )
    def test_a_part_of_a_library_that_the_handlers_have_loaded(
        self, path: tuple[str, str], module: str, present: object, masked: object
    ) -> None:
        assert self.loaded(path, (), module, "table:HANDLERS") == present
        assert self.loaded(path, ("library.extra",), module, "table:HANDLERS") == masked

    def test_what_can_be_imported_and_what_was_is_told(self, path: tuple[str, str]) -> None:
        with Worker(configuration(path=path, masked=("optional",))) as worker:
            names = ["optional", "library.extra", "nowhere", "wanted", "wanted.VALUE", "wanted.other"]
            found = ["library.extra", "wanted", "wanted.VALUE"]
            assert worker.ask("importable", {"names": names}, 20) == Replied(found)
            assert worker.ask("loaded", {"folders": [path[0]]}, 20) == Replied(
                [f"{path[0]}/{name}" for name in ("library/__init__.py", "library/extra/__init__.py", "wanted.py")]
            )
