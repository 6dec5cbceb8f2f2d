"""manage.py's environment: what is installed is stamped, and the stamp tells when to install again."""

from __future__ import annotations

import threading
import venv

import pytest

from config import bootstrap


@pytest.fixture
def requirements(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("one==1.0\n")
    return path


@pytest.fixture
def own(tmp_path, requirements, monkeypatch):
    """A project whose .venv does not exist yet; what pip is asked to install is noted."""
    installed = []
    folder = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "OWN", folder)
    monkeypatch.setattr(bootstrap, "RUNTIME", requirements)
    monkeypatch.setattr(
        bootstrap, "_install", lambda python, wanted: installed.append((python, list(wanted)))
    )
    monkeypatch.setattr(
        bootstrap, "_create", lambda path: venv.EnvBuilder(clear=True, symlinks=True).create(path)
    )
    return folder, installed


@pytest.fixture
def wanted(requirements):
    return [requirements]


def test_a_finished_environment_is_left_alone(own, wanted):
    folder, installed = own
    bootstrap.install_into_own(wanted)
    assert len(installed) == 1
    assert bootstrap.is_current(folder, wanted)
    bootstrap.install_into_own(wanted)
    assert len(installed) == 1


def test_changed_requirements_are_installed_into_the_same_environment(own, wanted, requirements):
    folder, installed = own
    bootstrap.install_into_own(wanted)
    mark = folder / "mark"
    mark.touch()
    requirements.write_text("one==2.0\n")
    assert not bootstrap.is_current(folder, wanted)
    bootstrap.install_into_own(wanted)
    assert len(installed) == 2
    assert mark.exists()


def test_an_interrupted_install_is_begun_again_from_nothing(own, wanted, monkeypatch):
    folder, installed = own

    def interrupted(python, files):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "_install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.install_into_own(wanted)
    assert not bootstrap.is_current(folder, wanted)
    rest = folder / "half-unpacked"
    rest.touch()
    bootstrap.install_into_own(wanted)
    assert len(installed) == 1
    assert not rest.exists()


def test_an_environment_whose_python_is_gone_is_made_anew(own, wanted):
    folder, installed = own
    bootstrap.install_into_own(wanted)
    (folder / "bin" / "python").unlink()
    (folder / "bin" / "python").symlink_to("/nonexistent/python3")
    bootstrap.install_into_own(wanted)
    assert len(installed) == 2
    assert bootstrap.is_current(folder, wanted)


def test_commands_that_race_install_once(own, wanted):
    folder, installed = own
    racing = [threading.Thread(target=bootstrap.install_into_own, args=[wanted]) for _ in range(4)]
    for thread in racing:
        thread.start()
    for thread in racing:
        thread.join()
    assert len(installed) == 1
    assert bootstrap.is_current(folder, wanted)


def test_only_what_every_platform_needs_counts_as_missing(tmp_path):
    path = tmp_path / "some.txt"
    path.write_text(
        "pytest==9\ncolorama==0.4 ; sys_platform == 'win32'\nno-such-thing==1\n# x==1\n"
    )
    assert bootstrap.names(path) == ["pytest", "no-such-thing"]
    assert bootstrap.missing(path) == ["no-such-thing"]


def test_only_the_test_command_asks_for_the_development_packages():
    assert bootstrap.DEVELOPMENT in bootstrap.requirements_of(["manage.py", "test", "-q"])
    assert bootstrap.requirements_of(["manage.py", "migrate"]) == [bootstrap.RUNTIME]
    assert bootstrap.requirements_of(["manage.py"]) == [bootstrap.RUNTIME]


@pytest.mark.parametrize(
    "file", [bootstrap.RUNTIME, bootstrap.DEVELOPMENT], ids=lambda path: path.stem
)
def test_every_requirement_has_a_version(file):
    lines = [line for line in file.read_text().splitlines() if line and line[0] != "#"]
    assert lines
    assert [line for line in lines if "==" not in line] == []
    assert [line for line in lines if "://" in line] == []
