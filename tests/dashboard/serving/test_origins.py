"""Addresses as people type them and browsers send them."""

from __future__ import annotations

import pytest

from esper_lint.dashboard.serving.origins import Origin, by_host, origin_of, origins_at


@pytest.mark.parametrize(
    ("text", "origin", "shown"),
    [
        ("https://review.example.org", Origin("https", "review.example.org", 443), "https://review.example.org"),
        ("https://review.example.org/", Origin("https", "review.example.org", 443), "https://review.example.org"),
        (
            "https://Review.Example.org:8443",
            Origin("https", "review.example.org", 8443),
            "https://review.example.org:8443",
        ),
        ("http://[::1]:80", Origin("http", "[::1]", 80), "http://[::1]"),
        ("http://[2001:DB8::2]:81", Origin("http", "[2001:db8::2]", 81), "http://[2001:db8::2]:81"),
    ],
)
def test_an_origin_is_read_as_browsers_write_it(text: str, origin: Origin, shown: str) -> None:
    assert origin_of(text) == origin
    assert str(origin) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "review.example.org",
        "*",
        "https://*",
        "ftp://review.example.org",
        "https://review.example.org/path",
        "https://review.example.org?x=1",
        "https://me@review.example.org",
        "https://review.example.org:many",
        "https://review.example.org:99999",
        "https://rëview.example.org",
        "https://a b",
        "https://[::1",
    ],
)
def test_anything_else_is_no_origin(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not of the form https://HOST\[:PORT\]$"):
        origin_of(text)


def test_a_server_on_loopback_has_its_address_and_name_with_the_port() -> None:
    assert set(by_host(origins_at("127.0.0.1", 8765))) == {"127.0.0.1:8765", "localhost:8765"}
    assert set(by_host(origins_at("::1", 8765))) == {"[::1]:8765", "localhost:8765"}


def test_the_default_port_may_be_left_out() -> None:
    assert set(by_host(origins_at("127.0.0.1", 80))) == {"127.0.0.1:80", "127.0.0.1", "localhost:80", "localhost"}


def test_all_addresses_of_a_machine_are_no_name_of_it() -> None:
    proxy = origin_of("https://review.example.org")
    origins = origins_at("0.0.0.0", 8765, [proxy])
    assert origins[0] == proxy
    assert set(by_host(origins)) == {"review.example.org", "review.example.org:443", "localhost:8765"}
