"""Only public addresses are asked, and the connection goes to the address that was checked."""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

import httpcore
import pytest
from fakes_web import PUBLIC, FakeWeb, Loopback, Names
from hypothesis import given
from hypothesis import strategies as st

from ingest.web.addresses import CheckedBackend, checked_url, is_public, system_resolver
from ingest.web.faults import Fault

CLOSED = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 169.254.1.1
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.7
203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd00:ec2::254 ff02::1 100::1 2001:db8::1
3fff::1 2001::1 64:ff9b:1::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1
64:ff9b::127.0.0.1 64:ff9b::a00:1 2002:7f00:1:: 2002:a00:1::1 2002:a9fe:a9fe::1 5f00::1
2606:4700:4700::1111%eth0 nonsense 127.1 2130706433 0x7f000001
"""
OPEN = """
1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.167.0.1 192.169.0.1
168.63.129.17 223.255.255.255
2606:4700:4700::1111 2001:4860:4860::8888 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1
"""


@pytest.mark.parametrize("address", CLOSED.split())
def test_an_address_off_the_open_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OPEN.split())
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_ipv6_that_carries_ipv4_is_as_public_as_what_it_carries(address: IPv4Address) -> None:
    number = int(address)
    mapped, nat64 = IPv6Address(0xFFFF << 32 | number), IPv6Address((0x64FF9B << 96) | number)
    six_to_four = IPv6Address(0x2002 << 112 | number << 80 | 1)
    expected = is_public(str(address))
    assert [is_public(str(carrier)) for carrier in (mapped, nat64, six_to_four)] == [expected] * 3


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address: IPv4Address | IPv6Address) -> None:
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        assert not is_public(str(address))
    if isinstance(address, IPv4Address) and address.is_private:
        assert not is_public(str(address))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ftp://site.test/", "scheme ftp"),
        ("file:///etc/passwd", "scheme file"),
        ("javascript:alert(1)", "scheme javascript"),
        ("//site.test/", "damaged address"),
        ("site.test", "damaged address"),
        ("", "damaged address"),
        ("http://", "damaged address"),
        ("http:///path", "damaged address"),
        ("http://[::1", "damaged address"),
        ("http://a..b/", "damaged address"),
        ("http://exa mple.test/", "damaged address"),
        ("http://%31%32%37.0.0.1/", "damaged address"),
        ("http://１２７.0.0.1/", "damaged address"),
        ("http://site.test:99999/", "damaged address"),
        ("http://site.test/\x00", "damaged address"),
        ("http:\\\\site.test\\", "damaged address"),
        ("http://me:secret@site.test/", "credentials in address"),
        ("http://127.0.0.1@site.test/", "credentials in address"),
        ("http://127.0.0.1/", "private address"),
        ("http://127.0.0.1./", "private address"),
        ("http://127。0。0。1/", "private address"),
        ("http://[::1]/", "private address"),
        ("http://[::ffff:127.0.0.1]/", "private address"),
        ("http://[fe80::1%25eth0]/", "private address"),
        ("http://169.254.169.254/latest/meta-data/", "private address"),
        ("http://0x7f.1/", "odd address"),
        ("http://127.1/", "odd address"),
        ("http://2130706433/", "odd address"),
        ("http://0x7f000001./", "odd address"),
        ("http://site.0x7f/", "odd address"),
        ("http://site.test/" + "a" * 9000, "address too long"),
    ],
)
def test_an_address_that_may_not_be_asked_is_refused_with_its_reason(address: str, reason: str) -> None:
    with pytest.raises(Fault) as caught:
        checked_url(address)
    assert (caught.value.reason, caught.value.status, caught.value.passing) == (reason, "failed", False)


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("  http://Site.Test.:8080/A?b=c#d ", "http://site.test:8080/A?b=c"),
        ("https://münchen.test/ä", "https://xn--mnchen-3ya.test/%C3%A4"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:4700::1111]/x", "http://[2606:4700:4700::1111]/x"),
    ],
)
def test_an_address_is_asked_in_its_plain_form(address: str, asked: str) -> None:
    assert str(checked_url(address)) == asked


def test_private_addresses_and_odd_spellings_pass_where_they_are_allowed_but_nothing_else_does() -> None:
    for address in ("http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "http://intranet/"):
        assert str(checked_url(address, allow_private=True)) == address
    for address in ("file:///etc/passwd", "http://me:secret@intranet/", "http://a..b/"):
        with pytest.raises(Fault):
            checked_url(address, allow_private=True)


def dial(answers: Sequence[str], dead: frozenset[str] = frozenset(), *, private: bool = False) -> list[str]:
    """The addresses dialed for a name with these answers."""

    async def run(port: int) -> list[str]:
        dialer = Loopback(port, dead)
        backend = CheckedBackend(
            allow_private=private, resolver=Names({"site.test": [answers]}), dialer=dialer
        )
        stream = await backend.connect_tcp("site.test", 80, 5.0)
        await stream.aclose()
        return dialer.dialed

    with FakeWeb({}) as server:
        return asyncio.run(run(server.port))


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    assert dial([PUBLIC]) == [PUBLIC]


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    assert dial(["2606:4700::1", PUBLIC], dead=frozenset(["2606:4700::1"])) == ["2606:4700::1", PUBLIC]


def test_a_name_is_refused_where_any_of_its_addresses_is() -> None:
    for answers in ([PUBLIC, "10.0.0.1"], ["::1", PUBLIC], ["64:ff9b::7f00:1"], ["fe80::1%eth0"]):
        with pytest.raises(Fault, match="private address"):
            dial(answers)
    assert dial(["10.0.0.1"], private=True) == ["10.0.0.1"]


def test_a_name_without_an_address_is_not_found() -> None:
    with pytest.raises(Fault, match="name not found") as caught:
        dial([])
    assert caught.value.unreached
    assert not caught.value.passing


def test_a_name_of_which_no_address_answers_cannot_be_connected_to() -> None:
    with pytest.raises(httpcore.ConnectError):
        dial([PUBLIC], dead=frozenset([PUBLIC]))


def failing(error: Exception | None) -> CheckedBackend:
    """A backend whose resolver raises, or never answers."""

    async def resolver(host: str, port: int) -> Sequence[str]:
        if error:
            raise error
        await asyncio.Event().wait()
        return []

    return CheckedBackend(resolver=resolver)


def test_a_resolver_that_cannot_tell_now_may_tell_later() -> None:
    error = socket.gaierror(socket.EAI_AGAIN, "later")
    with pytest.raises(Fault, match="name lookup failed") as caught:
        asyncio.run(failing(error).connect_tcp("site.test", 80, 1.0))
    assert caught.value.passing


def test_a_label_that_no_resolver_takes_is_a_name_not_found() -> None:
    error = UnicodeError("label too long")
    with pytest.raises(Fault, match="name not found"):
        asyncio.run(failing(error).connect_tcp("site.test", 80, 1.0))


def test_a_resolver_that_never_answers_is_a_timeout() -> None:
    with pytest.raises(httpcore.ConnectTimeout):
        asyncio.run(failing(None).connect_tcp("site.test", 80, 0.05))


def test_the_systems_resolver_knows_this_machine_and_the_check_refuses_it() -> None:
    found = asyncio.run(system_resolver("localhost", 80))
    assert found
    assert not any(map(is_public, found))
    with pytest.raises(Fault, match="private address"):
        asyncio.run(CheckedBackend().connect_tcp("localhost", 80, 5.0))
