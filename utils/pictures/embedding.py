"""Pictures that are part of a page, in place of files beside it."""

import base64
import io

from PIL import Image


def address(content: bytes, kind: str) -> str:
    """An address that holds a file's `content` of a media type `kind`, for the `src` of an image."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def embedded(picture: Image.Image) -> str:
    """An address that holds `picture`."""
    packed = io.BytesIO()
    picture.save(packed, "PNG")
    return address(packed.getvalue(), "image/png")
