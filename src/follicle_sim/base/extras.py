"""Optional libraries, imported when they are needed and not before."""

from importlib import import_module
from typing import Any

from follicle_sim.base.errors import FollicleSimError


class MissingExtraError(FollicleSimError):
    """A command needs a library that is not installed; the message says how to get it."""

    exit_code = 2


def need(module: str, extra: str = "inference") -> Any:
    """Import a module of an extra.

    Raises
    ------
    MissingExtraError
        Naming the library and the extra that brings it.

    Examples
    --------
    >>> need("json").dumps(1)
    '1'
    """
    try:
        return import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        raise MissingExtraError(
            f'{library} is not installed; python -m pip install "follicle-sim[{extra}]" brings it'
        ) from error
