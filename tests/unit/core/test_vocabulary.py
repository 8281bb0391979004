"""Text becomes tokens and tokens text, by the labels of a column."""

import pytest

from studio.core.errors import ParamError
from studio.core.vocabulary import Vocabulary

BIBLE = Vocabulary(("↵", "␣", "!", ",", "G", "a", "d", "o"), 8)
WORDS = Vocabulary(("<pad>", "<start>", "<end>", "<unk>", ",", "god", "said", "."), 8)
POEMS = Vocabulary(("<pad>", "<start>", "<end>", "<unk>", "春", "花"), 6)
JOINT = Vocabulary(("<pad>", "<start>", "<end>", "<unk>", "a", "b", "AH", "B0"), 8)


def test_white_space_is_known_by_the_signs_that_show_it() -> None:
    assert BIBLE.encode("God a\n") == [4, 7, 6, 1, 5, 0]
    assert BIBLE.decode([4, 7, 6, 1, 5, 0]) == "God a\n"


def test_words_are_cut_and_put_together_with_their_marks() -> None:
    tokens = WORDS.encode("God, said Moses.")

    assert tokens == [5, 4, 6, 3, 7]
    assert WORDS.decode([1, *tokens, 2, 0, 0]) == "god, said <unk>."


def test_characters_need_no_blanks() -> None:
    assert POEMS.encode("春 花") == [4, 5]
    assert POEMS.decode([1, 4, 5, 2]) == "春花"


def test_a_word_is_spelt_where_letters_are_known_beside_other_tokens() -> None:
    assert JOINT.encode("ab AH b0") == [4, 5, 6, 7]


def test_what_is_no_token_is_refused_where_there_is_none_for_the_unknown() -> None:
    with pytest.raises(ParamError, match="'é' is not among the 8 tokens"):
        BIBLE.encode("é")


def test_tokens_without_names_are_numbers() -> None:
    numbers = Vocabulary((), 10)

    assert numbers.encode("3 0 9") == [3, 0, 9]
    assert numbers.decode([3, 0, 9]) == "3 0 9"
    with pytest.raises(ParamError, match="expected numbers from 0 to 9"):
        numbers.encode("10")
