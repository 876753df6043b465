"""Settings: where they are found, what is refused and in which words, and where each value came from."""

from __future__ import annotations

import errno
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from esper_lint import config as module
from esper_lint.config import OPTIONS, Config, ConfigError, Resolved, did_you_mean, load, require_known_codes

TABLE = "[tool.esper_lint]\n"
OTHER = {
    "integer": 77,
    "boolean": None,
    "strings": ["one"],
    "folder": "there",
    "project folder": "there",
    "file": "there.json",
    "folders": ["src"],
    "table": {"a": ["b"]},
    "scheme": "T{number}",
    "word": "ENDORSE",
    "cases": {"cases": [{"class": "a:B"}]},
}


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, **overrides: object) -> str:
    with pytest.raises(ConfigError) as caught:
        load(str(folder), {key.replace("_", "-"): value for key, value in overrides.items()})
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_config_has_one_attribute_per_option_and_the_project() -> None:
    expected = {option.attribute for option in OPTIONS} | {"project", "has_table"}
    assert {field.name for field in fields(Config)} == expected


def test_keys_are_kebab_case_and_every_option_is_documented_in_one_sentence() -> None:
    for option in OPTIONS:
        assert option.key == option.key.lower() and "_" not in option.key
        assert option.help.endswith(".") and "\n" not in option.help
        assert option.kind in module.KINDS


def test_without_any_file_the_project_is_the_working_directory_and_all_is_default(tmp_path: Path) -> None:
    resolved = load(str(tmp_path), {})
    assert resolved.config.project == str(tmp_path)
    assert not resolved.config.has_table
    assert {getattr(resolved.config, option.attribute) == option.default for option in OPTIONS} == {True}
    assert set(resolved.origins.values()) == {"default"}
    assert set(resolved.origins) == {option.key for option in OPTIONS}


def test_the_nearest_file_with_our_table_wins_over_a_nearer_one_without(tmp_path: Path) -> None:
    write(tmp_path, TABLE + "threshold = 90\n")
    write(tmp_path / "package", "[project]\nname = 'package'\n")
    config = load(str(tmp_path / "package" / "deep"), {}).config
    assert (config.project, config.has_table, config.threshold) == (str(tmp_path), True, 90)


def test_of_two_tables_the_nearer_one_counts_and_nothing_is_merged(tmp_path: Path) -> None:
    write(tmp_path, TABLE + "threshold = 90\nmin-size = 99\n")
    write(tmp_path / "inner", TABLE + "threshold = 70\n")
    config = load(str(tmp_path / "inner"), {}).config
    assert (config.project, config.threshold, config.min_size) == (str(tmp_path / "inner"), 70, 24)


def test_without_our_table_the_nearest_file_makes_the_project(tmp_path: Path) -> None:
    write(tmp_path, "")
    write(tmp_path / "inner", "[project]\nname = 'inner'\n")
    config = load(str(tmp_path / "inner" / "deep"), {}).config
    assert (config.project, config.has_table) == (str(tmp_path / "inner"), False)


def test_an_empty_table_is_a_table(tmp_path: Path) -> None:
    write(tmp_path, TABLE)
    assert load(str(tmp_path), {}).config.has_table


def test_the_folder_of_tickets_is_one_of_the_project(tmp_path: Path) -> None:
    write(tmp_path, TABLE + 'tickets = "./notes/findings/"\n')
    (tmp_path / "deep").mkdir()
    assert load(str(tmp_path / "deep"), {}).config.tickets == "notes/findings"
    assert load(str(tmp_path / "deep"), {"tickets": str(tmp_path / "deep" / "own")}).config.tickets == "deep/own"


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ('ticket-id = "B{batch}"', "ticket-id: 'B{batch}': a scheme has {number} in it, once"),
        ("ticket-id = 3", 'ticket-id: must be a string with `{number}` in it, such as "{batch}-{agent}-{number:02}"'),
        ('support-word = "YES"', 'support-word: must be one of "SUPPORT", "ENDORSE", "AGREE", "APPROVE", not'),
        ("reviewers = 0", "reviewers: must be at least 1, not 0"),
    ],
)
def test_what_cannot_be_said_of_tickets(tmp_path: Path, setting: str, problem: str) -> None:
    write(tmp_path, f"{TABLE}{setting}\n")
    assert problem in refusal(tmp_path)


