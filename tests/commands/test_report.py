"""Every report says the same of the same day, as a table, a file and paper, from the master and from its replica."""

import csv
import io
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from station.data.replicated import pumping
from station.domain.facts import DayClosed, Entry
from tests.figures.days import Day
from tests.figures.test_figures import OpenShop
from tests.masters import mariadb_url
from tests.printed import sizes_mm, texts

STATION = Path(sys.executable).with_name("station")


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    opened = OpenShop(tmp_path_factory.mktemp("reports"))
    chance = random.Random(4)
    day = Day(opened.shop, chance).run(120).close_drawers()
    assert opened.bring(day, chance) == []
    wish = DayClosed(business_day=opened.shop.business_day_id, carried=("t1-044",))
    entry = Entry(seq=9_999, id=day.new_id(), fact=wish, staff=day.staff[0].id, at=day.at)
    assert opened.links["till1"].store("till1", [entry]).days[0].closed.number == 1
    yield opened
    opened.close()


@pytest.fixture
def report(closed):
    def run(*arguments, url=None):
        return subprocess.run(
            [STATION, "report", *arguments, "--url", url or closed.station.master_url],
            capture_output=True,
            text=True,
            check=False,
        )

    return run


DAYS = ("--from", "2020-01-01")


def rows(done):
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def cents(text):
    return int(text.replace(".", "")) if text else 0


def test_z_sales_items_and_staff_add_up_to_the_same(report):
    z = json.loads(report("z", "--json").stdout)
    goods = z["sales_minor"] - z["voids_minor"] - sum(one["amount_minor"] for one in z["discounts"])
    sales = rows(report("sales", *DAYS, "--csv", "-"))
    items = rows(report("items", *DAYS, "--csv", "-"))
    staff = rows(report("staff", *DAYS, "--csv", "-"))
    assert sales[0]["Z"] == "1"
    assert sum(cents(row["turnover"]) for row in sales) == goods
    assert sum(cents(row["turnover"]) for row in items) == goods
    assert sum(cents(row["goods"]) + cents(row["discounts"]) for row in staff) == goods
    assert sum(int(row["sold"]) for row in items) == z["items"] == sum(int(row["items"]) for row in staff)
    assert sum(int(row["orders"]) for row in staff) == z["orders"]
    refunded = sum(one["refunds_minor"] for one in z["tenders"] if "refunds_minor" in one)
    assert -sum(cents(row["refunded"]) for row in staff) == refunded
    assert sum(cents(row["net"]) + cents(row["tax"]) for row in sales) == goods


def test_z_as_a_file_has_what_z_as_a_record_has(report):
    z = json.loads(report("z", "--number", "1", "--json").stdout)
    table = rows(report("z", "--csv", "-"))
    found = {(row["section"], row["what"]): row for row in table}
    assert cents(found["Sold", "items"]["amount"]) == z["sales_minor"]
    assert ("Carried over", "t1-044") in found
    assert cents(found["Grand total", "now"]["amount"]) == cents(found["Sold", "turnover"]["amount"]) + sum(
        cents(row["amount"]) for key, row in found.items() if key[0] == "Refunds" and key[1].startswith("goods")
    )


def test_the_open_day_begins_with_nothing_and_the_grand_total_goes_on(report):
    x = json.loads(report("x", "--json").stdout)
    z = json.loads(report("z", "--json").stdout)
    assert x.get("orders", 0) == 0
    goods = z["sales_minor"] - z["voids_minor"] - sum(one["amount_minor"] for one in z["discounts"])
    back = sum(one["gross_minor"] for one in z["refund_rates"])
    assert x["grand_before_minor"] == goods - back, "the first day began with nothing"
    assert x["business_date"] > z["business_date"]


def test_paper_has_every_row_and_says_its_pages(report, tmp_path):
    for kind in ("z", "items", "staff", "sales", "audit"):
        path = tmp_path / f"{kind}.pdf"
        assert report(kind, *(() if kind == "z" else DAYS), "--pdf", str(path)).returncode == 0
        pages = texts(path)
        assert pages[-1].endswith(f"{len(pages)} of {len(pages)}")
        assert sizes_mm(path)[0] in {(210.0, 297.0), (297.0, 210.0), (297.01, 210.0), (210.0, 297.01)}
    names = [row["item"] for row in rows(report("items", *DAYS, "--csv", "-"))]
    together = " ".join(texts(tmp_path / "items.pdf"))
    assert all(name in together for name in names)


def test_the_audit_names_who_did_it_and_why(report):
    table = rows(report("audit", *DAYS, "--csv", "-"))
    kinds = {row["what"] for row in table}
    assert kinds >= {"order.refunded", "drawer.opened", "drawer.moved", "drawer.counted", "day.closed"}
    refunds = [row for row in table if row["what"] == "order.refunded"]
    assert all("because: cold" in row["about"] and "€" in row["about"] and row["person"] for row in refunds)
    only = rows(report("audit", *DAYS, "--kind", "drawer.counted", "--csv", "-"))
    assert {row["what"] for row in only} == {"drawer.counted"}
    assert len(only) == 2


def test_the_replica_says_the_same(closed, report, mariadb):
    cloud = mariadb_url(mariadb, "reports")
    with pumping(closed.station.master_url, cloud) as pump:
        while pump.copy() is not None:
            pass
        while pump.pump().taken:
            pass
    for kind in (("z",), ("sales", *DAYS), ("items", *DAYS), ("staff", *DAYS), ("audit", *DAYS)):
        here = report(*kind, "--csv", "-")
        done = subprocess.run(
            [
                *(STATION, "report", *kind, "--csv", "-", "--from-replica"),
                *("--url", closed.station.master_url),
                *("--replica-url", cloud._replace(password=None).render_as_string()),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "STATION_REPLICA_PASSWORD": cloud.password},
        )
        assert done.returncode == 0, done.stderr
        assert sorted(done.stdout.splitlines()) == sorted(here.stdout.splitlines()), kind


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("x", "--day", "25-11-2026"), "is no date; write it as 2026-11-25"),
        (("x", "--day", "1999-01-01"), "there is no business day 1999-01-01"),
        (("z", "--number", "9"), "there is no Z report 9"),
        (("x", "--station", "till9"), "the shop has no station 'till9'"),
        (("items", *DAYS, "--csv", "/nowhere/at/all.csv"), "could not be written"),
    ],
)
def test_what_cannot_be_reported_is_one_line(report, arguments, words):
    done = report(*arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
