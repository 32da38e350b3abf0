"""The ways out of a design and of its network: a method for each form in which it is carried away."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from encdec_widgets.designs.registry import answering


class WaysOut:
    """What a design can be written as; :mod:`encdec_widgets.designs.registry` says which function does it."""

    __slots__ = ()

    def to_text(self) -> str:
        """This design as one short line for a chat message, which ``read_design`` reads.

        Raises:
            FieldError: As :meth:`Design.to_json`.

        Example:
            >>> from encdec_widgets import preset
            >>> preset("SLEAP centroid").to_text()
            'unet#972c90 filters=16 up_blocks=3 up_interpolate=true input=256x256x1'
        """
        text: str = answering("to_text")(self)
        return text

    def to_link(self, base: str | None = None) -> str:
        """A link that opens the designer with this design, which is all in the link; nothing is sent anywhere.

        Args:
            base: The address of an app, such as ``"http://127.0.0.1:8866/"``; Binder's if left out.

        Raises:
            ValueError: If ``base`` is no address of a page, or the link would have more than 2000 characters; and as
                :meth:`Design.to_json`.
        """
        link: str = answering("to_link")(self, *([] if base is None else [base]))
        return link

    def to_html(self, path: str | os.PathLike[str] | None = None, vary: Any = None, **how: Any) -> str | Path:
        """A page about this design that needs nothing: one file, which opens from a disk, for hand-outs and slides.

        It has the picture, figures, checks, receptive fields and a table, and a slider for each field that varies; all
        its networks are really built, which takes some seconds.

        Args:
            path: The file to write; without one, the text is returned.
            vary: Up to three fields that have a slider, or values by field: ``{"filters": (8, 16, 32)}``. Left out, it
                is ``filters`` and ``down_blocks`` or, where the network has none, its first numbers.
            **how: ``progress`` and ``overwrite``: see :func:`encdec_widgets.export.page.page.to_html`.

        Returns:
            The text, or the path of the file.

        Raises:
            ValueError: If a field can't be varied, or there would be too many networks.
            FileExistsError: If there is a file, and ``overwrite`` is False.
        """
        page: str | Path = answering("to_html")(self, path, vary, **how)
        return page

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write this design into a file, as JSON; ``read_design`` and *Open* read it.

        Args:
            path: Of the file, such as ``"mice.encdec.json"``.
            overwrite: Whether a file that is there may be replaced.

        Returns:
            The path of the file.

        Raises:
            FileExistsError: If there is a file, and ``overwrite`` is False.
            FieldError: As :meth:`Design.to_json`.
        """
        file: Path = answering("save_design")(self, path, overwrite=overwrite)
        return file

    def to_code(self) -> str:
        """This design as one plain Keras 3 file, whose ``build(input_shape)`` makes the network with all its names.

        The code needs Keras alone, and the modules of your own blocks. At its end stands the design as a comment, from
        which :func:`~encdec_widgets.read_design` takes it back; it never runs the code.

        Raises:
            ValueError: If a class of your own can't be imported, as it is defined in a notebook, or if a field of it
                holds something that code has no form for; it says what would work.

        Example:
            >>> from encdec_widgets import preset, read_design
            >>> code = preset("SLEAP centroid").to_code()
            >>> "def build(input_shape=(256, 256, 1)):" in code
            True
            >>> read_design(code).design == preset("SLEAP centroid")
            True
        """
        text: str = answering("to_code")(self)
        return text

    def to_sleap(self, head_type: str = "single_instance", part_names: Sequence[str] | None = None) -> str:
        """This design as a configuration of SLEAP up to 1.4: a training profile, in JSON.

        ``encdec_widgets/export/README.md`` says what it can and can't carry. The design itself rides along, so that
        :func:`~encdec_widgets.export.reading.read_design` gives it back whole.

        Args:
            head_type: The kind of head, as SLEAP calls it: "single_instance", "centroid", "centered_instance",
                "multi_instance" or "multi_class_bottomup".
            part_names: The names of the body parts; None for those of the skeleton in SLEAP.

        Raises:
            FieldError: (a ValueError) If SLEAP cannot say this network. It names the field; its ``mends`` are the
                nearest networks that SLEAP can say.

        Example:
            >>> from encdec_widgets import preset, read_design
            >>> design = preset("SLEAP centroid")
            >>> read_design(design.to_sleap("centroid")).design == design
            True
        """
        text: str = answering("to_sleap")(self, head_type, part_names)
        return text

    def to_sleap_nn(self, head_type: str = "single_instance", part_names: Sequence[str] | None = None) -> str:
        """This design as a configuration of sleap-nn, and so of SLEAP from 1.5 on, in YAML.

        Args:
            head_type: The kind of head, as sleap-nn calls it: "single_instance", "centroid", "centered_instance",
                "bottomup", "multi_class_bottomup" or, from sleap-nn 0.3 on, one that segments.
            part_names: As in :meth:`to_sleap`.

        Raises:
            FieldError: (a ValueError) If sleap-nn cannot say this network, or would build another one. As in
                :meth:`to_sleap`.
        """
        text: str = answering("to_sleap_nn")(self, head_type, part_names)
        return text


class NetworkWaysOut:
    """What can be made of a network that is built."""

    __slots__ = ()

    def picture(self, path: str | os.PathLike[str] | None = None, **how: Any) -> Any:
        """A picture for a paper or a slide, which a notebook shows: its ``svg``, its ``png`` and its ``caption``.

        Args:
            path: A file to write as well; it ends in ``.svg`` or ``.png``.
            **how: ``width_mm``, ``dpi``, ``theme``, ``transparent``, ``numbers``, ``caption`` and ``overwrite``: see
                :func:`encdec_widgets.export.picture.picture`.

        Raises:
            ValueError: If one of these is not possible.
            FileExistsError: If there is a file, and ``overwrite`` is not said.
            ImportError: If a PNG is to be written, and the extra ``pictures`` is not installed.
        """
        return answering("picture")(self, path, **how)

    def to_sleap(
        self, folder: str | os.PathLike[str], head_type: str = "single_instance", **more: Any
    ) -> Path:
        """Write this network with its weights as a model folder of SLEAP up to 1.4, which ``read_design`` reads.

        ``folder`` is made if it is not there; ``head_type`` and ``part_names`` are as in :meth:`Design.to_sleap`; with
        ``overwrite=True`` a model that is there is written over.

        Raises:
            ValueError: If SLEAP cannot say this network.
            FileExistsError: If there is a model, and ``overwrite`` is not said.
        """
        return Path(answering("save_sleap_model")(self, folder, head_type, **more))
