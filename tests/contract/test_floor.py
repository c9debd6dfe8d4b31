"""The floor's operations, on a local directory and on Samba."""

import os
import time
from datetime import date

import msgspec
import pytest

from station.domain.floor import PARENTS, TOP, Spot, Transit
from station.domain.token import Elsewhere, encode, name_of
from station.errors import ShareAway, TokenError
from station.tokens.share import Gone, Moved, NoFolder

KEY = b"the shop's key"
change = msgspec.structs.replace


@pytest.fixture
def ahead():
    return [0.0]


@pytest.fixture
def floor(share, progress, floor_on, ahead):
    return floor_on(share, progress, ahead)


@pytest.fixture
def other(site, floor_on, ahead):
    """Another station on a connection of its own."""
    return floor_on(site.open(), None, ahead)


def live(site):
    tops = ("inbox", "hold", "stations", "pass", "done", "void")
    return [path for path in site.files() if path.startswith(tops)]


def two_parts(order):
    return [
        ("stations/grill1", change(order, part="1-1", lines=order.lines[:1])),
        ("stations/cold1", change(order, part="1-2", lines=order.lines[1:])),
    ]


def left_in_transit(site, source, children, *, committed, nonce):
    """What a station leaves that died before, or after, its commit."""
    transit = Transit(nonce, source)
    (site.root / transit.folder).mkdir()
    for place, body in children:
        spot = Spot(place, name_of(body, source.name.hop + 1))
        (site.root / transit.child(spot)).write_bytes(encode(body, KEY))
    if committed:
        (site.root / source.path).rename(site.root / transit.parent)
    return transit


class TestPrepare:
    def test_the_top_folders_are_made_and_may_be_there(self, site, floor):
        floor.prepare()
        assert {path.name for path in site.root.iterdir()} == set(TOP)


class TestPublish:
    def test_a_published_order_stands_whole_in_the_inbox(self, site, floor, body):
        order = body()
        spot = floor.publish("op", order)
        assert spot == Spot("inbox", name_of(order))
        assert floor.read(spot) == order
        assert site.files() == [spot.path]

    def test_published_again_it_is_still_one(self, site, floor, body):
        order = body()
        spot = floor.publish("op", order)
        assert floor.publish("op", order) == spot
        moved = floor.move("m", spot, "pass")
        assert floor.publish("op", order) == spot
        assert site.files() == [moved.path]

    def test_it_can_go_to_a_place_whose_folder_is_not_there_yet(self, floor, body):
        order = body()
        assert floor.read(floor.publish("op", order, "stations/grill1")) == order

    def test_a_body_too_large_publishes_nothing(self, site, floor, body):
        with pytest.raises(TokenError, match="oversized"):
            floor.publish(
                "op", body(*[f"{n} {'x' * 110}" for n in range(200)], note="y" * 400, extra={"z": "w" * 60_000})
            )
        assert site.files() == []

    def test_a_place_that_is_none_publishes_nothing(self, site, floor, body):
        for place in ("tmp", "transit/x", "../inbox", "stations/", "parents/2026-11-23", ""):
            with pytest.raises(TokenError, match="no place on the floor"):
                floor.publish("op", body(), place)
        assert site.files() == []


