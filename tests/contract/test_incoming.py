"""Orders from outside on a real share: one answer each, one sale each, whatever dies when."""

import contextlib
import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest

from station.domain.bills import is_bill
from station.domain.facts import OrderSent
from station.domain.incoming import bridge_key, signature
from station.local.clock import ShopClock
from station.local.journal import Journal
from station.tokens.incoming import ALONE, KEPT, Incoming
from tests.domain.test_incoming import text as order
from tests.renderers.test_till import SHOP, ulid

KEY = b"k" * 32


class Died(BaseException):
    """As SIGKILL."""


class Expediter:
    def __init__(self, share, path, code="pass1"):
        self.share, self.path, self.code = share, path / f"{code}.db", code
        self.start()

    def start(self):
        self.journal = Journal(self.path, self.code)
        self.incoming = Incoming(self.code, self.share, self.journal, ShopClock(), KEY, ulid)

    def works(self, later=timedelta(0), shop=SHOP):
        return self.incoming.round(shop, datetime.now(UTC) + later)

    @property
    def sent(self):
        return [entry.fact for entry in self.journal.since(0) if isinstance(entry.fact, OrderSent)]


def put(share, name, data, signed=None, *, sig=True):
    share.create(f"incoming/{name}.json", data)
    if sig:
        share.create(f"incoming/{name}.sig", (signed or signature(data, bridge_key(KEY, "web"))).encode())


def answers(share):
    found = {}
    for entry in share.list("incoming"):
        if entry.name.endswith((".ok", ".rejected")):
            found[entry.name] = share.read(f"incoming/{entry.name}").decode()
    return found


def left(share):
    return sorted(e.name for e in share.list("incoming") if not e.is_folder and e.name.endswith((".json", ".sig")))


@pytest.fixture
def place(site, floor_on):
    share = site.open()
    floor_on(share)
    return share


def test_an_order_is_taken_answered_and_put_away(place, tmp_path):
    expediter = Expediter(place, tmp_path)
    put(place, "one", order())
    assert expediter.works()
    (sent,) = expediter.sent
    assert json.loads(answers(place)["one.ok"]) == {"order": sent.order, "number": sent.number.upper()}
    assert (sent.token.placed_by, sent.token.placed_on, sent.total_minor) == ("web", "pass1", 1300)
    assert left(place) == []
    (day,) = [entry.name for entry in place.list("incoming/answered")]
    assert sorted(entry.name for entry in place.list(f"incoming/answered/{day}")) == ["one.json", "one.sig"]
    assert not expediter.works()


def test_the_same_order_again_is_the_same_order(place, tmp_path):
    expediter = Expediter(place, tmp_path)
    for name in ("one", "two"):
        put(place, name, order())
        expediter.works()
    assert len(expediter.sent) == 1
    told = answers(place)
    assert told["one.ok"] == told["two.ok"]


def test_one_that_is_not_paid_has_a_bill_and_one_for_later_waits(place, tmp_path):
    expediter = Expediter(place, tmp_path)
    put(place, "one", order(payment={"kind": "at_till"}))
    due = datetime.now(UTC) + timedelta(hours=1)
    put(place, "two", order(id="A-2", due_at=due.isoformat()))
    expediter.works()
    bill, later = sorted(expediter.sent, key=lambda sent: sent.bill is None)
    assert is_bill(bill.bill)
    assert bill.tenders == ()
    assert later.token.due_at == due
    assert later.token.fire_at < due


@pytest.mark.parametrize(
    ("data", "signed", "why"),
    [
        (order(total_minor=1), None, "the guest was told 0.01"),
        (order(), "0" * 64, "signature"),
        (b"{", None, "malformed"),
        (b"", None, "malformed"),
    ],
)
def test_what_cannot_be_taken_is_answered_with_the_reason(place, tmp_path, data, signed, why):
    expediter = Expediter(place, tmp_path)
    put(place, "bad", data, signed)
    assert not expediter.works()
    assert why in answers(place)["bad.rejected"]
    assert expediter.sent == []
    assert left(place) == []


def test_half_an_order_waits_a_minute_and_is_answered_then(place, tmp_path):
    expediter = Expediter(place, tmp_path)
    put(place, "alone", order(), sig=False)
    expediter.works()
    assert answers(place) == {}
    assert left(place) == ["alone.json"]
    expediter.works(ALONE + timedelta(seconds=2))
    assert "alone.sig did not come" in answers(place)["alone.rejected"]
    assert left(place) == []


def test_a_name_that_is_none_is_answered_too(place, tmp_path):
    expediter = Expediter(place, tmp_path)
    put(place, "Bad Name", order())
    expediter.works(ALONE + timedelta(seconds=2))
    (text,) = answers(place).values()
    assert "Bad Name" in text
    assert left(place) == []
    assert expediter.sent == []


def test_without_a_menu_it_waits_and_a_closed_shop_says_so(place, tmp_path):
    expediter = Expediter(place, tmp_path)
    put(place, "one", order())
    assert not expediter.works(shop=None)
    assert left(place) == ["one.json", "one.sig"]
    assert expediter.works()


def test_of_two_expediters_one_takes_it(place, site, tmp_path):
    one, two = Expediter(place, tmp_path), Expediter(site.open(), tmp_path, "pass2")
    for n in range(6):
        put(place, f"o{n}", order(id=f"A-{n}"))
    one.works()
    two.works()
    put(place, "again", order(id="A-0"))
    two.works()
    assert len(one.sent) + len(two.sent) == 6
    assert answers(place)["again.ok"] == answers(place)["o0.ok"]
    assert left(place) == []


def test_old_answers_go(place, tmp_path):
    expediter = Expediter(place, tmp_path)
    put(place, "one", order())
    expediter.works()
    expediter.start()
    expediter.works(KEPT + timedelta(days=1))
    assert answers(place) == {}


@pytest.mark.parametrize("payment", [{"kind": "online", "reference": "pi_1"}, {"kind": "at_till"}])
def test_killed_between_any_two_steps_it_is_one_order_with_one_answer(directory_share, floor_on, tmp_path, payment):
    floor_on(directory_share)
    for at in itertools.count(1):
        name, code = f"k{at}", f"pass{at}"
        expediter = Expediter(directory_share, tmp_path, code)
        put(directory_share, name, order(id=f"K-{at}", payment=payment))
        steps = Steps(expediter, at)
        with contextlib.suppress(Died):
            expediter.works()
        steps.undo()
        died = steps.count >= at
        expediter.journal.close()
        expediter.start()
        expediter.works()
        expediter.works()
        assert len(expediter.sent) == 1, f"killed at step {at}"
        assert json.loads(answers(directory_share)[f"{name}.ok"])["order"] == expediter.sent[0].order
        assert left(directory_share) == []
        assert directory_share.list(f"incoming/claimed/{code}") == []
        expediter.journal.close()
        if not died:
            break
    assert at > 8, "it was killed at all of its steps"


class Steps:
    """Counts what changes the share or the journal, and dies before the chosen one."""

    def __init__(self, expediter, at):
        self.count, self.at, self.kept = 0, at, []
        for owner, names in (
            (expediter.share, ("create", "move", "delete", "make_folder")),
            (expediter.journal, ("append", "next_number")),
        ):
            for name in names:
                self.kept.append((owner, name))
                setattr(owner, name, self._around(getattr(owner, name)))

    def _around(self, call):
        def step(*args, **kwargs):
            self.count += 1
            if self.count == self.at:
                raise Died
            return call(*args, **kwargs)

        return step

    def undo(self):
        for owner, name in self.kept:
            delattr(owner, name)
