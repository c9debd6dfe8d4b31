"""One role on one screen: takes in what happened, keeps what people did, shows the next frame, rests.

One `turn`: wait until a touch, a change of the mirror, or the moment at which something changes by itself; give events
to the role; append its facts to the journal; make the world anew; show the scene. A tap is on the screen with the next
frame, whatever the share does. With nothing to show the loop wakes once a second, to look at the status files.
"""

import logging
import select
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Generic

from station.config import Settings, switch_training
from station.domain.facts import Fact, StaffSeen, TrainingSwitched
from station.domain.hands import Hand, Press, Scan, ScanBroken, Touch, Wheel
from station.domain.menu import Person, Shop
from station.domain.permissions import NotPermitted
from station.domain.plan import expected
from station.domain.scans import order_of
from station.domain.token import Key
from station.errors import JournalError
from station.local.clock import ShopClock
from station.local.journal import Journal
from station.local.mirror import Mirror
from station.local.status import LinkStatus, PrinterStatus, TokensStatus, ZAnswer, z_file
from station.renderers import approval, gestures
from station.renderers.approval import Approval
from station.renderers.card_sounds import Heard, heard, tone_of
from station.renderers.desk import StationDesk
from station.renderers.door import BROKEN, NOTE_S, approved, scanned
from station.renderers.gestures import Finger
from station.renderers.hands import HandsSocket
from station.renderers.login_state import Login
from station.renderers.observe import Ask, Observer, describe
from station.renderers.records import Records
from station.renderers.role import Event, Handover, Keyed, Role, Scanned, State, Tap
from station.renderers.scene import Scene
from station.renderers.screen import Screen
from station.renderers.sound import Sounds, Tone, tone_for
from station.renderers.sources import ShopFile, StatusFile
from station.renderers.theme import theme_for
from station.renderers.widgets.notice import notice
from station.renderers.widgets.text import station_name
from station.renderers.world import World

FRAME_S = 1 / 30
LOOK_S = 1.0
PENDING_LOOK_S = 0.25

log = logging.getLogger("renderer")


@dataclass(slots=True)
class Adapters:
    """What the runner stands on, opened by whoever wires it."""

    screen: Screen
    journal: Journal
    mirror: Mirror
    shop: ShopFile
    tokens: StatusFile[TokensStatus]
    link: StatusFile[LinkStatus]
    hands: HandsSocket
    observer: Observer | None
    sounds: Sounds | None = None

    def close(self) -> None:
        if self.sounds is not None:
            self.sounds.close()
        self.hands.close()
        if self.observer is not None:
            self.observer.close()
        self.mirror.close()
        self.journal.close()


