"""What becomes of a trained model: saved as a whole, whoever presses Ctrl-C and however full the disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from omnivec.cli.failure import STOPPED
from omnivec.cli.signals import finished
from omnivec.cli.train import resume
from omnivec.errors import OutputError

if TYPE_CHECKING:
    from omnivec.cli.flags import Common
    from omnivec.cli.show import Display
    from omnivec.engine.progress import Progress
    from omnivec.model import Model


@dataclass(frozen=True)
class Saving:
    """One output. copies: models that must fit on the disk at once; again: the call that goes on, if any."""

    output: str
    overwrite: bool
    copies: int = 1
    again: str | None = None

    def with_room(self, display: Display) -> Callable[[Progress], None]:
        """The display's listener, which also refuses a disk too small, before the training."""

        def listen(record: Progress) -> None:
            from omnivec.store.replace import check_room

            display(record)
            if record.phase == "memory":  # the model is what training allocates, with words for the sampler
                check_room(self.output, record.bytes * self.copies)

        return listen

    def keep(
        self,
        model: Model,
        common: Common,
        display: Display,
        told: Mapping[str, object] | None = None,
        *,
        interrupted: bool | None = None,
    ) -> int:
        """Save, say so, and return the exit code.

        told: what JSON says besides; interrupted: where the model's record does not say it.
        """
        from omnivec.cli.ask.described import asking, described
        from omnivec.cli.move.convert import disk_bytes
        from omnivec.cli.out import emit_json
        from omnivec.store.memory import human

        if interrupted is None:
            interrupted = bool(model.record.get("interrupted"))
        with display.busy("Saving", self.output), finished(interrupted) as asked_to_stop:
            self._save(model)
        size = human(disk_bytes(self.output))
        display.line("Saved", f"{self.output}, {size}" + (", stopped before its end" if interrupted else ""))
        display.line("Next", self.again if interrupted and self.again else asking(model, self.output))
        if common.json:
            what_it_is = described(model, self.output)
            emit_json({"model": self.output, **what_it_is, "interrupted": interrupted, **(told or {})})
        return STOPPED if asked_to_stop() else 0

    def _save(self, model: Model) -> None:
        try:
            model.save(self.output, overwrite=self.overwrite)
        except OutputError as error:
            checkpoint = resume.checkpoint_of(self.output)
            if self.again is None or not os.path.lexists(checkpoint):
                raise
            raise OutputError(f"{error}; {checkpoint} is whole: make room, then {self.again}") from None
        if self.again is not None:
            resume.remove(self.output)
