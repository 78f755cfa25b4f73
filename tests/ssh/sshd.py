"""A real SSH server on 127.0.0.1, as the user who runs the tests, with keys that live as long."""

import os
import pwd
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LIMIT_SECONDS = 20.0
_SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/sbin")
_PRIVILEGE_SEPARATION_FOLDER = Path("/run/sshd")

_CONFIGURATION = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
AcceptEnv *
PrintMotd no
PrintLastLog no
"""


def missing_programs() -> list[str]:
    """The programs of OpenSSH that are not installed here."""
    return [name for name in ("sshd", "ssh", "ssh-keygen") if _find(name) is None]


class Sshd:
    """A server that runs until `stop`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for key in ("host_key", "user_key"):
            _make_key(folder / key)
        shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
        if os.geteuid() == 0:
            _PRIVILEGE_SEPARATION_FOLDER.mkdir(mode=0o755, exist_ok=True)
        self._port = 0
        self._process = self._start()

    @property
    def pid(self) -> int:
        """Of the process that listens; each connection has others."""
        return self._process.pid

    def command(
        self, remote: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> list[str]:
        """The ssh command that runs this one on the other side, on a terminal."""
        sent = {"LANG": "C.UTF-8", **(environment or {})}
        options = {
            "Port": self._port,
            "User": pwd.getpwuid(os.getuid()).pw_name,
            "IdentityFile": self._folder / "user_key",
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": self._folder / "known_hosts",
            "StrictHostKeyChecking": "yes",
            "BatchMode": "yes",
            "LogLevel": "ERROR",
            "SetEnv": " ".join(f'{name}="{value}"' for name, value in sent.items()),
        }
        return [
            _found("ssh"),
            *("-F", "none"),
            "-tt",
            *(f"-o{name}={value}" for name, value in options.items()),
            "127.0.0.1",
            shlex.join(remote),
        ]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        """Listen on a free port: somebody may take it in between, so there is a second try."""
        for _ in range(5):
            self._port = _free_port()
            configuration = self._folder / "sshd_config"
            configuration.write_text(
                _CONFIGURATION.format(port=self._port, folder=self._folder), encoding="utf-8"
            )
            host_key = (self._folder / "host_key.pub").read_text(encoding="utf-8")
            (self._folder / "known_hosts").write_text(
                f"[127.0.0.1]:{self._port} {host_key}", encoding="utf-8"
            )
            log = self._folder / "log"
            process = subprocess.Popen([_found("sshd"), "-D", "-f", configuration, "-E", log])
            if self._listens(process):
                return process
            process.kill()
            process.wait()
        raise AssertionError(f"sshd does not start:\n{log.read_text(encoding='utf-8')}")

    def _listens(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + LIMIT_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            with socket.socket() as client:
                client.settimeout(LIMIT_SECONDS)
                if client.connect_ex(("127.0.0.1", self._port)) == 0:
                    # Its first word shows that it is ours and not somebody else's port.
                    return client.recv(4) == b"SSH-" and process.poll() is None
            time.sleep(0.01)
        return False


def _find(program: str) -> str | None:
    path = os.pathsep.join([*os.get_exec_path(), *_SYSTEM_FOLDERS])
    return shutil.which(program, path=path)


def _found(program: str) -> str:
    path = _find(program)
    assert path is not None, f"{program} is not installed"
    return path


def _make_key(path: Path) -> None:
    subprocess.run(
        [_found("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", path],
        check=True,
        stdin=subprocess.DEVNULL,
    )


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])
