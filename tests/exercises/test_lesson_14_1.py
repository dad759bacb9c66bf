"""Exercise 14.1: answer and mistakes, counted on paper."""

from tests.helpers.answers import all_of


def test_terms_counted_by_hand() -> None:
    text = "9+95=401.###"
    prompt, answer = "9+95=", "401."
    assert text.rstrip("#") == prompt + answer
    assert all_of("14.1") == [
        len("401."), len("401"), len("=401."), len("401.###"),
        len("+95=401."), len("9+95=401."), len("+95=401.###"), len(text),
    ]  # fmt: skip
