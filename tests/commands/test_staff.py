"""`station staff …` as a shop's manager types it: people, cards and PINs, and no secret to be seen."""

import json
import os
import re
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import Masters
from printed import codes, sizes_mm, texts
from sqlalchemy import delete, select, update

from station import cli
from station.commands import staff as commands
from station.data.pin_hashes import right_pin
from station.data.queries.screens import load_shop
from station.data.session import reading, writing
from station.data.tables import ledger, staff
from station.domain.scans import identify, rotating_code
from station.errors import StationError

KEY = b"k" * 32
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
STATION = Path(sys.executable).with_name("station")


@pytest.fixture(scope="module")
def masters(tmp_path_factory):
    return Masters(tmp_path_factory.mktemp("masters"), lambda: None)


class Office:
    """A manager's station and its master; `types` is what is typed after `station staff`."""

    def __init__(self, folder, engine):
        self.home, self.engine, self._database = folder / "manager1", engine, folder / "master.db"
        self.home.mkdir()
        config = {"code": "manager1", "role": "manager", "share": {"kind": "directory", "path": str(folder / "floor")}}
        (self.home / "station.json").write_text(json.dumps({**config, "master": f"sqlite:///{self._database}"}))
        (self.home / "secrets.json").touch(mode=0o600)
        (self.home / "secrets.json").write_text(json.dumps({"token_key": KEY.hex()}))
        self.said, self._all_said = "", ""

    def types(self, *words, typed=None):
        """What the command printed, on one line; a mistake comes as its error."""
        result = CliRunner().invoke(cli.app, ["staff", *words, "--home", str(self.home)], input=typed)
        self.said, self._all_said = re.sub(r"\s+", " ", result.output).strip(), self._all_said + result.output
        if isinstance(result.exception, StationError):
            self._all_said += str(result.exception)
            raise result.exception
        assert result.exit_code == 0, result.output
        return self.said

    def people(self):
        self.types("list", "--json")
        return {one["code"]: one for one in json.loads(self.said)}

    def shop(self):
        with reading(self.engine) as conn:
            return load_shop(conn, "till1", datetime.now(UTC))

    def identify(self, code):
        return identify(code, self.shop().wallets, datetime.now(UTC), used={}, shop_key=KEY)

    def name_behind(self, code):
        found = self.identify(code)
        return next(one.name for one in self.shop().staff if one.id == found.staff)

    def kept(self):
        """All that the master holds, and all that was ever said."""
        files = b"".join(path.read_bytes() for path in self._database.parent.glob("master.db*"))
        return files.upper() + self._all_said.upper().encode()

    def audit(self):
        with reading(self.engine) as conn:
            return conn.execute(select(ledger.audit_events).order_by(ledger.audit_events.c.seq)).all()

    def leaves(self, code):
        with writing(self.engine) as conn:
            conn.execute(update(staff.staff).where(staff.staff.c.code == code).values(retired_at=NOW))


