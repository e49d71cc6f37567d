"""The order of answers and the score of a visitor."""

from collections import Counter

import pytest

from pages.session import quiz


@pytest.fixture
def session(monkeypatch):
    """Return the state of a session, which `clear` makes that of a new visitor."""
    state = {}
    monkeypatch.setattr(quiz.st, "session_state", state)
    return state


def test_the_right_answer_favours_no_place(session):
    """Over 900 visitors the first of three answers stands at each place about 300 times."""
    places = Counter()
    for _ in range(900):
        session.clear()
        places[quiz.shuffle(1, "rhythm", 3).index(0)] += 1
    assert all(240 < places[place] < 360 for place in range(3)), places  # four standard deviations


def test_the_order_stays_for_a_session(session):
    """A visitor finds every question as it was; its questions are not all shuffled alike."""
    before = [quiz.shuffle(chapter, "q", 3) for chapter in range(9)]
    assert [quiz.shuffle(chapter, "q", 3) for chapter in range(9)] == before
    assert len({tuple(order) for order in before}) > 1


def test_tally(session):
    """Of three questions one is right at once, one after a wrong try, one not at all."""
    quiz.note_asked(2, 3)
    quiz.note_answer(2, "a", 0, right=True)
    quiz.note_answer(2, "b", 1, right=False)
    quiz.note_answer(2, "b", 0, right=True)
    quiz.note_answer(3, "a", 0, right=True)
    assert quiz.tally(2) == quiz.Tally(asked=3, tried=2, first=1, solved=2)
    assert not quiz.tally(2).is_done
    quiz.note_answer(2, "c", 0, right=True)
    assert quiz.tally(2).is_done
    assert quiz.last_answer(2, "b") == 0
    quiz.note_answer(2, "c", 2, right=False, numbers="0.12 40")
    assert quiz.last_answer(2, "c", "0.12 40") == 2
    assert quiz.last_answer(2, "c", "0.12 41") is None  # of another step, this is another question
    assert quiz.tally(2).first == 2
    quiz.forget()
    assert quiz.tally(2) == quiz.tally(3) == quiz.Tally(asked=0, tried=0, first=0, solved=0)
    assert quiz.last_answer(2, "b") is None