class TestMove:
    def test_every_move_adds_one_hop(self, floor, body):
        spot = floor.publish("op", body())
        for hop, place in enumerate(("stations/grill1", "pass", "stations/grill1", "pass", "done/2026-11-23"), 1):
            spot = floor.move(f"m{hop}", spot, place)
            assert (spot.place, spot.name.hop) == (place, hop)
        floor.read(spot)

    def test_a_token_that_somebody_else_moved_is_lost_to_the_second(self, floor, other, body):
        spot = floor.publish("op", body())
        assert other.move("theirs", spot, "pass") is not None
        assert floor.move("mine", spot, "pass") is None
        assert floor.move("mine", spot, "pass") is None
        assert floor.resume("mine").state == "lost"

    def test_asked_again_it_says_the_same(self, floor, body):
        spot = floor.publish("op", body())
        moved = floor.move("m", spot, "hold")
        floor.move("m2", moved, "inbox")
        assert floor.move("m", spot, "hold") == moved

    def test_a_name_that_stays_taken_sends_the_older_copy_to_quarantine(self, site, floor, body, ahead, monkeypatch):
        spot = floor.publish("op", body())
        twin = site.root / "pass" / str(spot.name.moved())
        twin.write_bytes((site.root / spot.path).read_bytes())
        real = floor._hand.sleep
        object.__setattr__(floor._hand, "sleep", lambda seconds: (ahead.__setitem__(0, ahead[0] + 1), real(0)))
        assert floor.move("m", spot, "pass") is None
        assert live(site) == [f"pass/{twin.name}"]
        assert len(floor.check().quarantined) == 1

    def test_a_stop_ends_the_wait_for_a_held_token(self, floor, body, monkeypatch):
        spot = floor.publish("op", body())
        monkeypatch.setattr(type(floor._share), "move", lambda *_: Moved.BUSY)
        object.__setattr__(floor._hand, "stopping", lambda: True)
        with pytest.raises(ShareAway, match="another station held"):
            floor.move("m", spot, "pass")
        monkeypatch.undo()
        object.__setattr__(floor._hand, "stopping", lambda: False)
        assert floor.move("m", spot, "pass") is not None


class TestReplace:
    def test_a_revision_takes_the_old_ones_place(self, site, floor, body):
        order = body()
        spot = floor.publish("op", order)
        ticked = change(order, revision=1, lines=(change(order.lines[0], done=2), *order.lines[1:]))
        (revised,) = floor.replace("r", spot, [("inbox", ticked)])
        assert (revised.name.revision, revised.name.hop, revised.name.items) == (1, 1, 4)
        assert floor.read(revised) == ticked
        assert live(site) == [revised.path]
        assert [path for path in site.files() if path.startswith(PARENTS)] != []
        assert list((site.root / "transit").iterdir()) == []

    def test_a_split_makes_every_part_once(self, site, floor, body):
        order = body()
        spots = floor.replace("s", floor.publish("op", order), two_parts(order))
        assert live(site) == sorted(spot.path for spot in spots)
        assert [floor.read(spot).part for spot in spots] == ["1-1", "1-2"]
        check = floor.check(deep=True)
        assert (check.ok, check.orders, check.parts) == (True, 1, 2)

    def test_parts_split_again_on_two_stations_never_want_one_name(self, site, floor, other, body):
        order = body("a", "b", "c", "d")
        first, second = floor.replace(
            "s",
            floor.publish("op", order),
            [
                ("stations/a", change(order, part="1-1", lines=order.lines[:2])),
                ("stations/b", change(order, part="1-2", lines=order.lines[2:])),
            ],
        )
        for actor, spot, part in ((floor, first, "1-1"), (other, second, "1-2")):
            whole = actor.read(spot)
            actor.replace(
                f"again{part}",
                spot,
                [
                    ("pass", change(whole, part=f"{part}-1", lines=whole.lines[:1])),
                    ("pass", change(whole, part=f"{part}-2", lines=whole.lines[1:])),
                ],
            )
        assert floor.check(deep=True).ok
        assert len(live(site)) == 4

    def test_the_second_of_two_is_lost_and_leaves_nothing(self, site, floor, other, body):
        order = body()
        spot = floor.publish("op", order)
        assert other.replace("theirs", spot, [("pass", change(order, revision=1))]) is not None
        before = site.files()
        assert floor.replace("mine", spot, two_parts(order)) is None
        assert floor.replace("mine", spot, two_parts(order)) is None
        assert site.files() == before
        assert list((site.root / "transit").iterdir()) == []

    def test_asked_again_it_says_the_same(self, site, floor, body):
        order = body()
        spot = floor.publish("op", order)
        spots = floor.replace("s", spot, two_parts(order))
        files = site.files()
        assert floor.replace("s", spot, two_parts(order)) == spots
        assert site.files() == files

    def test_one_that_was_taken_for_dead_while_it_staged_begins_again(self, site, floor, body, monkeypatch):
        order = body()
        spot = floor.publish("op", order)
        create, cleared = type(floor._share).create, []

        def create_late(share, path, data):
            if not cleared:
                cleared.append(path)
                share.remove_folder(path.rpartition("/")[0])
            create(share, path, data)

        monkeypatch.setattr(type(floor._share), "create", create_late)
        assert floor.replace("r", spot, two_parts(order)) is not None
        assert cleared
        assert floor.check(deep=True).ok

    def test_children_that_do_not_fit_change_nothing(self, site, floor, body):
        order = body()
        spot = floor.publish("op", order)
        wrong = {
            "must be p1 r1, not p1 r0": [("pass", order)],
            "must be p1 r1, not p1-1 r0": [("pass", change(order, part="1-1"))],
            "of another order cannot replace": [("pass", body(revision=1))],
            "must be p1-1, p1-2 and so on, not p1-1, p1-3": [
                ("pass", change(order, part="1-1")),
                ("pass", change(order, part="1-3")),
            ],
            "and so on, not none": [],
            "no place on the floor": [("transit", change(order, revision=1))],
        }
        for sentence, children in wrong.items():
            with pytest.raises(TokenError, match=sentence):
                floor.replace("r", spot, children)
        assert site.files() == [spot.path]


