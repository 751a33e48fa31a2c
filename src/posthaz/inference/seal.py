"""A hash at the end of an archive, by which damage is seen before anything is read."""

import hashlib

_MARK = b"\nposthaz sha256 "
_LENGTH = len(_MARK) + 64


def sealed(content: bytes) -> bytes:
    """Content with its hash behind it, where HDF5 doesn't look.

    Parameters
    ----------
    content : bytes
        An HDF5 file.

    Returns
    -------
    bytes
        The file that is written.

    Examples
    --------
    >>> unsealed(sealed(b"draws")), unsealed(sealed(b"draws").replace(b"w", b"v"))
    (b'draws', None)
    """
    return content + _MARK + hashlib.sha256(content).hexdigest().encode()


def unsealed(content: bytes) -> bytes | None:
    """Content without the hash; `None` when it isn't the content that was hashed.

    Parameters
    ----------
    content : bytes
        A file, perhaps of another program, which has no hash.

    Returns
    -------
    bytes or None
        The HDF5 file.
    """
    body, end = content[:-_LENGTH], content[-_LENGTH:]
    if not end.startswith(_MARK):
        return content
    return body if hashlib.sha256(body).hexdigest().encode() == end[len(_MARK) :] else None
