"""The command line of peritrace: `python -m peritrace COMMAND …`."""

import argparse
import io
import os
import sys

from peritrace.commands import check, crate, diff, new_study, reproduce, trace, validate, verify

COMMANDS = {
    "check": check,
    "crate": crate,
    "validate": validate,
    "diff": diff,
    "new-study": new_study,
    "trace": trace,
    "verify": verify,
    "reproduce": reproduce,
}


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
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal without these characters still gets the rest
        sys.stdout.reconfigure(errors="replace")
    try:
        code: int = COMMANDS[parsed.command].run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"{error.filename or 'a file'}: {error.strerror}; give another folder with --out.", file=sys.stderr)
        return 2
    return code


if __name__ == "__main__":
    sys.exit(main())