@pytest.fixture
def office(masters, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STATION_MASTER_URL", raising=False)
    engine = masters.seeded("sqlite", tmp_path / "master.db", NOW)
    yield Office(tmp_path, engine)
    engine.dispose()


def refused(office, *words, typed=None):
    """The sentence, and that nothing was changed."""
    before = office.audit()
    with pytest.raises(StationError) as raised:
        office.types(*words, typed=typed)
    assert office.audit() == before
    assert office.said == ""
    return str(raised.value)


def test_every_command_says_what_it_is_for():
    for words in ((), ("list",), ("add",), ("role",), ("card",), ("revoke",), ("pin",)):
        result = CliRunner().invoke(cli.app, ["staff", *words, "--help"])
        assert result.exit_code == 0
        assert len(result.output) > 300


def test_list_shows_who_gets_in_and_how(office):
    office.types("card", "amina")
    office.types("card", "amina", "--rotating")
    office.types("pin", "marc", typed="2580\n")
    office.leaves("joris")
    said = office.types("list")
    people = office.people()
    numbers = {one["kind"]: one["number"] for one in people["amina"]["cards"]}
    assert re.search(rf"amina Amina Benali cashier .*{numbers['rotating']} \(phone\)", said)
    assert re.search(rf"amina Amina Benali cashier .*{numbers['static']}", said)
    assert "marc Marc Peeters manager yes" in said
    assert "joris Joris De Smet cashier has left" in said
    assert (people["marc"]["pin"], people["amina"]["pin"]) == (True, False)
    assert (people["joris"]["retired"], people["amina"]["retired"]) == (True, False)
    assert people["lotte"]["roles"] == ["cashier", "cook"]


def test_somebody_is_added_and_told_how_to_get_in(office):
    said = office.types("add", "zofia", "Žofia", "cook", "cashier", "--full-name", "Žofia Großmann", "--by", "marc")
    assert said == (
        "Žofia is on the staff list as zofia: cook, cashier. "
        "To get in, Žofia needs a card (station staff card zofia) or a PIN (station staff pin zofia)."
    )
    new = office.people()["zofia"]
    assert (new["name"], new["full_name"], new["roles"]) == ("Žofia", "Žofia Großmann", ["cashier", "cook"])
    marc = next(one.id for one in office.shop().staff if one.name == "Marc")
    assert [(row.kind, row.staff_id) for row in office.audit()] == [("staff.added", marc)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("amina", "Amina", "cook"), "the code 'amina' is Amina's already"),
        (("bo", "Bo", "king"), "there is no role 'king'; the roles are cashier, cook, manager, shift_lead"),
        (("Bo Vos", "Bo", "cook"), "'Bo Vos' is no staff code: 1 to 12 small letters and digits"),
        (("abcdefghijklm", "Bo", "cook"), "is no staff code"),
        (("bo", "B" * 61, "cook"), "a name has 1 to 60 characters; this one has 61"),
        (("bo", "  ", "cook"), "a name has 1 to 60 characters"),
        (("bo", "Bo", "cook", "--full-name", "B" * 121), "a full name has 1 to 120 characters; this one has 121"),
        (("bo", "Bo", "cook", "--by", "zed"), "nobody has the code 'zed'"),
    ],
)
def test_who_cannot_be_added(office, words, said):
    assert said in refused(office, "add", *words)
    assert len(office.people()) == 8


def test_roles_are_those_and_no_others(office):
    assert office.types("role", "lotte", "shift_lead", "cook") == "Lotte now has: shift_lead, cook."
    assert office.people()["lotte"]["roles"] == ["cook", "shift_lead"]
    assert "there is no role 'king'" in refused(office, "role", "lotte", "cook", "king")
    assert "nobody has the code 'zed'" in refused(office, "role", "zed", "cook")
    assert office.people()["lotte"]["roles"] == ["cook", "shift_lead"]


def test_a_card_to_print_lets_its_owner_in_and_says_what_to_do_with_it(office, tmp_path):
    said = office.types("card", "amina", "--by", "marc")
    (card,) = office.people()["amina"]["cards"]
    made = {path.name: path for path in (tmp_path / "cards").iterdir()}
    assert set(made) == {f"card-{card['number']}.{kind}" for kind in ("pdf", "png", "svg")}
    assert f"Amina has a new card, number {card['number']}:" in said
    assert all(f"cards/{name} " in said for name in made)
    assert "delete the files: whoever has a file has the card" in said
    assert "shown this once and cannot be made again" in said
    printed = made[f"card-{card['number']}.pdf"]
    assert sizes_mm(printed) == [(85.60, 53.98)]
    spaced = f"{card['number'][:4]} {card['number'][4:]}"
    assert texts(printed) == [f"De Pan Staff card Amina Cashier Card number {spaced}"]
    (code,) = codes(printed)
    assert codes(made[f"card-{card['number']}.png"]) == [code]
    assert office.name_behind(code) == "Amina"


def test_several_cards_come_on_a_sheet_too(office, tmp_path):
    said = office.types("card", "amina", "sofie", "tomasz", "--out", "new/ones")
    folder = tmp_path / "new" / "ones"
    assert "All of them on A4: new/ones/cards.pdf" in said
    assert len(list(folder.iterdir())) == 3 * 3 + 1
    assert sizes_mm(folder / "cards.pdf") == [(210.0, 297.0)]
    assert [office.name_behind(code) for code in codes(folder / "cards.pdf")] == ["Amina", "Sofie", "Tomasz"]
    office.types("card", "amina", "sofie", "--out", "none", "--no-sheet")
    office.types("card", "amina", "--out", "one", "--sheet")
    assert not (tmp_path / "none" / "cards.pdf").exists()
    assert len(codes(tmp_path / "one" / "cards.pdf")) == 1


