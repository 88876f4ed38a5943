"""The version of this SDK."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("helpdesk-sdk")
except PackageNotFoundError:
    __version__ = "0"
