"""Ctrl-C and a request to end: one line, a code of its own, nothing left."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import posthaz.spec
from posthaz.cli import main
from posthaz.files import prepare_folder


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    left = {number: signal.getsignal(number) for number in kept}
    for number, handler in kept.items():
        signal.signal(number, handler)
    assert left == kept, "who calls main() gets their own handlers back"


@pytest.mark.parametrize(
    ("number", "code", "how"),
    [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "a signal to end")],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_one_line_says_that_the_run_was_stopped(
    number: int,
    code: int,
    how: str,
    wrapped: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    def stopped(*_: object, **__: object) -> None:
        prepare_folder(tmp_path / "out")
        try:
            os.kill(os.getpid(), number)
        except KeyboardInterrupt as error:
            if wrapped:  # as compiled code does with an interruption of its callback
                raise RuntimeError("callback failed") from error
            raise

    monkeypatch.setattr(posthaz.spec, "load_analysis", stopped)
    monkeypatch.setattr(sys, "argv", ["posthaz", "check", "x"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    assert capsys.readouterr().err == f"posthaz: stopped by {how}; nothing was written.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["models"], ["check", "nothing.toml"], ["no-command"]])
def test_handlers_of_the_caller_are_put_back(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def own(*_: object) -> None: ...

    before = signal.signal(signal.SIGTERM, own)
    monkeypatch.setattr(sys, "argv", ["posthaz", *arguments])
    with pytest.raises(SystemExit):
        main()
    assert signal.getsignal(signal.SIGTERM) is own
    signal.signal(signal.SIGTERM, before)
