"""A, the network that is pinned on the timing panel, and its race against the one on screen."""

import attrs
from markupsafe import Markup

from encdec_widgets.session.network_time import NetworkRace
from encdec_widgets.widgets.base.texts import note
from encdec_widgets.widgets.pages.timing_allowed import Allowed
from encdec_widgets.widgets.pages.timing_subject import Subject
from encdec_widgets.workers.timing import Comparison, Race, Racer


@attrs.frozen(eq=False)
class Pinned:
    """A network and how to time it, to race others against.

    Attributes:
        subject: The network.
        racer: The same, written down: what is edited later is not raced.
    """

    subject: Subject
    racer: Racer

    @classmethod
    def of(cls, subject: Subject) -> "Pinned":
        """Pin a network; raises as :meth:`Subject.network`."""
        return cls(subject, subject.racer("A"))

    def race(self, against: Subject, allowed: Allowed) -> Race:
        """The job of racing another network, B, against it; raises as :meth:`Subject.network`."""
        return Race(
            racers=(self.racer, against.racer("B")),
            at_most_s=allowed.at_most_s,
            beyond_memory=allowed.beyond_memory,
        )

    def raced(self, against: Subject, result: Comparison) -> NetworkRace:
        """What a race showed, with the two designs."""
        return NetworkRace(
            a=self.subject.backbone.design,
            b=against.backbone.design,
            alike=self.subject.options == against.options,
            result=result,
        )

    def words(self, same: bool) -> Markup:
        """What A is, and what is still to be done for a race where it is the ``same`` as the one on screen."""
        more = " Change the network or an option to race it against this one." if same else ""
        return note(f"A is {self.subject.words}.{more}")
