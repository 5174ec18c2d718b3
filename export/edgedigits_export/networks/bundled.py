"""A bundle's own network, read back from its weights, so that the bundle can be made anew without its run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from edgedigits.archives import read_arrays
from edgedigits.bundle import Bundle
from edgedigits.errors import BundleError
from edgedigits.training.model import build_model
from edgedigits_export.given import weights_of
from edgedigits_export.networks.network import WEIGHTS, Network
from edgedigits_export.reporting.write import REPORT_JSON

if TYPE_CHECKING:
    from pathlib import Path

# Of a network that others trained, what versions before 0.2.0 did not write down: they took pixels as they are.
EARLIER = {"takes": "pixels in 0..1", "tried": "nothing else, by an earlier version"}


def formats_of(folder: Path) -> str:
    """Names of the formats that a bundle has, with commas between them."""
    return ",".join(artifact.format for artifact in Bundle.read(folder).artifacts)


def load_bundled(folder: Path) -> tuple[Network, str]:
    """The network of a bundle, and the SHA-256 of the data that it was made with.

    Raises:
        BundleError: the bundle is broken, or its weights are not those that it was exported with.
        ExportError: it holds no plain weights, as that of a network which others drew up.

    """
    bundle = Bundle.load(folder)
    path, model, training = weights_of(bundle), build_model(), bundle.training
    try:
        arrays = read_arrays(path)
        model.set_weights([arrays[name] for name in WEIGHTS])
    except (OSError, ValueError, KeyError) as error:
        raise BundleError(f"{path} does not hold the weights of the documented network ({error})") from error
    network = Network(
        model,
        recipe=str(training.get("recipe", "")),
        seed=training.get("seed"),
        numbers=_recipe(folder),
        origin=EARLIER | training["origin"] if "origin" in training else {},
    )
    if network.weights_sha256 != training.get("weights_sha256"):
        raise BundleError(f"{path} holds other weights than {folder} was exported with; copy the whole bundle again")
    return network, str(training.get("data_sha256", ""))


def _recipe(folder: Path) -> dict[str, Any]:
    """The numbers of the training, which the report has; none where it is not there."""
    try:
        return dict(json.loads((folder / REPORT_JSON).read_text(encoding="utf-8"))["recipe"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
