"""The figures of a day once more, by another path: plain sums over the facts' JSON, with no code of the project.

Neither rows nor queries, neither the ledger nor the domain's records: what is written here is what the words of a report mean.
"""

import json
from collections import Counter, defaultdict


def recomputed(facts, station=""):
    """`facts`: (station, JSON text) pairs. `station`: of that one only."""
    sums, rates, back_rates = Counter(), defaultdict(Counter), defaultdict(Counter)
    kinds, drawers, off = defaultdict(Counter), {}, defaultdict(Counter)
    discounted = defaultdict(set)
    read = [(code, json.loads(text)) for code, text in facts]
    read = _with_what_payers_tell(read)
    sold_at = {fact["order"]: code for code, fact in read if fact["kind"] == "order.sent"}
    for code, fact in read:
        kind = fact["kind"]
        if kind in {"order.sent", "order.paid"} and (not station or sold_at[fact["order"]] == station):
            _discounts(fact, sums, rates, off, discounted)
        if station and code != station:
            continue
        if kind == "order.sent":
            sums["orders"] += 1
            sums["deposits_back"] += fact.get("deposits_back_minor", 0)
        if kind in {"order.sent", "order.changed"}:
            for line in fact.get("lines", []):
                _line(line, sums, rates)
        if kind in {"order.sent", "order.paid", "order.changed"}:
            _tenders(fact, sums, kinds)
        elif kind == "order.refunded":
            _refund(fact, sums, back_rates, kinds)
        elif kind == "tender.settled":
            sums[f"{fact['tender'].get('state', 'approved')}_later"] += fact["tender"]["amount_minor"]
        _drawer(fact, kind, drawers)
    refunded = {fact["order"] for code, fact in read if fact["kind"] == "order.refunded" and station in {"", code}}
    sums["refunds"] = len(refunded)
    return (
        sums,
        rates,
        back_rates,
        kinds,
        drawers,
        {name: (len(discounted[name]), one["amount"]) for name, one in off.items()},
    )


def _with_what_payers_tell(read):
    """Whoever is paid for an order tells all of it, also where its own till has not told yet."""
    known = {fact["order"] for _, fact in read if fact["kind"] == "order.sent"}
    known |= {fact["change"] for _, fact in read if fact["kind"] == "order.changed"}
    more = []
    for _, fact in read:
        if fact["kind"] == "order.paid":
            if fact["sale"]["order"] not in known:
                more.append((fact["sale"]["token"]["placed_on"], fact["sale"]))
            more += [(one["on"], one) for one in fact.get("changes", []) if one["change"] not in known]
    return [*read, *more]


def _discounts(fact, sums, rates, off, discounted):
    for one in fact.get("discounts", []):
        sums["discounts"] += one["amount_minor"]
        off[one["name"]]["amount"] += one["amount_minor"]
        discounted[one["name"]].add(fact["order"])
        rates[one["tax_bp"]]["gross"] -= one["amount_minor"]
        rates[one["tax_bp"]]["tax"] -= one["tax_minor"]


def _line(line, sums, rates):
    voids = "voids" in line
    total = line["count"] * line["unit_minor"]
    assert total == line["total_minor"]
    sums["items"] += -line["count"] if voids else line["count"]
    sums["voids" if voids else "lines"] += 1
    sums["voided" if voids else "sales"] += -total if voids else total
    sums["deposits"] += line.get("deposit_minor", 0) * line["count"]
    rates[line["tax_bp"]]["gross"] += total
    rates[line["tax_bp"]]["tax"] += line["tax_minor"]


def _tenders(fact, sums, kinds):
    sums["rounding"] += fact.get("rounding_minor", 0)
    for tender in fact.get("tenders", []):
        state = tender.get("state", "approved")
        if state == "approved":
            kinds[tender["kind"]]["count"] += 1
            kinds[tender["kind"]]["amount"] += tender["amount_minor"]
            kinds[tender["kind"]]["tips"] += tender.get("tip_minor", 0)
        elif state == "unknown":
            sums["unknown"] += 1
            sums["unknown_minor"] += tender["amount_minor"]


def _refund(fact, sums, back_rates, kinds):
    for part in fact["parts"]:
        goods = part["amount_minor"] - part.get("deposit_minor", 0) - part.get("rounding_minor", 0)
        back_rates[part["tax_bp"]]["gross"] += goods
        back_rates[part["tax_bp"]]["tax"] += part["tax_minor"]
        kinds[part["kind"]]["refunds"] += part["amount_minor"]
        sums["refunded"] += part["amount_minor"]


def _drawer(fact, kind, drawers):
    if kind == "drawer.opened":
        drawers[fact["session"]] = Counter(expected=fact["float_minor"], float=fact["float_minor"])
    elif kind == "drawer.moved":
        drawers[fact["session"]]["expected"] += fact.get("amount_minor", 0)
        drawers[fact["session"]]["no_sales"] += fact["move"] == "no_sale"
    elif kind == "drawer.counted":
        drawers[fact["session"]]["counted"] = fact["counted_minor"]
        assert fact["expected_minor"] == drawers[fact["session"]]["expected"], "the drawer's own figure"
    elif kind in {"order.sent", "order.paid", "order.changed"} and fact.get("drawer"):
        for tender in fact.get("tenders", []):
            if tender["kind"] == "cash":
                drawers[fact["drawer"]]["expected"] += tender["amount_minor"] + tender.get("tip_minor", 0)
    elif kind == "order.refunded" and fact.get("drawer"):
        drawers[fact["drawer"]]["expected"] -= sum(
            part["amount_minor"] for part in fact["parts"] if part["kind"] == "cash"
        )


def agrees(takings, found):
    """Every figure of the report that can be summed up, against the other path's. Raises AssertionError with both."""
    sums, rates, back_rates, kinds, drawers, off = found
    told = {
        "orders": takings.orders,
        "items": takings.items,
        "sales": takings.sales_minor,
        "voids": takings.voids,
        "voided": takings.voids_minor,
        "discounts": takings.discounts_minor,
        "deposits": takings.deposits_minor,
        "deposits_back": takings.deposits_back_minor,
        "refunds": takings.refunds,
        "refunded": takings.refunded_minor,
        "rounding": takings.rounding_minor,
        "unknown": takings.unknown,
        "unknown_minor": takings.unknown_minor,
    }
    assert told == {name: sums[name] for name in told}
    for told_rates, mine in ((takings.rates, rates), (takings.refund_rates, back_rates)):
        assert {one.tax_bp: (one.gross_minor, one.tax_minor) for one in told_rates} == {
            rate: (one["gross"], one["tax"]) for rate, one in mine.items()
        }
    assert {one.kind: (one.count, one.amount_minor, one.tips_minor, one.refunds_minor) for one in takings.tenders} == {
        kind: tuple(kinds[kind][name] for name in ("count", "amount", "tips", "refunds"))
        for kind in ("cash", "card", "voucher")
    }
    assert {one.name: (one.count, one.amount_minor) for one in takings.discounts} == off
    for drawer in takings.drawers:
        mine = drawers[drawer.session]
        assert drawer.expected_minor == mine["expected"]
        assert drawer.no_sales == mine["no_sales"]
        assert drawer.counted_minor == mine.get("counted")
    # And the whole: what guests owed is what they paid, gave back, or still owe.
    gross = sums["sales"] - sums["voided"] - sums["discounts"] + sums["deposits"] - sums["deposits_back"]
    taken = sum(one["amount"] for one in kinds.values()) + sums["unknown_minor"]
    assert takings.unpaid_minor == gross + sums["rounding"] - taken
    assert takings.disagreements() == ()