class TestRecover:
    def test_a_committed_split_is_finished_by_whoever_has_seen_it_for_two_seconds(
        self, site, other, body, new_id, ahead
    ):
        order = body()
        source = other.publish("op", order)
        left_in_transit(site, source, two_parts(order), committed=True, nonce=new_id())
        assert other.check().ok
        assert other.recover().waiting == 1
        ahead[0] += 1.5
        assert other.recover().waiting == 1
        ahead[0] += 0.6
        assert other.recover().rolled_forward == 1
        assert len(live(site)) == 2
        assert other.check(deep=True).ok
        assert list((site.root / "transit").iterdir()) == []

    def test_an_abandoned_split_is_fenced_and_cleared_away_after_a_minute(self, site, other, body, new_id, ahead):
        order = body()
        source = other.publish("op", order)
        transit = left_in_transit(site, source, two_parts(order), committed=False, nonce=new_id())
        other.recover()
        ahead[0] += 59
        assert other.recover().waiting == 1
        ahead[0] += 2
        assert other.recover().abandoned == 1
        assert live(site) == [f"inbox/{source.name.moved()}"]
        assert not (site.root / transit.folder).exists()
        # The one that was thought dead lives: its commit comes late, and finds the source fenced.
        assert other._share.move(source.path, transit.parent) is not Moved.MOVED

    def test_a_held_source_is_not_fenced_yet(self, site, other, body, new_id, ahead, monkeypatch):
        order = body()
        source = other.publish("op", order)
        transit = left_in_transit(site, source, two_parts(order), committed=False, nonce=new_id())
        other.recover()
        ahead[0] += 61
        with monkeypatch.context() as patch:
            patch.setattr(type(other._share), "move", lambda *_: Moved.BUSY)
            assert other.recover().waiting == 1
        assert len(list((site.root / transit.folder).iterdir())) == 2
        assert other.recover().abandoned == 1

    def test_what_is_left_of_a_retired_one_goes_forward_and_is_not_deleted(self, site, other, body, new_id, ahead):
        order = body()
        source = other.publish("op", order)
        transit = left_in_transit(site, source, two_parts(order), committed=True, nonce=new_id())
        (site.root / "parents" / "2026-11-21").mkdir()
        from_ = site.root / transit.parent
        from_.rename(site.root / transit.retired(date(2026, 11, 21)))
        other.recover()
        ahead[0] += 61
        other.recover()
        assert len(live(site)) == 2
        assert other.check(deep=True).ok

    def test_a_stranger_in_a_transit_folder_is_quarantined_and_hinders_nothing(self, site, other, body, new_id, ahead):
        order = body()
        source = other.publish("op", order)
        transit = left_in_transit(site, source, two_parts(order), committed=True, nonce=new_id())
        (site.root / transit.folder / "Thumbs.db").write_text("x")
        other.recover()
        ahead[0] += 3
        assert other.recover().rolled_forward == 1
        assert not (site.root / transit.folder).exists()
        assert len(other.check().quarantined) == 1

    def test_a_folder_that_is_no_transit_is_told_and_left(self, site, other):
        (site.root / "transit" / "New folder").mkdir()
        assert other.recover().strange == ("transit/New folder",)
        assert (site.root / "transit" / "New folder").is_dir()

    def test_only_what_was_published_otherwise_is_swept_from_tmp(self, site, other, body, new_id, ahead):
        staged, published, young = body(), body(), body()
        other.move("m", other.publish("op", published), "pass")
        other.publish("op2", young)
        names = {order.order: f"{name_of(order)}.{new_id()}" for order in (staged, published, young)}
        for order in (staged, published, young):
            path = site.root / "tmp" / names[order.order]
            path.write_bytes(encode(order, KEY))
            if order is not young:
                os.utime(path, (time.time() - 7200, time.time() - 7200))
        assert other.recover().tmp_deleted == 1
        left = {path.name for path in (site.root / "tmp").iterdir()} - {".clock"}
        # A staged order whose station is off for days is nowhere else: its only file must wait for it.
        assert left == {names[staged.order], names[young.order]}

    def test_of_held_orders_plans_and_answers_no_old_attempts_stay_in_tmp(self, site, other, body, new_id):
        kept, waiting = body(), body()
        other.publish("op", kept, "held/waiting")
        old = [f"{name_of(kept)}.{new_id()}", f"000000007.plan.{new_id()}", f"{new_id()}.answer"]
        stays = [f"{name_of(waiting)}.{new_id()}", "notes.txt"]
        for name in (*old, *stays):
            path = site.root / "tmp" / name
            path.write_bytes(b"x")
            os.utime(path, (time.time() - 7200, time.time() - 7200))
        young = site.root / "tmp" / f"000000008.plan.{new_id()}"
        young.write_bytes(b"x")
        assert other.recover().tmp_deleted == len(old)
        assert {path.name for path in (site.root / "tmp").iterdir()} - {".clock"} == {*stays, young.name}