def test_a_project_reached_through_a_link_has_its_real_name(tmp_path: Path) -> None:
    write(tmp_path / "real", TABLE)
    (tmp_path / "link").symlink_to("real")
    assert load("link", {}).config.project == str(tmp_path / "real")


def test_every_value_has_the_line_it_came_from(tmp_path: Path) -> None:
    text = """\
[tool.other]
threshold = 1
[tool.esper_lint]  # ours
threshold = 85
"min-size" = 30
exclude = [
  "a/",
]
[tool.esper_lint.per-file-ignores]
"tests/*" = ["ESP101"]
"""
    write(tmp_path, text)
    origins = load(str(tmp_path), {"jobs": 3}).origins
    assert origins["threshold"] == "pyproject.toml:4"
    assert origins["min-size"] == "pyproject.toml:5"
    assert origins["exclude"] == "pyproject.toml:6"
    assert origins["per-file-ignores"] == "pyproject.toml:9"
    assert origins["jobs"] == "command line"
    assert origins["ignore"] == "default"


def test_a_key_in_an_unusual_spelling_has_the_file_alone(tmp_path: Path) -> None:
    write(tmp_path, "[tool]\nesper_lint.threshold = 85\n")
    resolved = load(str(tmp_path), {})
    assert (resolved.config.threshold, resolved.origins["threshold"]) == (85, "pyproject.toml")


def test_a_file_outside_of_the_working_directory_is_named_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "there", TABLE + "threshold = 85\n")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert load("../there", {}).origins["threshold"] == f"{path}:2"


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    write(tmp_path, TABLE + 'select = ["ESP1"]\n')
    resolved = load(str(tmp_path), {"select": ["ESP103"]})
    assert (resolved.config.select, resolved.origins["select"]) == (("ESP103",), "command line")


def test_tables_and_lists_become_tuples_in_the_order_written(tmp_path: Path) -> None:
    write(tmp_path, TABLE + 'per-file-ignores = {"b/*" = ["ESP102", "ESP101"], "a/*" = []}\nexclude = ["x", "a"]\n')
    config = load(str(tmp_path), {}).config
    assert config.per_file_ignores == (("b/*", ("ESP102", "ESP101")), ("a/*", ()))
    assert config.exclude == ("x", "a")
    assert hash(config)


def test_folders_are_meant_from_where_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, TABLE + 'roots = ["src/", "./lib"]\ncache-dir = "cache"\n')
    (tmp_path / "src" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "src")
    written = load(".", {}).config
    assert (written.roots, written.cache_dir) == (("src", "lib"), str(tmp_path / "cache"))
    typed = load(".", {"roots": ["deep", "../lib"], "cache-dir": "cache"}).config
    assert (typed.roots, typed.cache_dir) == (("src/deep", "lib"), str(tmp_path / "src" / "cache"))


def test_a_cache_folder_may_be_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert load(".", {"cache-dir": "~/c"}).config.cache_dir == str(tmp_path / "home" / "c")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("treshold = 80", "pyproject.toml:2: unknown setting 'treshold'; did you mean 'threshold'?"),
        ("min_size = 30", "pyproject.toml:2: unknown setting 'min_size'; did you mean 'min-size'?"),
        ("frobnicate = 1", "pyproject.toml:2: unknown setting 'frobnicate'"),
        ("threshold = 101", "pyproject.toml:2: threshold: must be from 50 to 100, not 101"),
        ("jobs = -1", "pyproject.toml:2: jobs: must be at least 0, not -1"),
        ("threshold = 80.0", "pyproject.toml:2: threshold: must be an integer, not 80.0"),
        ("threshold = true", "pyproject.toml:2: threshold: must be an integer, not True"),
        ("respect-gitignore = 1", "pyproject.toml:2: respect-gitignore: must be true or false, not 1"),
        ("cache-dir = 3", "pyproject.toml:2: cache-dir: must be a string, not 3"),
        (
            'exclude = "a"',
            """pyproject.toml:2: exclude: must be a list of strings, such as ["one", "two"], not 'a'""",
        ),
        ("roots = [1]", """pyproject.toml:2: roots: must be a list of strings, such as ["src", "lib"], not [1]"""),
        (
            'per-file-ignores = {"a" = "ESP101"}',
            "pyproject.toml:2: per-file-ignores: must be a table of lists of strings, such as "
            """{"tests/*" = ["ESP101"]}, not {'a': 'ESP101'}""",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path, f"{TABLE}{text}\n")
    assert refusal(tmp_path) == message


