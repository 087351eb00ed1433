"""Checks a view mode in hundreds of calls and on slowly resized stages."""

from __future__ import annotations

from ..views import ARRANGE_WITHIN, Arrange
from ..workers import told
from .asking import Asked, GivenUpError
from .cases import Case, dragged, standing
from .rules import Places, by_key, lost_pin, overlap, unrest

TIMED = Case(people=100)
"""Its time is printed."""
TIMES = 7


class BrokenModeError(AssertionError):
    """A view mode breaks rules. ``broken`` holds a sentence for each of them, by its name: ``answer`` (it
    raises, or returns what the app refuses to show), ``overlap``, ``pinned``, ``same`` (another answer to the
    same question), ``resize``, ``time``."""

    def __init__(self, name: str, broken: dict[str, str]) -> None:
        self.broken = broken
        lines = "".join(f"\n  {rule}: {sentence}" for rule, sentence in broken.items())
        super().__init__(f"view mode {name} is broken:{lines}")


def view_mode(arrange: Arrange, name: str = "") -> None:
    """Checks a view mode, and prints how long it takes for 100 people.

    It is asked as the app asks it: for 0 to 500 people, on stages from nothing to 8K and from 10:1 to 1:10,
    and while a window is dragged larger by 3 pixels at a time. It must stay inside the stage, place nobody
    twice and nobody who is not there, lose no pinned tile, let tiles overlap only where ``z`` says which is
    in front, answer the same question in the same way, and shuffle nobody by a small change of the size
    (:func:`.rules.unrest` says exactly when it does).

    :param name: how messages call it; where the function stands by default.
    :raises BrokenModeError: with one sentence for each rule that is broken: who, what, and what now.
    """
    name = name or _place_of(arrange)
    inspection = _Inspection(arrange)
    try:
        inspection.run()
    except GivenUpError:
        pass  # noted; nothing more can be asked
    finally:
        inspection.asked.close()
    if inspection.broken:
        raise BrokenModeError(name, inspection.broken)
    print(f"view mode {name}: {inspection.quickest * 1000:.2f} ms for {TIMED.people} people")


class _Inspection:
    """One mode; of each rule the first case that breaks it is kept."""

    def __init__(self, arrange: Arrange) -> None:
        self.asked = Asked(arrange)
        self.broken: dict[str, str] = {}
        self.quickest = 0.0

    def run(self) -> None:
        """Asks everything, or stops where it makes no sense to go on.

        :raises GivenUpError: a question was never answered.
        """
        failed = self._time()
        if "time" in self.broken:
            return
        cases = list(standing())
        answers = [self._answer(case) for case in cases]
        # Backwards, so that the two are not always equally far apart: what counts its calls would come round.
        for case, answer in zip(reversed(cases), reversed(answers), strict=True):
            if answer is not None and self._answer(case) not in (answer, None):
                self._note("same", case, "the same question has two answers. Keep nothing between two calls.")
        for drag in dragged():
            self._drag(drag)
        if failed:
            self._note(
                "answer", TIMED, failed
            )  # the smallest case that fails is there already, if there is one

    def _time(self) -> str:
        """The quickest of several times: a busy machine makes some of them longer, and none shorter.

        Returns what is wrong if there is no answer.
        """
        taken = []
        for _ in range(TIMES):
            try:
                taken.append(self.asked(TIMED)[1])
            except GivenUpError as error:
                self._note("time", TIMED, f"it {error}. The app waits {ARRANGE_WITHIN * 1000:.0f} ms.")
                raise
            except Exception as error:  # noqa: BLE001 a mode may raise anything
                return _failing(error)
        self.quickest = min(taken)
        if self.quickest > ARRANGE_WITHIN:
            self._note(
                "time",
                TIMED,
                f"it takes {self.quickest * 1000:.0f} ms at best, and the app waits "
                f"{ARRANGE_WITHIN * 1000:.0f} ms. Compute less for each tile.",
            )
        return ""

    def _answer(self, case: Case) -> Places | None:
        """What it answers, checked by itself; ``None`` if that is nothing to go on with."""
        try:
            answer, _ = self.asked(case)
        except GivenUpError as error:
            self._note("time", case, f"it {error}. The app waits {ARRANGE_WITHIN * 1000:.0f} ms.")
            raise
        except Exception as error:  # noqa: BLE001 a mode may raise anything
            self._note("answer", case, _failing(error))
            return None
        for rule, look in (("overlap", overlap), ("pinned", lost_pin)):
            if sentence := look(answer, case):
                self._note(rule, case, sentence)
        return by_key(answer)

    def _drag(self, drag: list[Case]) -> None:
        answers = [(case, self._answer(case)) for case in drag]
        there = [(case, answer) for case, answer in answers if answer is not None]
        if found := unrest(there):
            self._note("resize", *found)

    def _note(self, rule: str, case: Case, sentence: str) -> None:
        self.broken.setdefault(rule, f"{case}: {sentence}")


def _failing(error: Exception) -> str:
    return f"{told(error)}. The app would show gallery instead."


def _place_of(arrange: Arrange) -> str:
    code = getattr(arrange, "__code__", None)
    where = f" ({code.co_filename.rsplit('/', 1)[-1]}:{code.co_firstlineno})" if code else ""
    return f"{getattr(arrange, '__qualname__', repr(arrange))}{where}"
