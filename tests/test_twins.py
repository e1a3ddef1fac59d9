"""Whatever the workbench shows in a notebook is there twice: to be looked at, and as plain values for a program."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from kernel import Kernel
from samples import random_recording
from small_project import MODULE

from workbench.face.profile import Profile
from workbench.render.twins import JSON, TWIN, Twinned

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.kernel, pytest.mark.xdist_group("twins")]

SETUP = """\
import os, sys
os.chdir({folder!r}); sys.path.insert(0, "")
import workbench, words
from dataclasses import replace
from workbench.face.study import Verified
from workbench.model.check import Check, Judgement, Status, Verification
from workbench.study.gate import Gate
%load_ext workbench
study = workbench.Study("study", target=words.index, workload=words.main)
with workbench.profile() as profile:
    words.main()
recorded = workbench.record_calls(words.index, words.main)
compared = workbench.compare(words.index, words.index, inputs=[("a b a",)], budget="1s", progress=False, generated=5)
measured = workbench.bench(words.main, budget="1s", progress=False)
check = Check("memory", Status.FAIL, "M01", "too much", (("peak", "9 GiB"),))
verified = Verified(Verification("c1", Judgement.REFUSED, "M01", "too much", (check,), (), 1.0))
gate = Gate(Status.PASS, "", "1.3x (1.2 to 1.4), where 1.1x is required", "c1", 1.2, 1.1, compared.record)
"""
OBJECTS = {
    "profile": ("schema", "workbench.hotspots/1", True),
    "study": ("kind", "study", False),
    "recorded": ("kind", "recorded calls", False),
    "compared": ("kind", "comparison", True),
    "measured": ("kind", "bench", True),
    "verified": ("kind", "verification", True),
    "gate": ("kind", "gate", False),
}
"""The objects of a notebook: what their values say they are, and whether they have HTML too."""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("twins")
    (folder / "words.py").write_text(MODULE)
    kernel = Kernel()
    try:
        ran = kernel.run(SETUP.format(folder=str(folder)))
        assert ran.error is None, ran.error
        yield kernel
    finally:
        kernel.stop()


def shown(kernel: Kernel, expression: str, words: str = "") -> dict[str, Any]:
    """The data of the one message that displaying an object sends."""
    ran = kernel.run(f"from IPython.display import display\ndisplay({expression}{words})")
    assert ran.error is None, ran.error
    (data,) = ran.shown
    return data


@pytest.mark.parametrize("name", OBJECTS)
def test_both_twins_are_in_the_message(kernel: Kernel, name: str) -> None:
    """Text and values, and HTML where there is one, in one message; no `application/json`, which JupyterLab would show in their place."""
    key, kind, html = OBJECTS[name]
    data = shown(kernel, name)
    assert set(data) == {"text/plain", TWIN, *(["text/html"] if html else [])}
    assert data[TWIN][key] == kind
    assert data["text/plain"].strip()


@pytest.mark.parametrize("name", OBJECTS)
def test_values_are_given_as_json_where_that_is_asked_for(kernel: Kernel, name: str) -> None:
    """`include=["application/json"]` gives the same values under that type, and nothing else."""
    data = shown(kernel, name, ", include=['application/json']")
    assert set(data) == {JSON}
    assert data[JSON] == shown(kernel, name)[TWIN]
    assert kernel.value(f"{name}.json() == {name}._repr_mimebundle_()[{TWIN!r}]")


def test_a_profiled_cell_has_both(kernel: Kernel) -> None:
    """What `%%profile` stores has the values beside text and HTML, and the hotspots are those of the text."""
    ran = kernel.run("%%profile\nfor _ in range(6):\n    words.main()")
    (data,) = ran.views
    assert {"text/plain", "text/html", TWIN} == set(data)
    assert data[TWIN]["functions"][0]["function"].startswith("index")
    assert "index" in data["text/plain"]


def test_an_empty_profile_has_only_its_sentence(kernel: Kernel) -> None:
    """Before its run has ended there are no values."""
    assert set(shown(kernel, "workbench.Profile()")) == {"text/plain"}


def test_recorded_values_are_not_among_the_values(kernel: Kernel) -> None:
    """Of recorded calls: numbers, callers, types and sizes; no argument."""
    data = json.dumps(shown(kernel, "recorded"))
    assert "w0 w7 w14" not in data
    assert '"seen": 20' in data
    assert '"types": ["str"]' in data


def test_a_gate_says_its_answer_in_a_line(kernel: Kernel) -> None:
    """Its text is what `workbench check` prints."""
    assert shown(kernel, "gate")["text/plain"] == "pass: 1.3x (1.2 to 1.4), where 1.1x is required"


def test_a_profiles_values_are_a_digest() -> None:
    """Of a thousand functions the first are told, in a few kilobytes, and of the published form."""
    values = Profile(random_recording()).json()
    assert len(json.dumps(values)) < 40_000
    assert 5 <= len(values["functions"]) < 200
    jsonschema.validate(values, json.loads(_schema()), cls=jsonschema.Draft202012Validator)


def _schema() -> str:
    return files("workbench.render").joinpath("schemas", "hotspots-1.json").read_text("utf-8")


def test_what_has_no_values_says_so() -> None:
    """`Twinned` is nothing by itself."""
    with pytest.raises(NotImplementedError):
        Twinned().json()
