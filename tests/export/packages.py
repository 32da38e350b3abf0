"""Packages of training jobs as SLEAP exports them."""

import io
import zipfile
from collections.abc import Mapping

from encdec_widgets import preset
from encdec_widgets.architectures.blocks.head import Head

CENTROID = preset("SLEAP centroid").replace("head", Head(1, name="confmaps"))
CROP = preset("SLEAP medium single").replace("head", Head(5, name="confmaps"))
CONFIGURATIONS = {
    "centroid.json": CENTROID.to_sleap("centroid"),
    "centered_instance.json": CROP.to_sleap("centered_instance"),
}
# Beside the configurations stand the labels, and what is to be run.
JOB = {
    **CONFIGURATIONS,
    "jobs.yaml": "training: [{cfg: centroid.json}]\n",
    "labels.pkg.slp": "\x89HDF",
    "__MACOSX/._centroid.json": CONFIGURATIONS["centroid.json"],
}


def zipped(files: Mapping[str, str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of texts, by name."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return held.getvalue()
