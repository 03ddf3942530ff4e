"""The command line of peritrace: `python -m peritrace COMMAND …`."""

import argparse
import sys

from peritrace.commands import check

COMMANDS = {"check": check}


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m peritrace", description="Audit and re-analysis of survival papers."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        text = (module.__doc__ or "").partition(": ")[2].strip()
        module.add_arguments(commands.add_parser(name, help=text, description=text[:1].upper() + text[1:]))
    parsed = parser.parse_args(arguments)
    code: int = COMMANDS[parsed.command].run(parsed)
    return code


if __name__ == "__main__":
    sys.exit(main())
