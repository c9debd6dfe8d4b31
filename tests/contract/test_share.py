"""What every share must keep, tried on a local directory and on Samba."""

import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from station.demo.samba import PrivateSamba
from station.errors import OutcomeUnknown, ShareAway, ShareError, ShareFull
from station.tokens import smb_wire
from station.tokens.directory import DirectoryShare
from station.tokens.share import Gone, Moved, NoFolder, Taken
from station.tokens.smb import SmbAddress, SmbShare, open_share


class Bell:
    def __init__(self):
        self.rung = threading.Event()
        self.times = 0

    def __call__(self):
        self.times += 1
        self.rung.set()

    def heard(self, within_s=5.0):
        heard = self.rung.wait(within_s)
        self.rung.clear()
        return heard


class TestShare:
    def test_what_was_created_is_read_and_listed(self, share):
        share.make_folder("inbox")
        share.create("inbox/a.sss", b"hello")
        assert share.read("inbox/a.sss") == b"hello"
        (entry,) = share.list("inbox")
        assert (entry.name, entry.is_folder, entry.size) == ("a.sss", False, 5)
        assert abs(entry.modified - datetime.now(UTC)) < timedelta(seconds=30)

    def test_a_read_stops_at_its_limit(self, share):
        share.create("a", bytes(1000))
        assert share.read("a", limit=10) == bytes(10)

    def test_an_empty_file_reads_as_nothing(self, share):
        share.create("empty", b"")
        assert share.read("empty") == b""

    def test_the_largest_token_goes_in_and_one_byte_more_is_seen(self, share):
        share.create("big", bytes(64 * 1024 + 5))
        assert len(share.read("big")) == 64 * 1024 + 1

    def test_a_missing_file_is_gone(self, share):
        share.make_folder("inbox")
        for path in ("inbox/a", "nowhere/a"):
            with pytest.raises(Gone):
                share.read(path)

    def test_create_is_exclusive_and_leaves_what_is_there(self, share):
        share.create("a", b"first")
        with pytest.raises(Taken):
            share.create("a", b"second")
        assert share.read("a") == b"first"

    def test_create_in_a_missing_folder_says_so(self, share):
        with pytest.raises(NoFolder):
            share.create("nowhere/a", b"")

    def test_a_missing_folder_is_not_an_empty_one(self, share):
        share.make_folder("empty")
        assert share.list("empty") == []
        with pytest.raises(NoFolder):
            share.list("nowhere")
        with pytest.raises(NoFolder):
            share.list("nowhere/at/all")

    def test_a_file_is_no_folder(self, share):
        share.create("a", b"")
        with pytest.raises(ShareError):
            share.list("a")

    def test_a_folder_of_1000_is_listed_whole(self, site, share):
        names = {f"01m83ygdartrgv2edtsvran2dg.t1-{n}.p1.r0.h0.n1.sss" for n in range(1000)}
        (site.root / "deep").mkdir()
        for name in names:
            (site.root / "deep" / name).touch()
        assert {entry.name for entry in share.list("deep")} == names

    def test_a_folder_too_large_for_one_answer_is_listed_whole(self, site, share):
        names = {f"{n:06d}-{'x' * 150}" for n in range(4000)}
        (site.root / "deep").mkdir()
        for name in names:
            (site.root / "deep" / name).touch()
        assert {entry.name for entry in share.list("deep")} == names

    def test_a_move_takes_the_file_along(self, share):
        share.make_folder("b")
        share.create("a", b"x")
        assert share.move("a", "b/c") is Moved.MOVED
        assert share.read("b/c") == b"x"
        assert share.move("a", "b/d") is Moved.GONE

    def test_a_move_never_replaces(self, share):
        share.create("a", b"a")
        share.create("b", b"b")
        assert share.move("a", "b") is Moved.COLLISION
        assert (share.read("a"), share.read("b")) == (b"a", b"b")

    def test_a_move_to_a_missing_folder_says_so_and_moves_nothing(self, share):
        share.create("a", b"a")
        assert share.move("a", "nowhere/a") is Moved.NO_FOLDER
        assert share.read("a") == b"a"

    def test_a_move_from_a_missing_folder_says_so(self, share):
        assert share.move("nowhere/a", "a") is Moved.NO_FOLDER

    def test_a_deleted_file_is_gone_and_may_be_deleted_again(self, share):
        share.create("a", b"a")
        assert share.delete("a")
        assert share.delete("a")
        with pytest.raises(Gone):
            share.read("a")

    def test_folders_are_made_with_those_above_and_may_be_there_already(self, share):
        share.make_folder("stations/grill1/deep")
        share.make_folder("stations/grill1/deep")
        assert share.list("stations/grill1/deep") == []

    def test_a_full_folder_stays_and_an_empty_one_goes(self, share):
        share.make_folder("a")
        share.create("a/x", b"")
        share.remove_folder("a")
        assert [entry.name for entry in share.list("a")] == ["x"]
        share.delete("a/x")
        share.remove_folder("a")
        share.remove_folder("a")
        with pytest.raises(NoFolder):
            share.list("a")

    def test_touch_writes_anew_and_tells_the_shares_clock(self, site, share):
        first = share.touch("me", b"1")
        time.sleep(0.05)
        second = share.touch("me", b"22")
        assert timedelta(0) < second - first < timedelta(seconds=20)
        assert abs(second - datetime.now(UTC)) < timedelta(seconds=30)
        assert share.read("me") == b"22"
        assert share.list("")[0].modified == second

    def test_a_path_cannot_leave_the_floor(self, share):
        for path in ("../a", "/a", "a//b", "a/./b", "a/../../b", "a\0b"):
            with pytest.raises(ShareError, match="no path below the floor"):
                share.create(path, b"")

    def test_a_bell_rings_for_what_comes_and_goes(self, site, share):
        share.make_folder("inbox")
        bell = Bell()
        watcher = share.watch("inbox", False, bell)
        time.sleep(0.1)
        other = site.open()
        other.create("inbox/a", b"")
        assert bell.heard()
        time.sleep(0.1)
        bell.rung.clear()
        other.delete("inbox/a")
        assert bell.heard()
        watcher.close()

    def test_a_recursive_bell_rings_for_folders_made_later(self, site, share):
        share.make_folder("stations")
        bell = Bell()
        watcher = share.watch("stations", True, bell)
        time.sleep(0.1)
        other = site.open()
        other.make_folder("stations/grill1")
        assert bell.heard()
        time.sleep(0.2)
        bell.rung.clear()
        other.create("stations/grill1/a", b"")
        assert bell.heard()
        watcher.close()

    def test_a_closed_bell_is_silent(self, site, share):
        share.make_folder("inbox")
        bell = Bell()
        share.watch("inbox", False, bell).close()
        bell.rung.clear()
        site.open().create("inbox/a", b"")
        assert not bell.heard(0.3)

    def test_more_changes_than_a_watch_can_hold_still_ring(self, site, share):
        share.make_folder("inbox")
        seen = set()

        def look():
            seen.update(entry.name for entry in site.opened[1].list("inbox"))

        site.open()
        bell = Bell()
        watcher = share.watch("inbox", False, bell)
        for number in range(3000):
            (site.root / "inbox" / str(number)).touch()
        time.sleep(0.2)
        assert bell.heard()
        watcher.close()
        look()
        assert len(seen) == 3000

    def test_watching_a_missing_folder_says_so(self, share):
        with pytest.raises(NoFolder):
            share.watch("nowhere", False, Bell())

    def test_a_share_that_went_away_is_unknown_and_never_empty(self, site, share):
        share.make_folder("inbox")
        site.root.rename(site.root.with_name(site.root.name + "-away"))
        try:
            for attempt in (
                lambda: share.list("inbox"),
                lambda: share.list(""),
                lambda: share.read("inbox/a"),
                lambda: share.delete("inbox/a") or pytest.fail("busy"),
            ):
                with suppress(ShareError):
                    assert attempt() is True
        finally:
            site.root.with_name(site.root.name + "-away").rename(site.root)
        share.reconnect()
        assert share.list("inbox") == []

    def test_reconnecting_changes_nothing(self, share):
        share.create("a", b"a")
        share.reconnect()
        share.reconnect()
        assert share.read("a") == b"a"


