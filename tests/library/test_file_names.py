"""What files about a design are called."""

from encdec_widgets import Design, preset
from encdec_widgets.architectures import UNet
from encdec_widgets.designs.file_names import file_name

EDITED = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))


def test_a_file_is_named_after_its_preset_or_its_family() -> None:
    assert file_name(preset("LEAP (2019)"), "json") == "leap-2019.json"
    assert file_name(preset("FC-DenseNet103"), "svg") == "fc-densenet103.svg"
    assert file_name(EDITED, "svg") == "u-net-filters2.svg"
    assert file_name(EDITED.replace("decoder[0].skip_connection", False), "csv") == "custom.csv"


def test_of_presets_that_are_one_network_the_one_asked_for_counts() -> None:
    assert file_name(preset("SLEAP centroid"), "svg", "SLEAP centroid") == "sleap-centroid.svg"
