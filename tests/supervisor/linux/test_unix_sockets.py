"""The kernel tells the other end of a Unix socket; of any other socket there is nothing to tell."""

from __future__ import annotations

import os
import socket

import pytest

from mptui.supervisor.linux.unix_sockets import parse_peer, peer_of


def inode(end: socket.socket) -> int:
    return os.fstat(end.fileno()).st_ino


def test_each_end_of_a_pair_is_the_peer_of_the_other() -> None:
    one, other = socket.socketpair()
    with one, other:
        if peer_of(inode(one)) is None:
            pytest.skip("this kernel does not tell")
        assert (peer_of(inode(one)), peer_of(inode(other))) == (inode(other), inode(one))


def test_what_is_no_unix_socket_has_none() -> None:
    with socket.socket() as end:
        assert peer_of(inode(end)) is None
    assert peer_of(2**32 - 2) is None


@pytest.mark.parametrize("answer", [b"", bytes(16), bytes(40), b"\xff" * 64])
def test_an_answer_that_makes_no_sense_holds_none(answer: bytes) -> None:
    assert parse_peer(answer) is None