def test_a_sheet_that_is_there_is_not_replaced(office, tmp_path):
    office.types("card", "amina", "sofie")
    before = (tmp_path / "cards" / "cards.pdf").read_bytes()
    assert "cards/cards.pdf is there already: print it and delete it" in refused(office, "card", "kofi", "elif")
    assert (tmp_path / "cards" / "cards.pdf").read_bytes() == before
    office.types("card", "kofi")


def test_a_card_for_a_phone_is_a_key_and_a_google_pass(office, tmp_path):
    said = office.types("card", "kofi", "--rotating", "--google-issuer", "3388000000012345678")
    (card,) = office.people()["kofi"]["cards"]
    assert card["kind"] == "rotating"
    key = tmp_path / "cards" / f"card-{card['number']}.key"
    wallet = tmp_path / "cards" / f"card-{card['number']}.google.json"
    assert sorted((tmp_path / "cards").iterdir()) == sorted([key, wallet])
    assert "its pass for Google Wallet" in said
    assert "Bring it onto the phone, then delete the files" in said
    shown = rotating_code(card["number"], bytes.fromhex(key.read_text()), datetime.now(UTC))
    assert office.name_behind(shown) == "Kofi"
    (one,) = json.loads(wallet.read_text())["genericObjects"]
    assert one["id"] == f"3388000000012345678.card_{card['number']}"
    assert one["rotatingBarcode"]["totpDetails"]["parameters"][0]["key"] == key.read_text().strip().upper()
    office.types("card", "kofi", "elif", "--rotating", "--out", "more")
    assert [path.suffix for path in (tmp_path / "more").iterdir()] == [".key", ".key"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("zed",), "nobody has the code 'zed'; `station staff list` shows who works here"),
        (("amina", "zed"), "nobody has the code 'zed'"),
        (("joris",), "Joris (joris) has left and can have no card, PIN or role"),
        (("amina", "--rotating", "--sheet"), "there is nothing to print"),
        (("amina", "--google-issuer", "12345"), "add --rotating, or leave out --google-issuer"),
        (("amina", "--rotating", "--google-issuer", "acme"), "'acme' is no issuer ID of Google Wallet"),
        (("amina", "--out", "master.db"), "master.db cannot be a folder for cards: File exists; give another --out"),
    ],
)
def test_what_makes_no_card(office, tmp_path, words, said):
    office.leaves("joris")
    assert said in refused(office, "card", *words)
    assert not list(tmp_path.rglob("card-*"))
    assert all(one["cards"] == [] for one in office.people().values())


def test_a_card_that_is_blocked_lets_nobody_in_and_blocking_it_twice_does_no_harm(office, tmp_path):
    office.types("card", "amina")
    (card,) = office.people()["amina"]["cards"]
    (code,) = codes(tmp_path / "cards" / f"card-{card['number']}.png")
    for number in (card["number"], f"{card['number'][:4]} {card['number'][4:]}"):
        said = office.types("revoke", number, "--by", "marc")
        assert f"Amina's card {card['number']} is blocked" in said
        assert "A station that cannot reach the shop's PC lets it in until it can." in said
    assert office.identify(code).why == "revoked"
    assert office.people()["amina"]["cards"] == []
    assert [row.kind for row in office.audit()] == ["staff.card_issued", "staff.card_revoked"]
    assert "there is no card '00000000'" in refused(office, "revoke", "00000000")


def test_a_pin_comes_from_standard_input(office):
    assert office.types("pin", "amina", typed="2580\n") == "Amina has a new PIN."
    (pin,) = office.shop().pins.values()
    assert right_pin("2580", pin.argon2id, KEY)


@pytest.mark.parametrize("easy", ["1234", "1111", "1212", "1987", "12", "123456789", "abcd", "", "25 80"])
def test_an_easy_or_wrong_pin_is_refused_and_the_old_one_stays(office, easy):
    office.types("pin", "amina", typed="2580\n")
    before = dict(office.shop().pins)
    assert refused(office, "pin", "amina", typed=f"{easy}\n")
    assert office.shop().pins == before


