"""Model cards: what each shipped model was made from, how well it does, and what it must not be used for."""

from pages.cards.card import choose_card, offer_card, show_card, show_worst
from pages.ui.blocks import show_not_a_medical_device

name = choose_card()
card = show_card(name)
show_worst(card, name)
offer_card(card, name)
show_not_a_medical_device()
