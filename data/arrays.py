"""Arrays of numbers that a person's own program wrote."""

from pathlib import Path

import numpy as np

from utils.program.errors import InputError
from utils.program.reading import ZIP, reading

ADVICE = "save it again with numpy.save, as numbers"


def load_array(path: Path) -> np.ndarray:
    """The array in `path`, or the only one of an archive. Nothing in the file can run code.

    Raises InputError if it cannot be read, or is no array.
    """
    with reading(path, "a NumPy array", ADVICE, signs=(b"\x93NUMPY", *ZIP)):
        try:
            content = np.load(path, allow_pickle=False)
            if not isinstance(content, np.ndarray):
                names = content.files
                if len(names) != 1:
                    found = f"{len(names)} arrays ({', '.join(names[:4])})"
                    raise InputError(f"{path}: is an archive of {found}; save one with numpy.save")
                content = content[names[0]]
        except ValueError as error:
            if "Object arrays" in str(error):
                raise InputError(f"{path}: holds Python objects, which may run code; {ADVICE}") from None
            raise
        if not isinstance(content, np.ndarray):
            raise InputError(f"{path}: is a zip archive that holds no array; {ADVICE}")
    return content