class TestDirectory:
    def test_a_missing_root_is_said_at_once(self, tmp_path):
        with pytest.raises(ShareAway, match="is not there; create it"):
            DirectoryShare(tmp_path / "nothing")

    def test_a_full_disk_publishes_nothing(self, tmp_path):
        with small_disk(tmp_path) as root:
            fill_and_try(DirectoryShare(root), root)

    def test_a_read_only_disk_says_so(self, tmp_path):
        with small_disk(tmp_path) as root:
            share = DirectoryShare(root)
            subprocess.run(["mount", "-o", "remount,ro", root], check=True)
            with pytest.raises(ShareError, match="read-only"):
                share.create("a", b"")


class TestSmb:
    def test_a_mover_that_finds_the_file_held_is_told_busy(self, smb_site):
        share, other = smb_site.open(), smb_site.open()
        share.create("a", b"x")
        with held(other, "a"):
            assert share.move("a", "b") is Moved.BUSY
            assert not share.delete("a")
        assert share.move("a", "b") is Moved.MOVED

    def test_a_reader_never_hinders_a_mover(self, smb_site):
        share, other = smb_site.open(), smb_site.open()
        share.create("a", b"x")
        with held(other, "a", access=0x1, sharing=0x7):
            assert share.move("a", "b") is Moved.MOVED

    def test_a_full_disk_publishes_nothing(self, tmp_path):
        with small_disk(tmp_path) as root, running(tmp_path / "server", root=root) as server:
            fill_and_try(open_share(server.address), root)

    def test_a_read_only_share_says_what_to_do(self, tmp_path):
        with running(tmp_path, options={"read only": "yes"}) as server:
            (server.root / "a").write_text("x")
            share = open_share(server.address)
            assert share.read("a") == b"x"
            for attempt in (lambda: share.create("b", b""), lambda: share.move("a", "b"), lambda: share.delete("a")):
                with pytest.raises(ShareError, match="read-only or lacks a right; give this user 'Change'"):
                    attempt()
            share.close()

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"password": "wrong"}, "the user or the password is wrong; correct user and password"),
            ({"user": "nobody-here"}, "the user or the password is wrong; correct user and password"),
            ({"share": "nonesuch"}, "is not offered by its server; correct the share's name"),
            ({"folder": "no/such/folder"}, "has no folder no/such/folder; correct the path"),
        ],
    )
    def test_a_wrong_address_says_what_to_correct(self, samba, change, sentence):
        with pytest.raises(ShareError, match=sentence) as caught:
            open_share(replace(samba.address, **change))
        assert not isinstance(caught.value, ShareAway)
        assert "\n" not in str(caught.value)

    def test_a_server_that_is_off_is_away(self, samba):
        with pytest.raises(ShareAway, match="cannot be reached; check the PC, the cable and the address"):
            open_share(replace(samba.address, port=1))
        with pytest.raises(ShareAway, match="cannot be reached"):
            open_share(replace(samba.address, host="no-such-host.invalid"))

    @pytest.mark.parametrize("words", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(64), b"\0\0\0\x08\xfeSMBgarb"])
    def test_a_server_that_speaks_something_else_is_away(self, samba, words):
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=answer_once, args=(server, words))
            thread.start()
            with pytest.raises(ShareAway, match="cannot be reached"):
                open_share(replace(samba.address, port=server.getsockname()[1]))
            thread.join()

    def test_a_server_that_says_nothing_is_away_in_seconds(self, samba):
        with socket.create_server(("127.0.0.1", 0)) as server:
            begun = time.monotonic()
            with pytest.raises(ShareAway, match="cannot be reached"):
                open_share(replace(samba.address, port=server.getsockname()[1]))
            assert time.monotonic() - begun < 10

    def test_a_folder_that_goes_while_it_is_listed_is_no_folder(self, smb_share, monkeypatch):
        smb_share.make_folder("a")
        asked = smb_share._ask

        def ask(messages):
            answers = list(asked(messages))
            if len(answers) == 4:
                answers[1] = replace(answers[1], status=0xC0000034)
            return answers

        monkeypatch.setattr(smb_share, "_ask", ask)
        with pytest.raises(NoFolder):
            smb_share.list("a")

    def test_a_receiver_that_dies_of_anything_is_a_lost_connection(self, smb_site):
        share = smb_site.open()
        share._link._connection._t_exc = IndexError("out of range")
        with pytest.raises(OutcomeUnknown):
            share.move("a", "b")
        share.reconnect()
        assert share.list("") == []

    def test_the_password_is_in_no_text(self, samba):
        address = replace(samba.address, password="s3cret-words")
        with pytest.raises(ShareError) as caught:
            open_share(address)
        share = SmbShare(address)
        texts = [repr(address), str(address), repr(share), str(caught.value), repr(caught.value.__cause__)]
        assert not any("s3cret" in text for text in texts)

    def test_an_encrypted_connection_works_like_any_other(self, samba):
        share = open_share(replace(samba.address, encrypt=True))
        share.create("secret", b"x" * 60_000)
        assert share.move("secret", "secret2") is Moved.MOVED
        assert share.read("secret2") == b"x" * 60_000
        share.delete("secret2")
        share.close()

    def test_a_dead_server_makes_changes_unknown_and_answers_away(self, tmp_path):
        with running(tmp_path) as server:
            share = open_share(server.address)
            share.create("a", b"x")
            server.kill()
            with pytest.raises(ShareAway):
                share.list("")
            with pytest.raises(ShareAway, match="not connected"):
                share.move("a", "b")
            with pytest.raises(ShareAway):
                share.reconnect()
            server.start()
            share.reconnect()
            assert share.move("a", "b") is Moved.MOVED
            share.close()

    def test_a_hung_server_ends_every_wait_and_a_late_move_never_comes_after_the_reconnect(self, tmp_path):
        with running(tmp_path) as server:
            share = open_share(server.address, answer_s=1.0)
            share.make_folder("x")
            share.create("a", b"x")
            (child,) = server.children()
            stop(child)
            begun = time.monotonic()
            with pytest.raises(OutcomeUnknown):
                share.move("a", "x/b")
            assert time.monotonic() - begun < 5
            threading.Timer(1.0, go_on, [child]).start()
            deadline = time.monotonic() + 30
            while True:
                try:
                    share.reconnect()
                    break
                except ShareAway:
                    assert time.monotonic() < deadline
            first = (server.root / "a").exists()
            time.sleep(0.5)
            assert (server.root / "a").exists() == first
            assert share.move("a", "x/b") is (Moved.MOVED if first else Moved.GONE)
            share.close()

    def test_a_session_that_is_severed_ends_at_once(self, smb_site):
        old, new = smb_site.open(), smb_site.open()
        new.sever(old.session)
        new.sever(old.session)
        with pytest.raises(ShareAway):
            old.list("")
        assert new.list("") == []

    def test_a_bell_rings_when_the_connection_is_lost_and_lives_on_after(self, tmp_path):
        with running(tmp_path) as server:
            share = open_share(server.address)
            bell = Bell()
            share.watch("", True, bell)
            bell.rung.clear()
            server.kill()
            assert bell.heard()
            server.start()
            share.reconnect()
            time.sleep(0.3)
            bell.rung.clear()
            (server.root / "new").touch()
            assert bell.heard()
            share.close()

    def test_an_address_reads_as_people_write_it(self):
        address = SmbAddress("hub", 445, "shop", "live/floor", "station", "x")
        assert str(address) == r"\\hub\shop\live\floor"


