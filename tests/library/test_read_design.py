"""What `read_design` takes as a path and what as a text, and what it says of what is neither."""

from pathlib import Path

import pytest

from encdec_widgets import preset, read_design
from encdec_widgets.export.found import Found, Note
from encdec_widgets.export.json_text import parsed as json_parsed
from encdec_widgets.export.texts import LARGEST
from encdec_widgets.export.yaml_text import parsed as yaml_parsed

DESIGN = preset("SLEAP centroid")
TEXT = DESIGN.to_json()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_and_a_file_hold_the_same_design(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "centroid.json"
    file.write_bytes(TEXT.replace("\n", "\r\n").encode(encoding))
    for source in (TEXT, file, str(file)):
        assert read_design(source).design == DESIGN
    assert read_design(file).path == file
    assert read_design(TEXT).path is None


def test_in_a_folder_the_trained_configuration_comes_first_and_others_are_noted(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"Looked for: training_config.json, .*initial_config.yml"):
        read_design(tmp_path)
    (tmp_path / "initial_config.json").write_text(preset("LEAP CNN").to_json())
    assert read_design(tmp_path).design == preset("LEAP CNN")
    (tmp_path / "training_config.json").write_text(TEXT)
    found = read_design(str(tmp_path))
    assert found.design == DESIGN
    assert [str(note) for note in found.notes] == [
        "not carried: training_config.json was read, not initial_config.json beside it."
    ]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "Received an empty text"),
        (" \t", "Received an empty text"),
        ("models/run1", "taken as a path: a text has a line break"),
        ("x\0y", "taken as a path"),
        ("x" * 5000, "taken as a path"),
        ("filters=16", "Tried: .*design JSON.*Received the text 'filters=16'"),
        ('{"filters": 16}', "holds no design in a known format"),
        ('{"filters": ', "As JSON: Expecting value: line 1"),
        ("filters: 16\nfilters: 17\n", "As YAML: there are two entries 'filters'"),
        ("{" * 100_000, "As JSON: Expecting property name"),
        ('{"a":' * 100_000, "As JSON: lists and objects stand too deep"),
        ("=" * (LARGEST + 1), "too long for a design: 5,000,001 characters"),
        (3, "Received: 3"),
        (None, "Received: None"),
    ],
)
def test_what_is_no_design_is_refused_in_words(source: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_design(source)


def test_a_path_is_never_taken_as_a_text(tmp_path: Path) -> None:
    odd = tmp_path / "a={b}.json"
    with pytest.raises(ValueError, match="There is no such file or folder"):
        read_design(odd)
    odd.write_text(TEXT)
    assert read_design(odd).design == DESIGN
    with pytest.raises(ValueError, match="Received the text") as refused:
        read_design(str(odd))
    assert "give a Path" in refused.value.__notes__[0]


def test_a_file_that_is_too_large_or_no_text_is_refused_without_reading_all_of_it(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as opened:
        opened.truncate(100_000_000)
    with pytest.raises(ValueError, match=r"large\.json: it is too large for a design: 100 MB"):
        read_design(file)
    for data, words in (
        (b"\xff\x00", "no text in UTF-8"),
        (b"PK\x03\x04", "zip archive can't be read"),
        (b"\x89HDF\r\n\x1a\n", "weights"),
    ):
        file.write_bytes(data)
        with pytest.raises(ValueError, match=words):
            read_design(file)
    with pytest.raises(ValueError, match="There is no such file or folder"):
        read_design("/dev/null")


def test_comments_are_taken_out_of_json_and_texts_stay() -> None:
    text = '// one\n{"a // b": "/* c */ \\" //", /* two\n // */ "d": 1 // three\n}'
    assert json_parsed(text).data == {"a // b": '/* c */ " //', "d": 1}
    assert json_parsed('{"a": 1, "a": NaN}').repeated == ("a",)
    assert json_parsed('{"a": 1} /* and so on').data == {"a": 1}
    for unfinished in ('{"a": "' + '\\"' * 50_000, "/*" * 50_000, '"\\'):
        with pytest.raises(ValueError, match="char"):
            json_parsed(unfinished)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: !!python/object/apply:os.system ['true']", "it has a tag"),
        ("a: !!str 1", "it has a tag"),
        ("a: &a [1]\nb: [" + "*a, " * 11 + "]", "more than 10 aliases"),
        ("[" * 51 + "]" * 51, "more than 50 deep"),
        ("a: {b: 1, b: 2}", "two entries 'b'"),
        ("a: [", "node content"),
        ("? [1, 2]\n: 3", "unhashable"),
        ("a: \x01", "control characters"),
    ],
)
def test_yaml_that_is_more_than_plain_data_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        yaml_parsed(text)


def test_yaml_is_read_as_its_writers_mean_it() -> None:
    text = "a: 1e-6\nb: yes\nc: 16_000\nd: 2024-13-45\ne: =\nf:\ng: .nan\nh: '1e3'\ni: 010\n"
    data = yaml_parsed(text)
    assert data.pop("g") != data
    assert data == {
        "a": 1e-6,
        "b": True,
        "c": 16000,
        "d": "2024-13-45",
        "e": "=",
        "f": None,
        "h": "1e3",
        "i": 8,
    }


def test_what_was_found_is_plain_text_and_plain_html() -> None:
    found = Found(DESIGN, "A format", (Note("assumed", "a.b", "<b> & 1"), Note("not carried", "", "Much.")))
    assert repr(found) == (
        "A format: UNet, input 256 × 256 × 1\n  assumed: a.b: <b> & 1\n  not carried: Much."
    )
    assert "<code>a.b</code> &lt;b&gt; &amp; 1" in found._repr_html_()
    assert "<script" not in Found(DESIGN, "<script>")._repr_html_()
    assert found.backbone().design == DESIGN


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("data_config: {skeletons: [&s {nodes: [{name: a}], links: [*s]}]}", "s"),
        ("preprocessing: {scale: [&a [*a], &b [*b]]}", "a"),
        ("a: &b {<<: *b}", "b"),
        ("&a [&b [1], *b, {c: [*a]}]", "a"),
    ],
)
def test_an_alias_of_what_it_stands_in_is_refused_by_name(text: str, name: str) -> None:
    with pytest.raises(ValueError, match=rf"the alias '\*{name}' stands in what it names"):
        yaml_parsed(text)
    assert yaml_parsed("a: &b [1]\nc: [*b, *b]") == {"a": [1], "c": [[1], [1]]}
