"""What the app's server answers: its page's own routes and no others, each visitor's kernel to that visitor alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from encdec_widgets.app.serving.templates import missing_template
from encdec_widgets.figures.palette import DARK, LIGHT
from tests.browser.servers import App, until
from tests.setup.visiting import Visitor, dial, run, status

PAGES = 2


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the app looks for templates before it looks where Voila is installed."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("share")
        patch.setenv("JUPYTER_PATH", str(folder))
        yield folder


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, templates: Path) -> Iterator[App]:
    with App(tmp_path_factory.mktemp("app"), "--pages", str(PAGES), backend="numpy") as app:
        yield app


@pytest.fixture(scope="module")
def visitor(app: App) -> Visitor:
    visitor = Visitor(app)
    assert visitor.status == 200
    return visitor


def test_every_file_that_the_page_names_is_there(app: App, visitor: Visitor) -> None:
    named = re.findall(r'(?:src|href)="(/[^"]+)"', visitor.html)
    config = re.search(
        r'<script id="jupyter-config-data" type="application/json">(.*?)</script>', visitor.html, re.DOTALL
    )
    assert config
    extensions = re.findall(r'"load": "([^"]+)"[^}]*?"name": "([^"]+)"', config[1])
    assert len(extensions) >= 3
    named += [f"/voila/labextensions/{name}/{load}" for load, name in extensions]
    assert {path: visitor.ask(path.lstrip("/")) for path in named} == dict.fromkeys(named, 200)
    assert visitor.ask(f"api/kernels/{visitor.kernel}") == 200
    assert status(f"{app.base}login") == 200


def test_the_page_says_what_is_loaded_before_anything_is_loaded(visitor: Visitor) -> None:
    said = visitor.html.index("Starting Python and loading widgets and plotly")
    assert said < visitor.html.index('id="jupyter-config-data"'), "the kernel is started from there on"
    assert "voila-spinner" not in visitor.html
    (light, dark) = re.findall(
        r"--page: (.+?); --text: (.+?); --muted: (.+?); --accent: (.+?);", visitor.html
    )
    for colours, palette in ((light, LIGHT), (dark, DARK)):
        assert colours == (palette.page, palette.text, palette.muted, palette.accent)


# Jupyter's and Voila's own routes, and paths that their handlers of files stumble over.
OTHERS = [
    "api", "api/kernels", "api/kernelspecs", "api/contents", "api/contents/designer.ipynb", "api/sessions",
    "api/status", "api/me", "api/terminals", "api/kernels/1-2-3-4-5/interrupt", "api/kernels/1-2-3-4-5/restart",
    "api/shutdown", "logout", "lab", "tree", "files/x", "metrics", "designer.ipynb", "favicon.ico", "nosuch",
    "voila", "voila/files/designer.ipynb", "voila/files/../../../etc/passwd", "voila/tree", "voila/api/contents/",
    "voila/render/designer.ipynb", "voila/templates/", "voila/templates/lab", "voila/templates/lab/static",
    "voila/templates/nosuch/static/x.js", "voila/templates/lab/elsewhere/x.js", "voila/templates/../static/x",
    "voila/templates/lab/static/%00", "voila/static/", "voila/static/%00", "voila/static/..%2f..%2fapp.py",
    "voila/static/" + "x" * 5000, "voila/labextensions/", "voila/labextensions/%00", "voila/labextensions/@x/y.js",
    "voila/labextensions/..%2f..%2fetc%2fjupyter", "voila/api/themes/", "voila/api/themes/nosuch/index.css",
    "voila/api/themes/%00.css", "%00", "%ff", "a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_all_other_routes_are_not_found(app: App, visitor: Visitor, method: str) -> None:
    answered = {path: visitor.ask(path, method) for path in OTHERS}
    # A route of files takes GET and HEAD alone, and says so.
    files = ("voila/static/", "voila/templates/", "voila/labextensions/", "voila/api/themes/")
    allowed = {
        path: (404,) if method == "GET" or not path.startswith(files) else (404, 405, 204) for path in OTHERS
    }
    assert {path: code for path, code in answered.items() if code not in allowed[path]} == {}
    strangers = {path: status(app.base + path, method=method) for path in OTHERS}
    assert [path for path, code in strangers.items() if code >= 500 or code == 200] == []


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_no_method_breaks_a_route_of_the_page(visitor: Visitor, method: str) -> None:
    kernel = "00000000-0000-0000-0000-000000000000"
    routes = [
        "",
        "login",
        f"api/kernels/{kernel}",
        f"api/kernels/{kernel}/channels",
        f"voila/api/shutdown/{kernel}",
    ]
    assert [route for route in routes if visitor.ask(route, method) >= 500] == []
    assert visitor.ask(f"voila/api/shutdown/{kernel}%00", method) < 500


def test_one_visitor_has_no_way_to_anothers_kernel_and_no_more_come_in_than_there_are_places(
    app: App, visitor: Visitor
) -> None:
    # Two ask at one moment for the one place that is left.
    with ThreadPoolExecutor(2) as both:
        second, refused = sorted(both.map(Visitor, [app, app]), key=lambda one: one.status)
    assert (second.status, refused.status) == (200, 503)
    assert "All places are taken" in refused.html
    assert "2 pages are open" in refused.html
    assert "<script" not in refused.html

    own, others = f"api/kernels/{second.kernel}", f"api/kernels/{visitor.kernel}"
    here = app.base.rstrip("/")
    for method in ("GET", "DELETE"):
        assert second.ask(others, method) == 404
    assert second.ask(f"voila/api/shutdown/{visitor.kernel}", "POST") == 404
    assert not dial(visitor.socket, here, second.cookies)
    assert status(f"{app.base}{others}?token={app.token}") == 404, "the token alone names no visitor"
    assert visitor.ask(others) == 200, "it is still there"
    assert dial(visitor.socket, here, visitor.cookies)

    assert second.ask(own) == 200
    assert second.ask(f"voila/api/shutdown/{second.kernel}", "POST") == 204
    assert second.ask(own) == 404
    third = until(
        lambda: next((one for one in [Visitor(app)] if one.status == 200), None), "a place is free again"
    )
    assert third.kernel not in (visitor.kernel, second.kernel)
    assert third.ask(f"api/kernels/{third.kernel}", "DELETE") == 204


def test_a_template_that_is_missing_is_named_on_the_page_that_needs_it(app: App, templates: Path) -> None:
    lab = templates / "voila/templates/lab/index.html.j2"
    lab.parent.mkdir(parents=True)
    lab.write_text("{% extends 'no/such.html.j2' %}")
    refused = Visitor(app)
    assert refused.status == 503
    assert "Its template no/such.html.j2 is missing." in refused.html
    assert "pip install" in refused.html
    lab.unlink()
    assert Visitor(app).status == 200


def test_a_template_is_missed_wherever_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "index.html.j2").write_text("{% extends 'a.j2' %}{% import 'b.j2' as b %}")
    assert missing_template([str(tmp_path)], "no.j2") == "no.j2"
    for name in ("a.j2", "b.j2"):
        assert missing_template([str(tmp_path)]) in ("a.j2", "b.j2", "c.j2")
        (tmp_path / name).write_text("{% if x %}{% include 'c.j2' %}{% endif %}")
    assert missing_template([str(tmp_path)]) == "c.j2"
    (tmp_path / "c.j2").write_text("{% do x %}{% import 'a.j2' as again %}")
    assert missing_template([str(tmp_path)]) is None


def test_a_voila_whose_templates_are_missing_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = tmp_path / "share/voila/templates/lab/index.html.j2"
    lab.parent.mkdir(parents=True)
    lab.write_text("{% extends 'no/such.html.j2' %}")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    ended = run(tmp_path, "--no-browser")
    assert ended.returncode == 1
    assert ended.stderr.startswith(
        "encdec-designer: Voila's template no/such.html.j2 is missing: pip install"
    )
    assert ended.stderr.count("\n") == 1
