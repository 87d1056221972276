"""Errors of training: what the command catches is one base class."""

from __future__ import annotations

import inspect

from addsup.train import errors


def test_every_error_is_a_train_error_with_a_sentence_that_explains_it() -> None:
    found = [each for _, each in inspect.getmembers(errors, inspect.isclass)]

    assert len(found) == 8
    for each in found:
        assert issubclass(each, errors.TrainError)
        assert each.__doc__
