"""Other programs: the `wellbook` command and the reports' library."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import dagster as dg

from wellbook_orchestration.settings import WrongSettings

#: Lines of a program's last words that are worth showing.
LAST_LINES = 12


class Failed(Exception):
    """A program ended with another code than 0."""

    def __init__(self, said: str, code: int, output: str) -> None:
        super().__init__(said)
        self.code = code
        #: What it wrote on standard output.
        self.output = output

    @property
    def is_lasting(self) -> bool:
        """Whether trying again does not help."""
        return self.code == WrongSettings.CODE


def run(arguments: list[str], *, seconds: int, environment: dict[str, str] | None = None) -> str:
    """Runs a program to its end and gives what it wrote on standard output.

    Raises `Failed` where it cannot be started, takes longer than `seconds`, or ends with another code than 0.
    """
    name = " ".join([Path(arguments[0]).name, *arguments[1:3]])
    try:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    except OSError as error:
        raise Failed(f"{arguments[0]} cannot be started: {error.strerror}", WrongSettings.CODE, "") from None
    try:
        output, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        raise Failed(f"`{name}` took longer than {seconds} s and was ended", 1, "") from None
    except BaseException:
        _end(process)
        raise
    if process.returncode != 0:
        # Some say what went wrong on standard output.
        last = "\n".join((said.strip() or output.strip()).splitlines()[-LAST_LINES:]) or "it said nothing"
        raise Failed(f"`{name}` ended with code {process.returncode}: {last}", process.returncode, output)
    return output


def _end(process: subprocess.Popen[str]) -> None:
    # Its own session: what it started ends with it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Wellbook(dg.ConfigurableResource):
    """The `wellbook` command. It speaks to the stack in `data_dir`, else to KAFKA_BOOTSTRAP_SERVERS and the like."""

    command: str = "wellbook"
    data_dir: str = ""

    def json(self, *arguments: str, seconds: int) -> Any:
        """Runs a subcommand that prints JSON.

        Raises `Failed` as `run` does, and where what it prints is no JSON.
        """
        place = ["--data-dir", self.data_dir] if self.data_dir else []
        program = shutil.which(self.command)
        if program is None:
            raise Failed(
                f"{self.command} is no program: set WELLBOOK_COMMAND to where `wellbook` is", WrongSettings.CODE, ""
            )
        output = run([program, *arguments, "--json", *place], seconds=seconds)
        try:
            return json.loads(output)
        except ValueError:
            raise Failed(f"`wellbook {arguments[0]}` printed no JSON: {output[:200]!r}", 1, output) from None


def from_environment() -> Wellbook:
    """The command that WELLBOOK_COMMAND names, for the stack in WELLBOOK_DATA_DIR."""
    return Wellbook(
        command=os.environ.get("WELLBOOK_COMMAND", "wellbook"), data_dir=os.environ.get("WELLBOOK_DATA_DIR", "")
    )
