"""Which socket is at the other end of a Unix one: the kernel alone knows, by sock_diag(7)."""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from typing import Final

_NETLINK_SOCK_DIAG: Final = 4
_SOCK_DIAG_BY_FAMILY: Final = 20
_NLM_F_REQUEST: Final = 1
_UDIAG_SHOW_PEER: Final = 4
_UNIX_DIAG_PEER: Final = 2
_NO_COOKIE: Final = 0xFFFFFFFF
_HEADER: Final = struct.Struct("=IHHII")
"""`struct nlmsghdr`: netlink(7)."""
_REQUEST: Final = struct.Struct("=BBHIIIII")
"""`struct unix_diag_req`."""
_ANSWER_BYTES: Final = 16
"""The size of `struct unix_diag_msg`; attributes follow it."""
_ATTRIBUTE: Final = struct.Struct("=HH")
_FIELDS_BEFORE_NAME: Final = 7
"""Of a line of `/proc/net/unix`; the inode is the last of them."""
_ALL_STATES: Final = 0xFFFFFFFF
_PEER: Final = struct.Struct("=I")


def nameless_unix_sockets(pid: int) -> set[str]:
    """The inodes, as text, of all Unix sockets that have no name: those of pairs among them.

    Of the network namespace of this process.
    """
    try:
        lines = Path(f"/proc/{pid}/net/unix").read_text(errors="replace").splitlines()[1:]
    except OSError:
        return set()
    fields = (line.split(maxsplit=_FIELDS_BEFORE_NAME) for line in lines)
    return {each[-1] for each in fields if len(each) == _FIELDS_BEFORE_NAME}


def peer_of(inode: int) -> int | None:
    """The inode of the other end of the Unix socket with this inode.

    None where it has none, is no Unix socket, or the kernel does not tell.
    """
    request = _REQUEST.pack(
        socket.AF_UNIX, 0, 0, _ALL_STATES, inode, _UDIAG_SHOW_PEER, _NO_COOKIE, _NO_COOKIE
    )
    header = _HEADER.pack(_HEADER.size + len(request), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0)
    try:
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        with socket.socket(socket.AF_NETLINK, kind, _NETLINK_SOCK_DIAG) as kernel:
            kernel.sendto(header + request, (0, 0))
            return parse_peer(kernel.recv(4096))
    except OSError:
        return None


def parse_peer(answer: bytes) -> int | None:
    """The inode of the peer in an answer of the kernel; None where it holds none."""
    if len(answer) < _HEADER.size or _HEADER.unpack_from(answer)[1] != _SOCK_DIAG_BY_FAMILY:
        return None
    place = _HEADER.size + _ANSWER_BYTES
    while place + _ATTRIBUTE.size <= len(answer):
        length, kind = _ATTRIBUTE.unpack_from(answer, place)
        if kind == _UNIX_DIAG_PEER and length >= _ATTRIBUTE.size + _PEER.size:
            return int(_PEER.unpack_from(answer, place + _ATTRIBUTE.size)[0])
        if length < _ATTRIBUTE.size:
            return None
        place += (length + 3) // 4 * 4
    return None
