"""How much memory there is, and which networks ask for too much of it."""

import sys
from pathlib import Path

import psutil
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.session.too_large import TooLargeError, require_memory_for
from encdec_widgets.widgets.pages.cost_words import cost_html

HOST = psutil.virtual_memory().total
GROUPS = "12:devices:/jupyter\n5:cpu,memory:/jupyter/one\n0::/user.slice/one.scope\n"


def limit(folder: Path, **files: str) -> int:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    own = folder / "own"
    own.write_text(GROUPS)
    return memory_limit(folder / "cgroup", own)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, HOST),
        ({"cgroup/memory.max": "max\n"}, HOST),
        ({"cgroup/memory.max": "2147483648\n"}, 2**31),
        ({"cgroup/user.slice/one.scope/memory.max": "max", "cgroup/user.slice/memory.max": "4096"}, 4096),
        ({"cgroup/user.slice/one.scope/memory.max": "100", "cgroup/user.slice/memory.max": "4096"}, 100),
        ({"cgroup/memory/memory.limit_in_bytes": "9223372036854771712"}, HOST),
        ({"cgroup/memory/memory.limit_in_bytes": "2147483648"}, 2**31),
        ({"cgroup/memory/jupyter/one/memory.limit_in_bytes": "1024"}, 1024),
        ({"cgroup/memory/another/memory.limit_in_bytes": "1024"}, HOST),
        ({"cgroup/memory.max": "nonsense"}, HOST),
    ],
)
def test_the_container_s_limit_counts(tmp_path: Path, files: dict[str, str], expected: int) -> None:
    assert limit(tmp_path, **files) == expected


def test_without_linux_s_files_it_is_the_machine_s_memory(tmp_path: Path) -> None:
    assert memory_limit(tmp_path / "none", tmp_path / "none") == HOST


def test_without_psutil_a_container_s_limit_counts_and_the_machine_s_memory_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert memory_limit(tmp_path / "none", tmp_path / "none") is None
    assert limit(tmp_path, **{"cgroup/memory/memory.limit_in_bytes": "9223372036854771712"}) is None
    assert limit(tmp_path, **{"cgroup/memory.max": "2147483648\n"}) == 2**31


def test_where_memory_is_unknown_nothing_is_refused_or_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encdec_widgets.session.too_large.memory_limit", lambda: None)
    monkeypatch.setattr("encdec_widgets.backbone.memory_limit", lambda: None)
    large = Design(UNet(filters=1024, down_blocks=3, up_blocks=3), (512, 512, 1)).build()
    require_memory_for(large)
    assert not any("memory here" in check.reason for check in large.checks(batch_size=4096))
    words = cost_html(large.cost(), large.receptive_field(), None)
    assert "What the numbers mean" in words
    assert "memory here" not in words


def test_weights_may_take_a_share_of_the_memory() -> None:
    backbone = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1)).build()
    assert backbone.weight_bytes == 4 * backbone.parameters
    enough = 4 * backbone.weight_bytes
    require_memory_for(backbone, enough)
    with pytest.raises(TooLargeError, match=f"{backbone.parameters:,} parameters"):
        require_memory_for(backbone, enough - 8)


def test_a_network_too_large_for_binder_is_refused_without_being_filled() -> None:
    backbone = Design(UNet(filters=1024, down_blocks=3, up_blocks=3), (64, 64, 1)).build()
    with pytest.raises(TooLargeError, match=r"of 2\.15 GB that there are here"):
        require_memory_for(backbone, 2**31)
    assert not backbone.filled


def test_what_is_not_trained_leaves_room_for_what_is() -> None:
    backbone = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1)).build()
    everything = backbone.training_weight_bytes
    assert everything == backbone.cost().training_weight_bytes == 4 * backbone.weight_bytes
    backbone.structure.layers[1].trainable = False
    frozen = sum(4 * weight.size for weight in backbone.structure.layers[1].get_weights())
    assert frozen > 0
    less = backbone.training_weight_bytes
    assert less == backbone.cost().training_weight_bytes == everything - 3 * frozen
    require_memory_for(backbone, less)
    with pytest.raises(TooLargeError, match="training takes"):
        require_memory_for(backbone, less - 1)