def test_a_pin_is_asked_for_twice_and_only_for_somebody_who_works_here(office, monkeypatch):
    asked, answers = [], []

    def getpass(prompt):
        asked.append(prompt)
        return answers.pop(0)

    monkeypatch.setattr(commands.getpass, "getpass", getpass)
    monkeypatch.setattr(commands, "sys", type("Sys", (), {"stdin": type("Tty", (), {"isatty": lambda _: True})()}))
    answers[:] = ["2580", "2581"]
    assert "the two PINs differ; nothing was changed" in refused(office, "pin", "amina")
    answers[:] = ["2580", "2580"]
    assert office.types("pin", "amina") == "Amina has a new PIN."
    assert asked == ["New PIN for Amina: ", "Once more: "] * 2
    office.leaves("joris")
    assert "nobody has the code 'zed'" in refused(office, "pin", "zed")
    assert "Joris (joris) has left" in refused(office, "pin", "joris")
    assert len(asked) == 4


def test_no_secret_is_said_or_kept(office, tmp_path):
    office.types("card", "amina", "sofie")
    office.types("card", "kofi", "--rotating", "--google-issuer", "123456")
    office.types("pin", "amina", typed="258014\n")
    office.types("list")
    office.types("list", "--json")
    with pytest.raises(StationError):
        office.types("pin", "amina", typed="987654321\n")
    folder = tmp_path / "cards"
    static = codes(folder / "cards.pdf")
    secrets = [*static, *(code[2:-1] for code in static), next(folder.glob("*.key")).read_text().strip()]
    assert len(secrets) == 5
    kept = office.kept()
    for secret in (*secrets, "258014", "987654321"):
        assert secret.upper().encode() not in kept
    for path in folder.glob("*.svg"):
        assert not any(secret in path.read_text() for secret in secrets)


def test_files_are_private_whatever_the_umask_and_errors_are_one_line(office, tmp_path):
    environment = {**os.environ, "STATION_HOME": str(office.home)}

    def run(*words):
        command = ["sh", "-c", 'umask 000; exec "$0" "$@"', STATION, "staff", *words]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, input="2580\n"
        )

    done = run("card", "amina", "elif")
    assert (done.returncode, done.stderr) == (0, "")
    made = list((tmp_path / "cards").iterdir())
    assert len(made) == 7
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
    assert not any(code in done.stdout for code in codes(tmp_path / "cards" / "cards.pdf"))
    wrong = run("card", "zed")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == "station: nobody has the code 'zed'; `station staff list` shows who works here\n"
    assert run("pin", "elif").stdout == "Elif has a new PIN.\n"


def test_whoever_leaves_gets_in_nowhere_and_may_come_back(office, tmp_path):
    office.types("card", "joris")
    office.types("pin", "joris", typed="2580\n")
    (card,) = office.people()["joris"]["cards"]
    (code,) = codes(tmp_path / "cards" / f"card-{card['number']}.png")
    assert "Joris has left: 1 card blocked" in office.types("leave", "joris", "--by", "marc")
    assert office.identify(code).why == "revoked"
    gone = office.people()["joris"]
    assert (gone["retired"], gone["cards"], gone["pin"]) == (True, [], False)
    assert "joris" not in {one.name.lower() for one in office.shop().staff}
    assert [row.kind for row in office.audit()][-1] == "staff.left"
    assert "has left" in refused(office, "card", "joris")
    assert "has left" in refused(office, "leave", "joris")
    assert "Joris works here again" in office.types("back", "joris")
    assert "joris" in {one.name.lower() for one in office.shop().staff}
    assert office.people()["joris"]["cards"] == []
    assert office.identify(code).why == "revoked", "an old card stays blocked"
    assert "nobody with the code 'joris' has left" in refused(office, "back", "joris")


def test_only_who_may_manage_staff_does_it_under_their_name(office):
    assert "Amina may not manage staff; Marc may" in refused(office, "role", "kofi", "cashier", "--by", "amina")
    assert "Amina may not manage staff" in refused(office, "leave", "kofi", "--by", "amina")
    office.types("role", "kofi", "cashier", "--by", "marc")
    assert office.audit()[-1].staff_id is not None


def test_the_last_one_who_may_manage_staff_cannot_leave_and_a_shop_without_one_begins_with_anybody(office):
    assert "last one who may manage staff" in refused(office, "leave", "marc")
    assert "last one who may manage staff" in refused(office, "role", "marc", "cook", "--by", "marc")
    office.types("role", "amina", "manager")
    assert "Marc has left" in office.types("leave", "marc", "--by", "marc")
    with writing(office.engine) as conn:
        conn.execute(delete(staff.role_permissions).where(staff.role_permissions.c.permission_code == "staff.manage"))
    office.types("role", "kofi", "cashier", "--by", "kofi")
