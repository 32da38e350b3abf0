"""Wishes that are none: each error says what was received and what would work."""

import math
from typing import Any

import pytest

from encdec_widgets import advise


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            {"animal_px": -3},
            "animal_px must be a number from 1 to 16384. Received: animal_px=-3. Would work: 1",
        ),
        ({"animal_px": 0}, "Received: animal_px=0"),
        ({"animal_px": "large"}, "Received: animal_px='large'"),
        ({"animal_px": math.nan}, "Received: animal_px=nan"),
        ({"animal_px": 10**400}, "Received: animal_px="),
        ({"animal_px": 600}, "must be at most the longer side of the image, 512 px"),
        ({"image_px": 0}, "Received: image_px=0. Would work: (1024, 1024) or 1024"),
        ({"image_px": (512,)}, "image_px must be height and width in px"),
        ({"image_px": "512"}, "Received: image_px='512'"),
        ({"image_px": (512, -1)}, "Received: image_px=(512, -1)"),
        ({"memory": "plenty"}, "Received: memory='plenty'. Would work: '8 GB'"),
        (
            {"memory": 0},
            "memory must be from 1 MB to 1,000 TB (a number alone is in bytes). Received: memory=0",
        ),
        ({"memory": 8}, "a number alone is in bytes"),
        ({"memory": -8e9}, "Received: memory=-8000000000.0"),
        ({"memory": math.inf}, "Received: memory=inf"),
        ({"memory": True}, "Received: memory=True"),
        ({"work": "inference"}, "Received: work='inference'. Would work: 'training'"),
        ({"images_per_second": 0}, "Received: images_per_second=0"),
        ({"batch_size": 0}, "Received: batch_size=0. Would work: 1"),
        ({"batch_size": 10**6}, "Would work: 65536"),
        ({"batch_size": 2.5}, "Received: batch_size=2.5"),
        ({"within_px": -1}, "Received: within_px=-1"),
        ({"device": "T4"}, "is said by memory=\"T4\". Received: device='T4'. Would work: 'auto'"),
        ({"device": 3}, "Received: device=3"),
        ({"family": "Transformer"}, "Received: family='Transformer'. Would work: 'U-Net'"),
        ({"family": []}, "Received: family=[]"),
        ({"family": 3}, "Received: family=3"),
        ({"precision": "int8"}, "Received: precision='int8'"),
        ({"channels": 0}, "Received: channels=0"),
    ],
)
def test_wishes_that_are_none_are_refused_with_what_would_work(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        advise(**{"animal_px": 100, "image_px": 512, **wrong})
    assert words in str(caught.value)
