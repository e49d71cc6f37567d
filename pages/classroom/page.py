"""Class room: a teacher asks, a class answers on its phones, and both see how far they agree."""

from pathlib import Path

import streamlit as st

from pages.classroom.door import restore, show_door
from pages.classroom.student import show_student
from pages.classroom.teacher import show_teacher
from pages.session import address, seat
from pages.ui.blocks import show_not_a_medical_device

st.html(Path(__file__).parents[2] / "assets" / "classroom.css")
asked = address.take_asked("room")
restore(asked)
if seat.teacher_key() is not None:
    show_teacher(seat.teacher_key())
elif seat.seat() is not None:
    show_student(seat.seat())
else:
    show_door()
show_not_a_medical_device()
