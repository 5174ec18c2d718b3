from __future__ import annotations

import dataclasses

import pytest

from edgedigits.training.recipes import FAST, NOTEBOOK, RECIPES, ROBUST


def test_the_notebook_is_the_documented_training() -> None:
    documented = {"epochs": 20, "batch_size": 128, "learning_rate": 0.001, "validation_split": 0.1, "passes": 1.0}
    plain = {"augmentation": None, "drawn": 0.0, "average": 0.0, "weight_decay": 0.0, "label_smoothing": 0.0}
    fields = dataclasses.asdict(NOTEBOOK)
    assert {name: fields[name] for name in documented | plain} == documented | plain


def test_fast_shows_less_than_a_fifteenth_of_the_notebooks_images() -> None:
    assert FAST.epochs * FAST.passes < NOTEBOOK.epochs * NOTEBOOK.passes / 15


def test_only_robust_augments() -> None:
    assert [recipe.name for recipe in RECIPES.values() if recipe.augmentation] == [ROBUST.name]


def test_a_recipe_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ROBUST.epochs = 1  # type: ignore[misc]
