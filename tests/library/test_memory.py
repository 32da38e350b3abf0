"""How much memory there is, and which networks ask for too much of it."""

import resource
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import UNet
from encdec_widgets.explain import machine_memory, too_large
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.explain.too_large import TooLargeError, require_memory_for
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


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        ({}, HOST),
        ({"RLIMIT_AS": 1000}, 900),
        ({"RLIMIT_DATA": 1000}, 960),
        ({"RLIMIT_AS": 1000, "RLIMIT_DATA": 950}, 900),
        ({"RLIMIT_AS": 1000, "RLIMIT_DATA": 500}, 460),
        ({"RLIMIT_AS": 50}, 0),
    ],
)
def test_limits_of_the_process_count_for_what_they_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: dict[str, int], left: int
) -> None:
    """The process has taken 100 pages, 40 of them for data."""
    page, statm = 4096, tmp_path / "statm"
    statm.write_text("100 70 20 5 0 40 0\n")
    kinds = {getattr(resource, name): page * limit for name, limit in limits.items()}
    monkeypatch.setattr(machine_memory, "_STATM", statm)
    monkeypatch.setattr("os.sysconf", {"SC_PAGE_SIZE": page}.__getitem__)
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (kinds.get(kind, resource.RLIM_INFINITY), None))
    assert memory_limit(tmp_path / "none", tmp_path / "none") == (HOST if left == HOST else page * left)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of this kind are Linux's")
@pytest.mark.parametrize("kind", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_memory_that_ulimit_leaves_can_be_taken_and_no_more(kind: str) -> None:
    code = f"""
import resource
from encdec_widgets.explain import machine_memory, too_large
from encdec_widgets.explain.machine_memory import memory_limit
resource.setrlimit(resource.{kind}, (2**31, resource.RLIM_INFINITY))
left = memory_limit()
assert 0 < left < 2**31, left
taken = bytearray(left // 2)
assert memory_limit() < left * 0.6
try:
    bytearray(left)
except MemoryError:
    print("no more")
"""
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=200, check=False
    )
    assert told.stdout == "no more\n", told.stderr


def test_where_memory_is_unknown_nothing_is_refused_or_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encdec_widgets.explain.too_large.memory_limit", lambda: None)
    monkeypatch.setattr("encdec_widgets.backbone.memory_limit", lambda: None)
    large = Design(UNet(filters=1024, down_blocks=3, up_blocks=3), (512, 512, 1)).build()
    require_memory_for(large)
    assert not any("memory here" in check.reason for check in large.checks(batch_size=4096))
    words = cost_html(large.cost(), large.receptive_field(), None)
    assert "What the numbers mean" in words
    assert "memory here" not in words


def test_weights_may_take_a_share_of_the_memory() -> None:
    backbone = Design(UNet(filters=8, down_blocks=2, up_blocks=2), (8, 8, 1)).build()
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
    backbone = Design(UNet(filters=8, down_blocks=2, up_blocks=2), (8, 8, 1)).build()
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


@pytest.mark.parametrize("name", ["U-Net", "LEAP (2019)", "FC-DenseNet56"])
def test_what_running_takes_is_what_its_costs_say(name: str) -> None:
    backbone = preset(name).build()
    assert backbone.running_bytes == backbone.cost().inference_bytes
    assert backbone.filled is False


def test_a_model_whose_weights_do_not_fit_is_refused_in_plain_code_until_it_is_filled_anyway(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backbone = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1)).build()
    monkeypatch.setattr(too_large, "memory_limit", lambda: backbone.weight_bytes - 1)
    for read in (lambda: backbone.model, lambda: backbone.features, backbone.fill):
        with pytest.raises(
            TooLargeError, match=r"of .* that there are here.*call backbone\.fill\(anyway=True\)"
        ):
            read()
        assert not backbone.filled
    backbone.fill(anyway=True)
    assert backbone.filled
    assert backbone.model is backbone.structure
    # What is shared with a network that is filled takes no memory again.
    other = backbone.design.replace("decoder[1].refine_convs", 1).build(previous=backbone)
    with pytest.warns(UserWarning, match="So there is memory"):
        assert other.model is other.structure


def test_a_model_whose_weights_fit_and_cannot_be_trained_is_filled_with_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backbone = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1)).build()
    monkeypatch.setattr(too_large, "memory_limit", lambda: backbone.training_weight_bytes - 1)
    with pytest.warns(
        UserWarning, match="So there is memory for its weights, and not for training them"
    ) as told:
        assert backbone.model is backbone.structure
    assert [warning.filename for warning in told] == [__file__]
    assert backbone.model.built