class running:  # noqa: N801 - reads as a sentence in `with`
    def __init__(self, folder, **kwargs):
        self.server = PrivateSamba(folder, **kwargs)

    def __enter__(self):
        return self.server

    def __exit__(self, *_):
        self.server.stop()


class small_disk:  # noqa: N801 - reads as a sentence in `with`
    """A file system of 1 MB."""

    def __init__(self, tmp_path):
        self.root = tmp_path / "small"

    def __enter__(self):
        self.root.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0777", "tmpfs", self.root], check=True)
        return self.root

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.root], check=True)


class held:  # noqa: N801 - reads as a sentence in `with`
    """A handle on a file, as a mover in the middle of its move has it."""

    def __init__(self, share, path, access=0x110002, sharing=0x1):
        self.link = share._link
        (opened,) = self.link.exchange([smb_wire.create(share._at(path), access, sharing, 1, 0x40)])
        assert opened.status == 0
        self.file_id = smb_wire.created_id(opened.data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.link.exchange([smb_wire.close(self.file_id)])


def answer_once(server, words):
    connection, _ = server.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(words)


def fill_and_try(share, root):
    number = 0
    while sum(path.stat().st_size for path in root.iterdir()) < 900_000:
        share.create(f"{number}", bytes(60_000))
        number += 1
    for _ in range(3):
        with suppress(ShareFull):
            share.create(f"{number}", bytes(60_000))
            number += 1
    with pytest.raises(ShareFull, match="free some space"):
        share.create(f"{number}", bytes(60_000))
    # What could not be written is not there, not even empty, and what was there is whole.
    assert not (root / str(number)).exists()
    assert all(len(share.read(str(n))) == 60_000 for n in range(number))
    share.delete("0")
    share.create("again", bytes(60_000))
    assert share.read("again") == bytes(60_000)
    share.close()


def stop(pid):
    os.kill(pid, signal.SIGSTOP)


def go_on(pid):
    os.kill(pid, signal.SIGCONT)
