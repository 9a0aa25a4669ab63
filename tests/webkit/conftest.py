"""The fixtures of these tests are those of `fixtures.py`, which others have too."""

from fixtures import display, elsewhere, installed, make_app, ordinary, run_app  # noqa: F401
