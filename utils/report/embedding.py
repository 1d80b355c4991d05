"""Pictures that are part of a page, in place of files beside it."""

import base64
import io
from typing import Any

from PIL import Image


def address(content: bytes, kind: str) -> str:
    """An address that holds a file's `content` of a media type `kind`, for the `src` of an image."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def embedded(picture: Image.Image, kind: str = "PNG", **options: Any) -> str:
    """An address that holds `picture` in a format of Pillow's, saved with `options`."""
    packed = io.BytesIO()
    picture.save(packed, kind, **options)
    return address(packed.getvalue(), f"image/{kind.lower()}")
