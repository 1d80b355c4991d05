"""Arrays that a person's own program wrote."""

from pathlib import Path

import numpy as np
from numpy.lib.npyio import NpzFile

from data.impostors import describe_broken_link, describe_impostor
from utils.program.errors import InputError


def load_array(path: Path) -> np.ndarray | NpzFile:
    """The array, or the archive of arrays, in `path`. Nothing in the file can run code.

    Raises InputError if it cannot be read.
    """
    try:
        content: np.ndarray | NpzFile = np.load(path, allow_pickle=False)
        return content
    except FileNotFoundError:
        found = ", ".join(sorted(other.name for other in path.parent.glob("*.npy") if other != path)[:4])
        others = f"the folder holds {found}" if found else "its folder holds no .npy file; name the one that does"
        raise InputError(f"{path}: there is no such file; {describe_broken_link(path) or others}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); save it again with numpy.save") from None
    except (ValueError, EOFError) as error:
        if "Object arrays" in str(error):
            reason = "it holds Python objects; save numbers"
        else:
            reason = describe_impostor(path, "a NumPy array") or "its format is unknown; save it again with numpy.save"
        raise InputError(f"{path}: cannot be read as a NumPy array: {reason}") from None
