"""What a training computes where it only looks at the network."""

from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from encdec_widgets.workers.inside.training import TrainingHere
from encdec_widgets.workers.training.options import TrainingOptions
from encdec_widgets.workers.training.sent import sent, written_task
from tests.training.trained import BACKEND, HERE, SMALL, Dots


@pytest.mark.backend
@pytest.mark.skipif(HERE != BACKEND, reason="this backend has no gradients")
@pytest.mark.parametrize(("batch_size", "at_once"), [(2, 2), (8, 8), (40, 8)])
def test_six_pictures_take_no_more_than_a_few_images_whatever_the_batch_and_all_sizes_give_the_same(
    batch_size: int, at_once: int, tmp_path: Path
) -> None:
    options = TrainingOptions(batch_size=batch_size, score_images=19).resolved()
    task = Dots()
    training = TrainingHere(
        attrs.asdict(sent(SMALL, task, options, None).network),
        written_task(task, 64, tmp_path),
        attrs.asdict(options),
        0,
        lambda *_: None,
    )
    seen: list[int] = []
    step = training._step

    def predict(images: Any) -> Any:
        seen.append(len(images))
        return step.predict(images)

    training._step = attrs.evolve(step, predict=predict)
    training.slice(0.0, 0, scores=False)
    assert set(seen) == {at_once}  # one size, which is compiled once
    assert sum(seen) < 6 + at_once
    seen.clear()
    logits = training._predicted(19)
    assert set(seen) == {at_once}
    assert len(logits) == 19
    alone = np.concatenate([step.predict(image[None]) for image in training._held_out])
    assert np.allclose(logits, alone, atol=1e-4)
