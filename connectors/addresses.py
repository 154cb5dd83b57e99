"""Which addresses of the network are public, and connecting to exactly the address that was checked."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Sequence

from schemas.failures import Failure

Resolve = Callable[[str, int], Sequence[str]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_6TO4 = ipaddress.ip_network("2002::/16")  # RFC 3056
_REFUSED = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # IETF protocols, RFC 6890
            "192.88.99.0/24",  # 6to4 relays, RFC 7526
            "64:ff9b:1::/48",  # NAT64 for local use, RFC 8215
            "100::/64",  # discard, RFC 6666
            "2001::/23",  # IETF protocols, Teredo among them, RFC 2928
            "fec0::/10",  # site-local of old, RFC 3879
        ),
    )
)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open Internet.

    False for loopback, private, link-local, shared (RFC 6598), multicast, reserved and unspecified addresses, and for
    IPv6 forms that carry such an IPv4 address (mapped, NAT64, 6to4).
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped
        if ip in _NAT64:
            carried = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        elif ip in _6TO4:
            carried = ip.sixtofour
        if carried is not None:
            return is_public(str(carried))
    if ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local or ip.is_unspecified:
        return False
    return ip.is_global and not any(ip in network for network in _REFUSED if network.version == ip.version)


def system_resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system's resolver gives them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def resolve_within(resolve: Resolve, host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a name. The system's resolver knows no time-out, so it is waited for in a thread of its own.

    Raises:
        Failure: "dns".
    """
    answer: list[str] = []
    problem: list[Exception] = []

    def ask() -> None:
        try:
            answer.extend(resolve(host, port))
        except (OSError, UnicodeError) as error:
            problem.append(error)

    asking = threading.Thread(target=ask, name=f"resolve {host}", daemon=True)
    asking.start()
    asking.join(seconds)
    if asking.is_alive():
        raise Failure("dns", f"the name {host} was not resolved within {seconds:g} s")
    if not answer:
        why = (getattr(problem[0], "strerror", None) or problem[0]) if problem else "no address"
        raise Failure("dns", f"the name {host} does not resolve: {why}")
    return answer


def connect_checked(
    make: Callable[[int, int], socket.socket],
    resolve: Resolve,
    host: str,
    port: int,
    *,
    private_allowed: bool,
    seconds: float,
) -> socket.socket:
    """A socket connected to an address of `host` that was checked first.

    The name is asked for once and the very address that passed is connected to, so a name that changes its mind in
    between gains nothing. Addresses are tried in turn and share the time.

    Args:
        make: makes a socket of an address family and type.
        private_allowed: whether addresses outside the open Internet will do.
        seconds: for the name and all addresses together.

    Raises:
        Failure: "dns", "private_address", "refused", "unreachable" or "connect_timeout".
    """
    deadline = time.monotonic() + seconds
    addresses = resolve_within(resolve, host, port, seconds)
    allowed = [address for address in addresses if private_allowed or is_public(address)]
    if not allowed:
        raise Failure(
            "private_address",
            f"{host}:{port} is {addresses[0]}, an address of this machine or a private network; "
            f"if that is meant, declare private_hosts: [{host}:{port}] for the feed",
        )
    failure = Failure("connect_timeout", f"{host}:{port} did not answer within {seconds:g} s")
    for left, address in zip(range(len(allowed), 0, -1), allowed, strict=True):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connection = make(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(max(0.01, (deadline - time.monotonic()) / left))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.connect((address, port))
            return connection
        except TimeoutError:
            connection.close()
        except ConnectionRefusedError:
            connection.close()
            failure = Failure("refused", f"{host}:{port} ({address}) refuses connections")
        except OSError as error:
            connection.close()
            failure = Failure("unreachable", f"{host}:{port} ({address}) can't be reached: {error.strerror or error}")
        if time.monotonic() >= deadline:
            break
    raise failure
