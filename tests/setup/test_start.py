"""What is loaded, and when: designs without Keras, the designer before its backend."""

import os
import subprocess
import sys
import textwrap

import pytest

from tests.amount import full_or

HEAVY = (
    "{'tensorflow', 'jax', 'torch', 'keras', 'plotly', 'ipywidgets', 'networkx', 'numpy'} & set(sys.modules)"
)


def run(code: str, **environment: str) -> str:
    """Run code in a fresh Python, which fails if anything in it does; what it writes to standard error."""
    command = [sys.executable, "-c", textwrap.dedent(code)]
    environment = os.environ | environment
    done = subprocess.run(
        command, check=False, stderr=subprocess.PIPE, text=True, timeout=120, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "import encdec_widgets",
        "from encdec_widgets import Design, preset; preset('U-Net').replace('filters', 24)",
    ],
)
def test_a_design_loads_nothing_heavy(statement: str) -> None:
    run(f"import sys; {statement}; assert not ({HEAVY}), {HEAVY}")


def test_a_designer_is_there_before_its_backend_and_draws_when_that_is_loaded() -> None:
    run(
        """
        import asyncio, sys, time

        async def main():
            from encdec_widgets import Designer

            designer = Designer("LEAP (2019)")
            assert "keras.layers" not in sys.modules
            said = designer.card.children[0]
            assert "Loading" in said.value
            while "parameters" not in said.value:
                await asyncio.sleep(0.05)  # as the kernel's loop does, between the page's messages
            assert designer.backbone.parameters == 2_545_952

        asyncio.run(main())
    """,
        KERAS_BACKEND=full_or("tensorflow", "numpy"),
    )


def test_the_next_cell_waits_for_the_backend_which_loads_quietly() -> None:
    assert not run("""
        import asyncio

        async def main():
            from encdec_widgets import Designer

            designer = Designer()
            designer.set("filters", 8)
            assert designer.design.architecture.filters == 8
            assert designer.model.count_params() == designer.backbone.parameters

        asyncio.run(main())
    """)


def test_the_grammar_that_plotly_drags_in_is_not_compiled_and_can_be_imported_later() -> None:
    run("""
        import sys
        from encdec_widgets.widgets.base.plotly_private import FigureWidget

        assert "jsonschema" in sys.modules
        assert "rfc3987_syntax" not in sys.modules
        import rfc3987_syntax
    """)


def test_a_designer_that_was_left_before_its_backend_was_loaded_can_still_be_read() -> None:
    run(
        """
        import asyncio

        async def main():
            from encdec_widgets import Designer

            return Designer()

        designer = asyncio.run(main())
        assert designer.model.count_params() == designer.backbone.parameters
    """,
        KERAS_BACKEND=full_or("tensorflow", "numpy"),
    )
