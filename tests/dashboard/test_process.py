"""``esper-lint dashboard`` from start to end, as a process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from esper_lint.cli import main
from tests.dashboard.served import WAIT_S, Served, sample_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = sample_project(tmp_path / "sample")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_it_starts_with_one_command_on_a_fresh_checkout_and_ends_quietly(project: Path) -> None:
    before = sorted(path for path in project.rglob("*") if ".git/" not in str(path))
    with Served(project) as served:
        link = urlsplit(served.links[0])
        assert (link.scheme, link.hostname, link.path, link.query[:6]) == ("http", "127.0.0.1", "/", "token=")
        with httpx.Client() as browser:
            answer = browser.get(served.links[0], follow_redirects=True)
            assert (answer.status_code, str(answer.url)) == (200, f"{served.origin}/")
            assert "TransformerMLPSmallSeed" in answer.text
        assert served.next_link() != served.links[0]
        status, told = served.end()
    assert (status, told) == (0, "serving the dashboard until Ctrl-C\n")
    assert sorted(path for path in project.rglob("*") if ".git/" not in str(path)) == before


def test_it_listens_on_the_loopback_address_alone(project: Path) -> None:
    with Served(project) as served:
        port = urlsplit(served.links[0]).port
        assert port is not None
        listening = _addresses_listening_on(port)
        assert listening == {"0100007F"}  # 127.0.0.1, as Linux writes it


def _addresses_listening_on(port: int) -> set[str]:
    tables = [Path("/proc/net") / name for name in ("tcp", "tcp6")]
    if not tables[0].exists():
        pytest.skip("only Linux tells in a file who listens where")
    rows = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    return {row[1].partition(":")[0] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"}


def test_an_open_browser_does_not_keep_it_from_ending(project: Path) -> None:
    with Served(project) as served, httpx.Client() as browser:
        browser.get(served.links[0], follow_redirects=True)  # and the connection stays open
        assert served.end(signal.SIGINT) == (0, "serving the dashboard until Ctrl-C\n")


def test_a_service_manager_ends_it_too(project: Path) -> None:
    with Served(project) as served:
        status, told = served.end(signal.SIGTERM)
    assert (status, "Traceback" in told) == (-signal.SIGTERM, False)


def test_what_is_not_http_does_no_harm(project: Path) -> None:
    with Served(project) as served:
        port = urlsplit(served.links[0]).port
        for data in (b"\x00\xff\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n", b"GET /%ff/../../etc/passwd HTTP/1.0\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port), timeout=WAIT_S) as other:
                other.sendall(data + b"\r\n\r\n")
                answer = other.recv(4096)
                assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 421", b"HTTP/1.1 403")), answer
        assert served.end() == (0, "serving the dashboard until Ctrl-C\n")


def test_a_port_that_is_taken_is_one_line(project: Path, taken: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dashboard", "--port", str(taken)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"esper-lint: cannot listen on 127.0.0.1 port {taken}: ") and err.count("\n") == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "::1", "127.0.0.2", "192.0.2.1", "localhost", "example.org"])
def test_another_address_is_refused_without_the_option_for_it(
    project: Path, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dashboard", "--host", host]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"--host {host}: other addresses than 127.0.0.1 need --expose" in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--host", "example.org", "--expose"], "--host example.org: not an IP address"),
        (["--host", "0.0.0.0", "--expose"], "name what browsers will ask for by --trusted-origin"),
        (["--trusted-origin", "review.example.org"], "'review.example.org' is not of the form https://HOST[:PORT]"),
        (["--port", "70000"], "70000 is not in the range 0<=x<=65535"),
    ],
)
def test_addresses_that_are_none_are_one_line(
    project: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dashboard", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err and err.count("\n") == 1


def test_with_the_option_another_address_is_served_under_its_own_name(project: Path) -> None:
    with Served(project, ("--host", "127.0.0.2", "--expose")) as served:
        assert served.origin.startswith("http://127.0.0.2:")
        assert httpx.get(served.links[0]).status_code == 303


def test_behind_a_proxy_the_link_is_that_of_the_proxy(project: Path) -> None:
    with Served(project, ("--trusted-origin", "https://review.example.org", "--port", "0")) as served:
        assert served.links[0].startswith("https://review.example.org/?token=")


def test_a_link_that_nobody_can_read_is_no_success(project: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("a Linux device")
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "esper_lint", "dashboard"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=WAIT_S,
        )
    assert (done.returncode, done.stderr) == (
        2,
        "esper-lint: cannot write standard output: No space left on device\n",
    )


def test_a_reader_of_links_that_leaves_does_not_end_the_sessions(project: Path) -> None:
    with Served(project) as served, httpx.Client() as browser:
        assert served.process.stdout is not None
        served.process.stdout.close()
        assert browser.get(served.links[0], follow_redirects=True).status_code == 200
        assert browser.get(served.origin).status_code == 200


@pytest.mark.parametrize("name", ["starlette", "uvicorn", "jinja2", "pygments", "markdown_it"])
def test_without_the_extra_it_says_which_one_to_install(
    project: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    masked = project / "masked"
    masked.mkdir()
    (masked / f"{name}.py").write_text(f"raise ModuleNotFoundError(name={name!r})\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "esper_lint", "dashboard"],
        capture_output=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(masked), *sys.path])},
        text=True,
        check=False,
        timeout=WAIT_S,
    )
    expected = f'esper-lint: {name} is not installed, which this verb needs: pip install "esper-lint[dashboard]"\n'
    assert (done.returncode, done.stdout, done.stderr) == (2, "", expected)
