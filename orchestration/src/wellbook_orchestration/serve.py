"""Dagster's three processes on one machine: the code server, the daemon, the web server. Past one machine, start each
by itself; docs/orchestration.md shows how."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests
import yaml

from wellbook_orchestration import instance, settings

#: Nothing is offered to other machines.
HOST = "127.0.0.1"
#: Importing Dagster and dbt takes five seconds on a quiet machine, half a minute on a busy one.
READY_WITHIN_SECONDS = 180
#: What is asked to end and does not, is ended.
STOP_WITHIN_SECONDS = 8
LOOK_EVERY_SECONDS = 0.5


class Stopped(Exception):
    """One of the processes ended by itself."""


class _Asked(BaseException):
    """Somebody asked to end."""


def serve(port: int, code_port: int) -> None:
    """Prepares, starts all three, says where the page is when it answers, and stays until it is asked to end.

    Raises `WrongSettings`, `NotPrepared`, or `Stopped` where one of them ended by itself: the others are ended too.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _asked)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        _free(port, "--port")
        code_port = code_port or _any_port()
        instance.prepare()
        variables = instance.environment()
        workspace = _workspace(code_port)
        for name, arguments in _commands(port, code_port, workspace).items():
            processes[name] = subprocess.Popen(arguments, env=variables, stdin=subprocess.DEVNULL)
            if name == "code server":
                _wait(processes, lambda: _listens(code_port), f"the code server does not listen on {HOST}:{code_port}")
        _wait(processes, lambda: _answers(port), f"the web server does not answer on {HOST}:{port}")
        print(f"Dagster: http://{HOST}:{port}", flush=True)
        while True:
            _look(processes)
            time.sleep(LOOK_EVERY_SECONDS)
    except _Asked:
        return
    finally:
        _stop(processes)


def _commands(port: int, code_port: int, workspace: Path) -> dict[str, list[str]]:
    def module(*arguments: str) -> list[str]:
        return [sys.executable, "-m", *arguments]

    return {
        "code server": module(
            *("dagster", "api", "grpc", "--host", HOST, "--port", str(code_port)),
            *("--module-name", "wellbook_orchestration.definitions", "--location-name", "wellbook"),
        ),
        "daemon": module("dagster._daemon", "run", "--workspace", str(workspace)),
        "web server": module("dagster_webserver", "--host", HOST, "--port", str(port), "--workspace", str(workspace)),
    }


def _workspace(code_port: int) -> Path:
    path = settings.dagster_home() / "workspace.yaml"
    server = {"host": HOST, "port": code_port, "location_name": "wellbook"}
    path.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}))
    return path


def _asked(number: int, frame: object) -> None:
    raise _Asked


def _free(port: int, setting: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise settings.WrongSettings(f"{setting} {port} is busy ({error.strerror}): give another") from None


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _wait(processes: dict[str, subprocess.Popen[bytes]], is_ready, otherwise: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not is_ready():
        _look(processes)
        if time.monotonic() > deadline:
            raise Stopped(f"{otherwise} after {READY_WITHIN_SECONDS} s")
        time.sleep(LOOK_EVERY_SECONDS)


def _look(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, process in processes.items():
        if process.poll() is not None:
            raise Stopped(f"the {name} ended with code {process.returncode}; its last words stand above")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://{HOST}:{port}/server_info", timeout=2).ok
    except requests.RequestException:
        return False


def _stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """The last one first: the code server, which started the runs, goes when nobody asks it any more."""
    deadline = time.monotonic() + STOP_WITHIN_SECONDS
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    for process in reversed(processes.values()):
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    for process in processes.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