class TestQuarantine:
    def test_a_refused_file_is_set_aside_with_the_reason_beside_it(self, site, floor):
        (site.root / "inbox" / "evil file.sss").write_text("x")
        floor.quarantine("inbox/evil file.sss", "it is unsigned")
        aside = sorted(path.name for path in (site.root / "quarantine").iterdir())
        assert len(aside) == 2
        assert aside[1] == f"{aside[0]}.why"
        assert aside[0].startswith("evil_file.")
        assert "it is unsigned" in (site.root / "quarantine" / aside[1]).read_text()
        assert (site.root / "quarantine" / aside[0]).read_text() == "x"

    def test_two_of_one_name_both_stay(self, site, floor):
        for place in ("inbox", "pass"):
            (site.root / place / "a.sss").write_text(place)
            floor.quarantine(f"{place}/a.sss", "why")
        kept = {path.read_text() for path in (site.root / "quarantine").iterdir() if path.suffix == ".sss"}
        assert kept == {"inbox", "pass"}

    def test_one_that_is_gone_already_leaves_no_reason_behind(self, site, floor):
        floor.quarantine("inbox/a.sss", "why")
        assert list((site.root / "quarantine").iterdir()) == []


class TestReadAndScan:
    def test_a_torn_token_is_refused(self, site, floor, body):
        spot = floor.publish("op", body())
        data = (site.root / spot.path).read_bytes()
        (site.root / spot.path).write_bytes(data[:-1])
        with pytest.raises(TokenError, match="torn"):
            floor.read(spot)

    def test_a_token_that_moved_away_is_gone(self, floor, body):
        spot = floor.publish("op", body())
        floor.move("m", spot, "pass")
        with pytest.raises(Gone):
            floor.read(spot)

    def test_a_scan_tells_tokens_strangers_and_places_that_are_not_there_yet(self, site, floor, body):
        spot = floor.publish("op", body())
        (site.root / "inbox" / "notes.txt").write_text("x")
        scan = floor.scan(["inbox", "pass", "stations/new1", "done/2026-11-23"])
        assert scan.names == {"inbox": (spot.name,), "pass": (), "stations/new1": (), "done/2026-11-23": ()}
        assert scan.invalid["inbox"] == ("notes.txt",)
        assert scan.unknown == {}

    def test_a_place_that_cannot_be_read_is_unknown_and_never_empty(self, site, floor, body):
        floor.publish("op", body())
        for top in ("stations", "inbox"):
            (site.root / top).rename(site.root / f"{top}-away")
        scan = floor.scan(["inbox", "stations/grill1", "pass"])
        assert set(scan.names) == {"pass"}
        assert set(scan.unknown) == {"inbox", "stations/grill1"}

    def test_a_share_that_is_away_leaves_every_place_unknown(self, site, floor, monkeypatch):
        asked = []

        def away(_, folder):
            asked.append(folder)
            raise ShareAway("away")

        monkeypatch.setattr(type(floor._share), "list", away)
        scan = floor.scan(["inbox", "pass", "hold"])
        assert (scan.names, set(scan.unknown), asked) == ({}, {"inbox", "pass", "hold"}, ["inbox"])


