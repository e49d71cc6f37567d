"""Whose run it is, and who may change it."""

import pytest
import streamlit as st

from pages.session import own_runs


@pytest.fixture
def session(monkeypatch):
    state, options = {}, {"server.address": "localhost"}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "get_option", options.get)
    monkeypatch.delenv(own_runs.KEY_VARIABLE, raising=False)
    return options


def test_on_a_machine_of_one_every_run_is_theirs(session):
    """Who serves themselves alone changes what they started yesterday, in another session."""
    assert own_runs.may_change_run("yesterday")
    assert own_runs.has_room({str(n) for n in range(1000)})


def test_in_a_class_a_run_is_its_session_s(session):
    """With `--server.address 0.0.0.0`, a student stops their own run and no other's, and keeps three at most."""
    session["server.address"] = "0.0.0.0"
    own_runs.note_own_run("mine")
    assert own_runs.may_change_run("mine")
    assert not own_runs.may_change_run("theirs")
    assert own_runs.has_room({"mine", "theirs"})
    own_runs.note_own_run("second")
    own_runs.note_own_run("third")
    assert not own_runs.has_room({"mine", "second", "third"})
    assert own_runs.has_room({"mine", "second", "theirs"})


def test_behind_a_server_in_front_visitors_are_told_apart(session):
    """A replica listens on its own machine alone; the names that it answers to say that others come in."""
    session["server.allowedHosts"] = ["localhost"]
    assert own_runs.may_change_run("theirs")
    for names in (["*"], ["localhost", "ecg.school.example"]):
        session["server.allowedHosts"] = names
        assert not own_runs.may_change_run("theirs")


def test_all_visitors_together_are_bounded(session):
    """Fifty students who start three each do not make the last one wait for a week."""
    session["server.address"] = "0.0.0.0"
    assert not own_runs.has_room({str(n) for n in range(own_runs.MOST_OF_ALL)})


def test_the_teacher_s_key_changes_every_run(session, monkeypatch):
    """A wrong key, or an empty one where none is set, changes nothing."""
    assert not own_runs.give_key("")
    monkeypatch.setenv(own_runs.KEY_VARIABLE, "心电 42")
    assert not own_runs.may_change_run("theirs")
    assert not own_runs.give_key("")
    assert not own_runs.give_key("心电 43")
    assert not own_runs.may_change_run("theirs")
    assert own_runs.give_key(" 心电 42 ")
    assert own_runs.may_change_run("theirs")
    assert own_runs.has_room({str(n) for n in range(1000)})
