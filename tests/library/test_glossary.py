"""Terms, explained in one sentence each."""

import pytest

from encdec_widgets.explain.glossary import GLOSSARY, meanings, terms_in


@pytest.mark.parametrize("term", GLOSSARY)
def test_every_term_is_found_in_a_text_in_any_form(term: str) -> None:
    for written in (term, term.capitalize(), f"{term}s" if not term.endswith("s") else term):
        assert terms_in(f"What is a {written}?") == (term,)


def test_of_terms_in_one_another_the_longer_counts() -> None:
    assert terms_in("an effective receptive field, at a stride") == ("effective receptive field", "stride")


def test_words_that_only_contain_a_term_are_none() -> None:
    assert terms_in("astride the bottlenecked map") == ()


def test_a_meaning_is_one_sentence_without_another_riddle() -> None:
    for term, sentence in GLOSSARY.items():
        assert sentence.endswith(".")
        assert len(sentence) <= 110
        assert meanings(term)[0].lower() == f"{term}: {sentence}".lower()
