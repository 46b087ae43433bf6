"""How the command line ends: exit codes, and errors without a traceback.

0 done; 1 unexpected error; 2 bad input; 3 a repeated run differs; 4 cannot write the output; 130
stopped by the user.
"""

import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from follicle_sim.base.errors import FollicleSimError, Interrupted

CODES = (
    "Exit codes: 0 done, 1 unexpected error, 2 bad input, 3 a repeated run differs, "
    "4 cannot write the output, 130 stopped by the user."
)


def run_and_exit(app: Callable[..., int | None], arguments: Sequence[str]) -> NoReturn:
    """Run the command line and exit; errors go to standard error without a traceback."""
    debug = "--debug" in arguments
    words = [argument for argument in arguments if argument != "--debug"]
    # A batch system's polite stop is the same wish as Ctrl-C.
    signal.signal(signal.SIGTERM, _stop)
    try:
        code = app(words, prog_name="follicle-sim", standalone_mode=False) or 0
    except FollicleSimError as error:
        code = _report(error, str(error), error.exit_code, debug)
    except KeyboardInterrupt as error:
        code = _report(error, "stopped by the user; nothing was written", 130, debug)
    except SystemExit:
        # Only so do typer and rich end by themselves: whoever read our output has gone (`| head`).
        # That is no error of ours, and nobody is left to tell.
        code = 0
    except Exception as error:
        code = _report_unexpected(error, debug)
    sys.exit(code)


def _stop(signal_number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _report(error: BaseException, message: str, code: int, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exception(error)
    word = "stopped" if isinstance(error, Interrupted | KeyboardInterrupt) else "error"
    print(f"{word}: {message}".replace("stopped: stopped", "stopped"), file=sys.stderr)
    return code


def _report_unexpected(error: Exception, debug: bool) -> int:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "Abort" in kinds:
        return _report(KeyboardInterrupt(), "stopped by the user; nothing was written", 130, debug)
    if "ClickException" in kinds:  # wrong arguments; typer ships the class under changing names
        error.show()  # type: ignore[attr-defined]
        return int(error.exit_code)  # type: ignore[attr-defined]
    message = f"{type(error).__name__}: {error}"
    if not debug:
        message += "\nThis should not happen; run again with --debug and report what it prints."
    return _report(error, message, 1, debug)