def test_the_command_line_is_checked_alike(tmp_path: Path) -> None:
    assert refusal(tmp_path, threshold=3) == "command line: threshold: must be from 50 to 100, not 3"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[tool.esper_lint]\nthreshold = \n", "pyproject.toml: not valid TOML: Invalid value (at line 2, column 13)"),
        (b"[tool.esper_lint]\n# \xff\n", "pyproject.toml: not valid TOML: not UTF-8 at byte 20"),
        (b"[tool.esper_lint]\nroots = " + b"[" * 5000, "pyproject.toml: not valid TOML: nested too deeply"),
        (b"[tool.esper-lint]\n", "pyproject.toml: [tool.esper-lint] is not read; did you mean [tool.esper_lint]?"),
        (b"[[tool.esper_lint]]\n", "pyproject.toml: tool.esper_lint must be a table: [tool.esper_lint]"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(data)
    assert refusal(tmp_path) == message


@pytest.mark.parametrize("data", [b"this is = = not TOML", b"\xff", b"tool = 3 # esper_lint"])
def test_a_file_that_is_not_about_us_stops_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(data)
    config = load(str(tmp_path), {}).config
    assert (config.project, config.has_table) == (str(tmp_path), False)


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    write(tmp_path, TABLE)
    monkeypatch.setattr(Path, "read_bytes", refuse)  # root, as whom tests often run, may read any file
    assert refusal(tmp_path) == "pyproject.toml: cannot be read: Permission denied"


def test_a_byte_order_mark_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xef\xbb\xbf[tool.esper_lint]\nthreshold = 61\n")
    assert load(str(tmp_path), {}).config.threshold == 61


def test_codes_must_exist_in_full_or_as_a_prefix(tmp_path: Path) -> None:
    codes = ("ESP101", "ESP102", "ESP900")
    write(tmp_path, TABLE + 'select = ["ESP1", "ESP900"]\nignore = ["ESP801"]\n')
    resolved = load(str(tmp_path), {})
    with pytest.raises(
        ConfigError, match=r"^pyproject\.toml:3: ignore: no such rule 'ESP801'; did you mean 'ESP101'\?$"
    ):
        require_known_codes(Resolved(resolved.config, resolved.origins), codes)
    require_known_codes(Resolved(replace(resolved.config, ignore=()), resolved.origins), codes)
    with pytest.raises(ConfigError, match=r"^command line: select: no such rule ''$"):
        require_known_codes(load(".", {"select": [""], "ignore": []}), codes)


def test_codes_of_per_file_ignores_must_exist_too(tmp_path: Path) -> None:
    write(tmp_path, TABLE + '[tool.esper_lint.per-file-ignores]\n"a" = ["F401"]\n')
    with pytest.raises(ConfigError, match=r"^pyproject\.toml:2: per-file-ignores: no such rule 'F401'$"):
        require_known_codes(load(".", {}), ("ESP101",))


def test_nothing_is_suggested_when_nothing_is_near() -> None:
    assert did_you_mean("threshold", ["threshhold"]) == "; did you mean 'threshhold'?"
    assert did_you_mean("threshold", ["jobs"]) == ""


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_the_digest_changes_with_just_those_settings_that_affect_matching(option: module.Option) -> None:
    default = load(".", {}).config
    value = OTHER[option.kind] if option.kind != "boolean" else not option.default
    changed = load(".", {option.key: value}).config
    assert changed != default
    assert (changed.digest() != default.digest()) is option.affects_matching


def test_the_digest_is_of_the_settings_and_not_of_the_place(tmp_path: Path) -> None:
    write(tmp_path / "a", TABLE)
    write(tmp_path / "b", TABLE)
    assert load("a", {}).config.digest() == load("b", {}).config.digest()


def test_settings_can_be_read_without_the_slow_libraries() -> None:
    code = "import sys, esper_lint.config; print({'click', 'rich', 'libcst', 'pathspec'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