class Runner(Generic[State]):
    """`login` is shown whenever the role asks for a person. `wake` becomes readable when the program shall end."""

    def __init__(
        self,
        settings: Settings,
        role: Role[State],
        login: Role[Any],
        adapters: Adapters,
        wake: int,
        closed: Callable[[], None],
        handover: Handover[State] | None = None,
    ) -> None:
        self._settings, self._role, self._login, self._on = settings, role, login, adapters
        self._wake, self._closed, self._handover = wake, closed, handover
        self._clock = ShopClock()
        self._clock_at_s = 0.0
        self._state: State | None = None
        self._login_state: Any = None
        self._approval: Approval | None = None
        self._tone: Tone | None = None
        self._heard: Heard | None = None
        self._records = Records(adapters.journal, adapters.mirror, keeps_money=settings.role == "till")
        self._printer = StatusFile(settings.printer_status, PrinterStatus)
        self._z = StatusFile(z_file(settings.snapshot_path.parent), ZAnswer)
        self._desk = StationDesk(
            settings.journal_path.parent,
            adapters.journal,
            adapters.mirror,
            adapters.shop,
            self._records,
            self._clock,
            settings.token_key,
        )
        self._touched_s = time.monotonic()
        self._finger: Finger | None = None
        self._scene: Scene | None = None
        self._stale = True
        self._in_turn = False
        self._failures = 0
        self._looked_s = 0.0
        self._framed_s = 0.0
        self._first_shown: dict[Key, int] = {}
        self._person_shown: tuple[str | None, int] = (None, 0)
        self._note, self._note_ends = "", self._clock.now()
        self._look()

    def turn(self) -> float:
        """One round; returns at once when nothing is to be waited for. For `daemon.run`: rests by itself."""
        # The round before broke off in the middle: begin the role anew rather than fail the same way again.
        self._failures = self._failures + 1 if self._in_turn else 0
        if self._in_turn:
            self._state, self._login_state, self._finger, self._stale = None, None, None, True
            self._approval = None
        self._in_turn = True
        if self._scene is not None:
            self._wait()
        self._show()
        self._in_turn = False
        return 0.0

    def close(self) -> None:
        self._on.close()

    def _wait(self) -> None:
        on = self._on
        files = [on.mirror.fileno(), on.hands.fileno(), self._wake]
        if on.observer is not None:
            files.append(on.observer.fileno())
        ready, _, _ = select.select(files, [], [], self._rest_s())
        hands, complaints = on.hands.read() if on.hands.fileno() in ready else ([], [])
        for complaint in complaints:
            log.warning("%s", complaint)
        if on.screen.output.poll_s is not None:
            more, closed = on.screen.output.hands()
            hands += more
            if closed:
                self._closed()
        if on.mirror.fileno() in ready:
            self._records.refresh()
            self._stale = True
        self._look()
        for hand in hands:
            self._take(hand)
        self._hold()
        if self._stale:
            self._fetch()
        if on.observer is not None and on.observer.fileno() in ready:
            # What was just done must be on the screen that is described.
            self._show()
            on.observer.answer(self._reply)

    def _rest_s(self) -> float:
        """How long nothing can change by itself."""
        now = time.monotonic()
        ends = [self._looked_s + (PENDING_LOOK_S if self._records.waiting else LOOK_S)]
        if self._scene is not None and self._scene.beats():
            ends.append(self._framed_s + FRAME_S)
        if self._scene is not None and self._scene.until is not None:
            ends.append(now + (self._scene.until - self._clock.now()).total_seconds() + 0.001)
        if self._note:
            ends.append(now + (self._note_ends - self._clock.now()).total_seconds() + 0.001)
        due = gestures.held_at(self._finger)
        if due is not None:
            ends.append(due)
        poll_s = self._on.screen.output.poll_s
        if poll_s is not None:
            ends.append(now + poll_s)
        return max(0.0, min(ends) - now)

    def _look(self) -> None:
        """Reads what others of this station replace: statuses, snapshot; and whether the floor has got our facts."""
        now = time.monotonic()
        if now - self._looked_s < (PENDING_LOOK_S if self._records.waiting else LOOK_S):
            return
        self._looked_s = now
        # Every one is asked, whatever the ones before it answered.
        changed = [source.poll() for source in (self._on.shop, self._on.tokens, self._on.link)]
        if self._settings.role == "till":
            changed += [self._printer.poll(), self._z.poll()]
        changed.append(self._records.look())
        if self._settings.training_changed:
            log.info("training=%s", not self._settings.training)
            self._closed()
        self._stale = self._stale or any(changed)
        if changed[0] and self._on.shop.problem:
            log.warning("%s", self._on.shop.problem)
        self._correct_clock()
        self._idle_logout()

    def _correct_clock(self) -> None:
        tokens = self._on.tokens.value
        if tokens.shop_time is not None and tokens.monotonic_s != self._clock_at_s:
            self._clock_at_s = tokens.monotonic_s
            self._clock.correct(tokens.shop_time, tokens.monotonic_s)

    def _take(self, hand: Hand) -> None:
        if isinstance(hand, Scan):
            self._scanned(hand.code)
        elif isinstance(hand, ScanBroken):
            self._broken(hand)
        else:
            self._feel(hand)

    def _feel(self, hand: Touch | Wheel | Press) -> None:
        if self._scene is None:
            return
        self._touched_s = time.monotonic()
        before = gestures.pressed(self._finger)
        self._finger, event = gestures.feel(self._finger, hand, self._scene, time.monotonic())
        self._stale = self._stale or gestures.pressed(self._finger) != before
        if event is not None:
            self._happen(event)

    def _hold(self) -> None:
        self._finger, event = gestures.held(self._finger, time.monotonic())
        if event is not None:
            self._happen(event)

    def _happen(self, event: Event) -> None:
        """Gives the event to whoever is on the screen; the facts count before the state does."""
        world = self._world()
        if world is None:
            return
        try:
            self._give(event, world)
        except JournalError as error:
            self._records.refuse(error)
        self._stale = True
        # Another event of the same moment must meet the screen as it is now.
        self._make_scene()

    def _give(self, event: Event, world: World) -> None:
        if self._state is None:
            self._state = self._role.begin(world)
        if not self._role.asks_for_person(self._state, world):
            if self._approval is None:
                self._act(event, world)
            else:
                state, facts = approval.handle(self._approval, event, world, self._desk)
                self._answered(state, facts, world)
            return
        typing = self._login_state is not None and bool(self._login_state.person)
        escapes = isinstance(event, Keyed) and event.press.key == "escape" and not typing
        cancels = event == Tap("login:cancel") or escapes
        if cancels:
            self._state, facts = self._role.handle(self._state, Tap("login:cancel"), world, self._desk)
        else:
            if self._login_state is None:
                self._login_state = self._login.begin(world)
            self._login_state, facts = self._login.handle(self._login_state, event, world, self._desk)
        self._record(facts)

    def _act(self, event: Event, world: World, before: tuple[Fact, ...] = ()) -> None:
        """`before`: facts that count first, whatever becomes of the event: the approval that let it happen."""
        assert self._state is not None
        try:
            state, facts = self._role.handle(self._state, event, world, self._desk)
        except NotPermitted as needed:
            self._record(before)
            self._approval = approval.asked(event, needed, world.now)
            # What the sheet says of scans is about this approval.
            self._note = ""
            return
        self._record((*before, *facts), state)

    def _answered(self, state: Approval | None, facts: tuple[Fact, ...], world: World) -> None:
        """What the sheet that asks for an approval came to."""
        asked, self._approval = self._approval, state
        given = next((fact for fact in facts if isinstance(fact, StaffSeen) and fact.what == "approved"), None)
        if given is None or asked is None:
            self._record(facts)
            return
        self._approval = None
        by = _person(world.shop, given.staff)
        self._act(asked.event, replace(world, approved=asked.permission, approver=by), facts)

    def _record(self, facts: tuple[Fact, ...], state: State | None = None) -> None:
        """`state`: what the role's becomes, once the facts are safe."""
        before = self._records.person_id
        self._records.record((*self._left(facts), *facts), self._clock.now())
        self._state = state if state is not None else self._state
        for fact in facts:
            if isinstance(fact, TrainingSwitched):
                switch_training(self._settings.home, on=fact.on)
        if self._records.person_id == before:
            return
        self._login_state, self._approval = None, None
        if self._handover is not None and self._state is not None:
            self._state = self._handover.cleared(self._state)

    def _left(self, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        """What whoever is here leaves behind, when these facts bring somebody else, or nobody."""
        moves = any(isinstance(fact, StaffSeen) and fact.what in {"login", "logout"} for fact in facts)
        world = self._world() if moves and self._handover is not None else None
        if world is None or world.person is None or self._handover is None or self._state is None:
            return ()
        return self._handover.leave(self._state, world, self._desk)

    def _fetch(self) -> None:
        """What waits for whoever is here, as soon as this station sees it."""
        world = self._world()
        if self._handover is None or world is None or world.person is None or self._records.refused:
            return
        state = self._role.begin(world) if self._state is None else self._state
        try:
            self._records.record(self._handover.arrive(state, world), self._clock.now())
        except JournalError as error:
            self._records.refuse(error)

    def _idle_logout(self) -> None:
        """After the profile's time without a touch; 0 is never."""
        shop, records = self._on.shop.shop, self._records
        limit_s = 0 if shop is None else shop.profile.idle_logout_s
        if records.person_id is None or limit_s <= 0 or records.refused:
            return
        if time.monotonic() - self._touched_s >= limit_s:
            try:
                self._record((StaffSeen(staff=records.person_id, what="logout"),))
            except JournalError as error:
                records.refuse(error)
            self._stale = True

    def _scanned(self, code: str) -> None:
        """Whatever the screen shows, even while a PIN is being typed: a scan goes to no text and no button."""
        shop, now = self._on.shop.shop, self._clock.now()
        if shop is None or self._records.refused:
            return
        if (order := order_of(code)) is not None:
            self._happen(Scanned(order))
            return
        access, key, world = self._records.access, self._settings.token_key, self._world()
        try:
            if self._approval is not None and world is not None:
                answer = approved(code, shop, access, self._approval.permission, now=now, shop_key=key)
                # Whatever was being typed is forgotten: a card and half a PIN are not one thing.
                self._answered(replace(self._approval, pad=Login()), answer.facts, world)
            else:
                answer = scanned(code, shop, access, present=self._records.person_id, now=now, shop_key=key)
                self._record(answer.facts)
                self._login_state = None
        except JournalError as error:
            self._records.refuse(error)
        else:
            self._say_of_scan(answer.note, tone_for(answer.facts))

    def _broken(self, hand: ScanBroken) -> None:
        """Nobody's log-in changes, but whoever looks for somebody who tries things finds it."""
        try:
            self._record((StaffSeen(what="refused", how="wallet", why=hand.why),))
        except JournalError as error:
            self._records.refuse(error)
        self._say_of_scan(BROKEN, "refused")

    def _say_of_scan(self, note: str, tone: Tone | None) -> None:
        self._tone = tone
        self._note, self._note_ends = note, self._clock.now() + timedelta(seconds=NOTE_S)
        self._touched_s = time.monotonic()
        self._stale = True
        self._make_scene()

    def _show(self) -> None:
        now = self._clock.now()
        scene = self._scene
        if self._note and self._note_ends <= now:
            self._note, self._stale = "", True
        if scene is None or self._stale or (scene.until is not None and scene.until <= now):
            scene = self._make_scene()
        self._framed_s = time.monotonic()
        if self._on.screen.show(scene):
            self._note_first(scene)
        self._sound()

    def _sound(self) -> None:
        """What became of a scan, once it is on the screen: whoever scans looks at their card."""
        shop, tone, self._tone = self._on.shop.shop, self._tone, None
        if tone is not None and self._on.sounds is not None and shop is not None and shop.profile.sounds:
            self._on.sounds.play(tone)

    def _listen(self, world: World, scene: Scene) -> None:
        """What has happened to this display's cards; what became of a scan goes before it."""
        before, self._heard = self._heard, heard(world, scene)
        if self._tone is None:
            self._tone = tone_of(before, self._heard, world.shop.profile.card_sounds)

    def _make_scene(self) -> Scene:
        world = self._world()
        self._stale = False
        self._scene = self._notice() if world is None else self._role_scene(world)
        return self._scene

    def _role_scene(self, world: World) -> Scene:
        state = self._role.begin(world) if self._state is None else self._state
        self._state = self._role.notice(state, world, self._desk)
        if not self._role.asks_for_person(self._state, world):
            self._login_state = None
            scene = self._role.scene(self._state, world)
            self._listen(world, scene)
            scene = scene if scene.message else replace(scene, message=world.note)
            if self._approval is not None and self._approval.until <= world.now:
                self._approval = None
            return scene if self._approval is None else approval.scene(self._approval, scene, world)
        self._approval = None
        login = self._login.begin(world) if self._login_state is None else self._login_state
        self._login_state = self._login.notice(login, world, self._desk)
        return self._login.scene(self._login_state, world)

    def _notice(self) -> Scene:
        """What keeps the role from its screen, in plain words."""
        foot = f"{station_name(self._settings.code)} · {self._settings.role} · tries again by itself"
        screen = self._on.screen
        if screen.problem:
            words = ("The typeface is missing", screen.problem)
        elif self._records.refused:
            words = (
                "This station's disk refuses",
                f"{self._records.refused}. What was done last was not recorded: do it again.",
            )
        elif self._failures > 1:
            words = ("This screen met an error", "It is in this station's log. The orders are safe; nothing was lost.")
        else:
            words = ("Waiting for the menu", self._on.shop.problem or "The snapshot is being read.")
        return notice(screen.size, screen.fonts, *words, foot)

    def _world(self) -> World | None:
        """None when a notice is shown instead."""
        on = self._on
        shop = on.shop.shop
        if shop is None or self._records.refused or self._failures > 1 or on.screen.problem:
            return None
        return World(
            shop=shop,
            station=self._settings.code,
            cards=self._records.cards,
            recent=self._records.recent,
            tokens=on.tokens.value,
            link=on.link.value,
            person=_person(shop, self._records.person_id),
            now=self._clock.now(),
            size=on.screen.size,
            theme=theme_for(*on.screen.size, shop.profile.text_scale),
            ruler=on.screen.fonts,
            pressed=gestures.pressed(self._finger),
            note=self._note,
            answered=self._records.answered,
            ledger=self._records.ledger,
            printer=self._printer.value,
            z=self._z.value,
            training=self._settings.training,
            plan=expected(on.tokens.value.plan, self._records.pending),
        )

    def _note_first(self, scene: Scene) -> None:
        now_ns = time.monotonic_ns()
        for card in scene.shown:
            self._first_shown.setdefault((card.order, card.part), now_ns)
        if len(self._first_shown) > 5_000:
            self._first_shown = dict(list(self._first_shown.items())[-2_500:])
        if self._records.person_id != self._person_shown[0]:
            self._person_shown = (self._records.person_id, now_ns)

    def _reply(self, ask: Ask) -> Mapping[str, Any]:
        scene = self._scene or self._make_scene()
        if ask.ask == "screenshot":
            self._on.screen.save(Path(ask.path))
            return {"saved": ask.path}
        world = self._world()
        return describe(
            scene,
            station=self._settings.code,
            role=self._settings.role,
            person=None if world is None else world.person,
            frame=self._on.screen.frames,
            first_shown=self._first_shown,
            person_shown=self._person_shown[1],
            logging_in=world is not None and self._state is not None and self._role.asks_for_person(self._state, world),
        )


def _person(shop: Shop, person_id: str | None) -> Person | None:
    return next((person for person in shop.staff if person.id == person_id), None)
