"""`python -m wellbook_orchestration`: prepare, serve."""

import argparse
import os
import sys

from wellbook_orchestration import instance, serve, settings


def main(arguments: list[str] | None = None) -> int:
    """Runs a command and gives its exit code: 0 done, 1 failed, 64 the settings are wrong."""
    parser = argparse.ArgumentParser(prog="python -m wellbook_orchestration", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare", help="make Dagster's database, home and tables, and have dbt parse its project")
    serving = commands.add_parser("serve", help="prepare, then run Dagster on this machine until asked to end")
    serving.add_argument("--port", type=int, default=int(os.environ.get("DAGSTER_PORT", "3000")), help="of the page")
    serving.add_argument("--code-port", type=int, default=0, help="of the code server; default: a free one")
    given = parser.parse_args(arguments)
    try:
        if given.command == "prepare":
            for line in instance.prepare():
                print(line)
        else:
            serve.serve(given.port, given.code_port)
    except settings.WrongSettings as error:
        print(f"error: {error}", file=sys.stderr)
        return settings.WrongSettings.CODE
    except (instance.NotPrepared, serve.Stopped) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
