"""What `make attack` says of an attack that nobody noticed."""

from pathlib import Path

import pytest

from tools.attack import __main__ as attack


def said_by(copy: Path, monkeypatch: pytest.MonkeyPatch, *answers: tuple[bool, str]) -> int:
    """The exit status where the gate gives these answers."""
    given = iter(answers)
    pins = copy / "constraints.txt"
    pins.write_text("only-one==1.0\n", encoding="utf-8")
    monkeypatch.setattr(attack, "ask", lambda *_: next(given))
    monkeypatch.setattr(attack, "copied", lambda *_: copy)
    monkeypatch.setattr(attack, "restored", lambda _: pins.write_text("only-one==1.0\n", encoding="utf-8"))
    monkeypatch.setattr("sys.argv", ["attack", "--kinds", "pin: loosened"])
    return attack.main()


@pytest.mark.parametrize(
    ("answers", "status", "words"),
    [
        (
            [(True, ""), (False, "FAILED tests/x.py::test_y - only-one")],
            0,
            "| tests/x.py::test_y | noticed |",
        ),
        ([(True, ""), (True, "")], 1, "| nobody | survived |"),
        ([(True, ""), (False, "FAILED tests/x.py")], 1, "the message does not name only-one"),
        ([(False, "it rains")], 1, "it rains \nThe gate is red before any attack"),
    ],
    ids=["noticed", "survived", "not named", "red before"],
)
def test_the_table_says_who_noticed(
    answers: list[tuple[bool, str]], status: int, words: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert said_by(tmp_path, monkeypatch, *answers) == status
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    "given", [["--kinds", "no such"], ["--attacks", "0"], ["--attacks", "two"]], ids=["kind", "none", "word"]
)
def test_a_wrong_word_is_answered_with_the_right_ones(
    given: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["attack", *given])
    assert attack.main() == 2
    assert "No attack: KINDS must fit one of stored digit, stored word" in capsys.readouterr().out


def test_a_kind_that_has_become_empty_is_named(tmp_path: Path) -> None:
    (tmp_path / "constraints.txt").write_text("", encoding="utf-8")
    with pytest.raises(SystemExit, match="pin: missing: there is nothing of this kind any more"):
        attack.made("pin: missing", "1", tmp_path)
