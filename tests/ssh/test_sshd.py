"""The SSH connection that other tests go through is a real one."""

import os

from tests.ssh.sshd import Sshd
from tests.terminal import Key, Terminal, has_ended


def test_program_at_the_other_end_has_a_terminal_of_the_given_size(sshd: Sshd) -> None:
    remote = ["sh", "-c", 'stty size; echo "$TERM $LANG $OWN ${SSH_CONNECTION%% *}"; exit 5']
    command = sshd.command(remote, {"OWN": "a 'word' or two"})
    with Terminal(command, columns=120, rows=40) as terminal:
        assert terminal.wait_for_exit() == 5
        assert terminal.rows[:2] == ["40 120", "xterm-256color C.UTF-8 a 'word' or two 127.0.0.1"]
        assert terminal.left_behind() == []


def test_keys_go_there_and_the_screen_comes_back(sshd: Sshd) -> None:
    with Terminal(sshd.command(["sh", "-c", "echo ready; exec cat"])) as terminal:
        terminal.wait_for("ready")
        terminal.send("über", Key.ENTER)
        terminal.wait_for("über\nüber")
        terminal.resize(100, 30)
        terminal.send(Key.CTRL_C)
        assert terminal.wait_for_exit() in {130, 255}


def test_lost_connection_hangs_up_the_program(sshd: Sshd) -> None:
    with Terminal(sshd.command(["sh", "-c", "echo $$; exec cat"])) as terminal:
        terminal.wait_for(lambda terminal: terminal.rows[0].isdigit())
        program = os.pidfd_open(int(terminal.rows[0]))
    assert has_ended(program)
    os.close(program)
