"""Examples in the docstrings of public names, which the site shows, give what they say."""

import doctest

import pytest

import edgedigits

pytestmark = pytest.mark.slow
# What examples of others show, and what loads TensorFlow to show one line.
WITHOUT = {"Page", "Seen", "Reading", "ExportRequest", "EdgeDigitsError", "export"}


def failures_of(test):
    """How many examples fail, and how many there are."""
    results = doctest.DocTestRunner(verbose=False).run(test, out=lambda _: None)
    return results.failed, len(test.examples)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", [name for name in edgedigits.__all__ if name not in WITHOUT])
def test_every_public_name_has_an_example_that_is_true(name):
    [test] = doctest.DocTestFinder(recurse=False).find(getattr(edgedigits, name), name, globs={})
    failed, examples = failures_of(test)
    assert (failed, examples > 0) == (0, True)


def test_an_example_that_is_not_true_is_found():
    test = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "sum", None, None)
    assert failures_of(test) == (1, 1)