class TestPresence:
    def test_who_touched_is_there_with_its_age_and_words(self, floor, other):
        floor.presence("GRILL1", b"one")
        time.sleep(0.3)
        other.presence("till2", b"two")
        there = other.who_is_there()
        assert {code: presence.data for code, presence in there.items()} == {"grill1": b"one", "till2": b"two"}
        assert 0.25 < there["grill1"].age_s < 10
        assert there["till2"].age_s < 0.2

    def test_an_onlooker_that_never_touched_sees_the_same(self, floor, other):
        floor.presence("grill1", b"one")
        assert other.who_is_there()["grill1"].age_s < 5

    def test_a_code_that_is_none_touches_nothing(self, floor):
        with pytest.raises(TokenError):
            floor.presence("../inbox/x", b"")


class TestCheck:
    def test_a_floor_at_work_is_whole(self, floor, body):
        for number in range(5):
            order = body()
            spot = floor.publish(f"p{number}", order)
            if number % 2:
                floor.replace(f"s{number}", spot, two_parts(order))
        check = floor.check(deep=True)
        assert (check.ok, check.orders, check.parts) == (True, 5, 7)

    def test_a_token_twice_is_double(self, site, floor, body):
        spot = floor.publish("op", body())
        (site.root / "pass" / str(spot.name.moved())).write_bytes((site.root / spot.path).read_bytes())
        (found,) = floor.check().double
        assert spot.path in found
        assert not floor.check().ok

    def test_a_parent_beside_its_parts_is_double(self, site, floor, body):
        order = body()
        spot = floor.publish("op", order)
        data = (site.root / spot.path).read_bytes()
        floor.replace("s", spot, two_parts(order))
        (site.root / "inbox" / str(spot.name)).write_bytes(data)
        assert floor.check().double

    def test_an_old_revision_beside_the_new_is_double(self, site, floor, body):
        order = body()
        spot = floor.publish("op", order)
        data = (site.root / spot.path).read_bytes()
        floor.replace("r", spot, [("pass", change(order, revision=1))])
        (site.root / "inbox" / str(spot.name)).write_bytes(data)
        assert floor.check().double

    def test_a_part_gone_is_missing(self, site, floor, body):
        order = body()
        spots = floor.replace("s", floor.publish("op", order), two_parts(order))
        (site.root / spots[1].path).unlink()
        assert len(floor.check().missing) == 1

    def test_a_revision_gone_is_missing(self, site, floor, body):
        order = body()
        (spot,) = floor.replace("r", floor.publish("op", order), [("pass", change(order, revision=1))])
        (site.root / spot.path).unlink()
        assert len(floor.check().missing) == 1

    def test_a_part_that_only_its_brother_knows_of_is_missing(self, site, floor, body):
        order = body(elsewhere=(Elsewhere(part="2", place="pass"),))
        floor.publish("op", order)
        assert floor.check().ok
        assert floor.check(deep=True).missing

    def test_a_quarantined_part_is_told_as_that_and_not_as_missing(self, site, floor, body):
        order = body()
        (spot,) = floor.replace("r", floor.publish("op", order), [("pass", change(order, revision=1))])
        floor.quarantine(spot.path, "torn")
        check = floor.check()
        assert (check.missing, len(check.quarantined)) == ((), 1)

    def test_a_floor_that_cannot_be_read_raises_and_is_not_empty(self, site, floor, body):
        floor.publish("op", body())
        (site.root / "inbox").rename(site.root / "elsewhere")
        with pytest.raises(NoFolder, match="inbox is not on the"):
            floor.check()
