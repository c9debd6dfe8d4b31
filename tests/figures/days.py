"""A random day of a shop, as the facts that its tills record: every kind of order, payment, discount, change, refund and drawer move."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from station.data.ids import derived_ulid
from station.domain import changing, discounts, draft, refunds, tenders
from station.domain.bills import Bill, Payment, billed, paid
from station.domain.draft import Draft, Reduction
from station.domain.facts import (
    DrawerCounted,
    DrawerMoved,
    DrawerOpened,
    Entry,
    OrderPaid,
    TenderSettled,
    TenderTaken,
)
from station.domain.ledger import Ledger, kept
from station.domain.orders import Sale, discounts_of, place
from station.domain.pricing import price
from station.domain.tenders import Due, due, rounding_of
from station.errors import OrderRefused


@dataclass
class OneTill:
    code: str
    entries: list[Entry] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    numbers: int = 0


class Day:
    """`chance` decides everything; the same chance makes the same day."""

    def __init__(self, shop, chance, tills=("till1", "till2"), start=None):
        # On the shop's own day, whenever that is.
        first = datetime.combine(date.fromisoformat(shop.business_day), time(0, 1), UTC)
        self.shop, self.chance, self.at = shop, chance, start or first
        self.tills = [OneTill(code) for code in tills]
        self.staff = [person for person in shop.staff if "order.take" in person.permissions]
        self.items = [item for item in shop.menu.items if not item.sold_out and item.left is None]
        self.ids = 0
        self.bills = {}
        self.refused = 0

    @property
    def step_minor(self):
        return self.shop.menu.cash_rounding_minor

    def new_id(self):
        self.ids += 1
        return derived_ulid(self.at, "figure", str(self.ids), str(id(self.chance)))

    def record(self, till, fact):
        self.at += timedelta(seconds=self.chance.randint(1, 40))
        person = self.chance.choice(self.staff)
        entry = Entry(seq=len(till.entries) + 1, id=self.new_id(), fact=fact, staff=person.id, at=self.at)
        till.entries.append(entry)
        till.ledger = kept([entry], till.ledger)
        return fact

    def run(self, steps):
        for till in self.tills:
            self.open_drawer(till)
        for _ in range(steps):
            till = self.chance.choice(self.tills)
            work = self.chance.choices(
                [self.sell, self.phone, self.pay_bill, self.change_bill, self.add, self.refund, self.move, self.settle],
                [50, 8, 10, 5, 7, 12, 5, 4],
            )[0]
            try:
                work(till)
            except OrderRefused:
                # What a till refuses leaves no fact.
                self.refused += 1
        return self

    def close_drawers(self):
        for till in self.tills:
            drawer = till.ledger.drawer
            if drawer is not None:
                off = self.chance.choice([0, 0, 0, -5, 20, -1000])
                self.record(
                    till,
                    DrawerCounted(
                        session=drawer.session,
                        business_day=drawer.business_day,
                        counted_minor=max(0, drawer.expected_minor + off),
                        expected_minor=drawer.expected_minor,
                    ),
                )
        return self

    def open_drawer(self, till):
        self.record(
            till,
            DrawerOpened(
                session=self.new_id(),
                business_day=self.shop.business_day_id,
                float_minor=self.chance.choice([0, 5_000, 15_005]),
            ),
        )

    def drawer(self, till):
        return till.ledger.drawer.session

    def draft(self):
        made = Draft()
        for _ in range(self.chance.randint(1, 5)):
            item = self.chance.choice(self.items)
            chosen = draft.defaults(item)
            for group in item.groups:
                for modifier in self.chance.sample(
                    group.modifiers, self.chance.randint(0, min(2, len(group.modifiers)))
                ):
                    try:
                        chosen = draft.toggled(item, chosen, modifier.id)
                    except OrderRefused:
                        continue
            for group in draft.open_groups(item, chosen):
                for modifier in group.modifiers[: group.minimum]:
                    chosen = (*chosen, modifier.id) if modifier.id not in chosen else chosen
            made = draft.add(made, item, self.new_id(), chosen)
            if self.chance.random() < 0.3:
                made = draft.count_changed(made, made.lines[-1].id, self.chance.choice([2, 3, 7, 30]))
        return draft.mode_changed(made, self.chance.choice(["eat_in", "take_away"]))

    def reduced(self, made):
        for _ in range(self.chance.choice([0, 0, 0, 1, 1, 2, 3])):
            line = self.chance.choice(made.lines).id if self.chance.random() < 0.5 else None
            own = [one for one in self.shop.menu.discounts if (one.scope == "line") == (line is not None)]
            if own and self.chance.random() < 0.4:
                chosen = self.chance.choice(own)
            else:
                percent = self.chance.random() < 0.6
                value = self.chance.choice([100, 333, 1_000, 1_999, 5_000]) if percent else self.chance.randint(1, 700)
                chosen = discounts.typed(
                    "percent" if percent else "amount", value, self.shop.menu.currency, on_line=line is not None
                )
            try:
                made = discounts.reduced(
                    made, Reduction(self.new_id(), chosen, line, "why not"), self.shop.profile.discount_limit_bp
                )
            except OrderRefused:
                self.refused += 1
        return made

    def tenders(self, total, till, order, *, told=True):
        """Payments until nothing is due, of every kind, in parts, with tips; kept one by one but for the last."""
        taken = []
        while True:
            left = due(total, taken, self.step_minor)
            if left == Due(0, 0) and (taken or total == 0):
                return tuple(taken)
            part = left
            if left.exact_minor > 200 and self.chance.random() < 0.25:
                part = tenders.part_of(left, self.chance.randint(1, left.exact_minor), self.step_minor)
            tender = self.tender(part)
            if tender is None:
                continue
            taken.append(tender)
            if told and due(total, taken, self.step_minor) != Due(0, 0):
                self.record(
                    till,
                    TenderTaken(
                        order=order,
                        number=f"{till.code[:1]}1-001",
                        business_day=self.shop.business_day_id,
                        tender=tender,
                    ),
                )

    def tender(self, part):
        kind = self.chance.choices(["cash", "card", "voucher"], [5, 4, 1])[0]
        tip = self.chance.choice([0, 0, 0, 50, 200])
        if kind == "cash":
            given = part.cash_minor + self.chance.choice([0, 0, 5, 230, 5_000])
            return tenders.cash(part, given + tip, self.new_id(), tip_minor=tip)
        if kind == "voucher":
            if not part.exact_minor:
                return None
            return tenders.voucher(part, self.chance.choice([100, 1_000, 5_000]), self.new_id(), "V1")
        if not part.exact_minor:
            return None
        state = self.chance.choices(["approved", "declined", "unknown"], [10, 2, 1])[0]
        return tenders.card(part, self.new_id(), "ref", state=state, tip_minor=0 if state == "declined" else tip)

    def sale(self, till):
        till.numbers += 1
        return Sale(
            self.new_id(),
            f"{till.code[:1]}{till.code[-1]}-{till.numbers:03d}",
            till.code,
            self.chance.choice(self.staff),
            self.shop.business_day_id,
            self.at,
            drawer=self.drawer(till),
        )

    def sell(self, till):
        made = self.reduced(self.draft())
        if self.chance.random() < 0.1:
            made = draft.deposit_back_changed(made, 200, self.chance.randint(1, 3))
        sale = self.sale(till)
        paid_by = self.tenders(price(made).total_minor, till, sale.order)
        self.record(till, place(made, paid_by, self.shop.menu, sale, (), self.new_id))

    def phone(self, till):
        sale = replace(self.sale(till), drawer=None)
        sent = place(self.draft(), (), self.shop.menu, sale, (), self.new_id, later=True)
        bill_id = self.new_id()
        self.record(till, billed(sent, bill_id, sale.staff.id))
        self.bills[bill_id] = Bill(sent, (), sale.staff.id)

    def pay_bill(self, till):
        if not self.bills:
            return
        bill_id = self.chance.choice(sorted(self.bills))
        bill = self.bills.pop(bill_id)
        shares = ()
        if self.chance.random() < 0.4 and bill.total_minor > 100:
            shares = self.off(bill)
        total = bill.total_minor - sum(one.amount_minor for one in shares)
        paid_by = self.tenders(total, till, bill.sale.order)
        self.record(till, paid(bill, bill_id, Payment(paid_by, shares, self.drawer(till)), self.step_minor))

    def off(self, bill):
        """A tenth off each line that is left, by the rules of an order that is rung up."""
        items = {item.id: item for item in self.shop.menu.items}
        lines = tuple(
            draft.DraftLine(line.id, replace(items[line.item], price_minor=line.unit_minor, groups=()), line.count)
            for line in bill.lines
        )
        made = Draft(lines=lines, mode=bill.sale.mode)
        given = Reduction(self.new_id(), discounts.typed("percent", 1_000, "EUR", on_line=False), None, "regular")
        return discounts_of(price(replace(made, reductions=(given,))).shares, self.new_id)

    def change_bill(self, till):
        if not self.bills:
            return
        bill_id = self.chance.choice(sorted(self.bills))
        bill = self.bills[bill_id]
        before = changing.Before(bill.sale, bill.lines, bill.next_part)
        left = {line.id: self.chance.randint(0, line.count - 1) for line in bill.lines if self.chance.random() < 0.4}
        added = self.draft() if self.chance.random() < 0.5 else Draft()
        added = replace(added, mode=bill.sale.mode)
        wish = changing.Wish(left, added, "changed their mind")
        fact = changing.change_unpaid(before, bill, bill_id, wish, replace(self.sale(till), drawer=None), self.new_id)
        self.record(till, fact)
        del self.bills[bill_id]
        if fact.bill is not None:
            self.bills[fact.bill.order] = Bill(bill.sale, (*bill.changes, fact), bill.staff)

    def sold_here(self, till):
        return [one for one in till.ledger.orders.values() if one.is_paid and not one.cancelled]

    def add(self, till):
        found = [one for one in self.sold_here(till) if one.payment is None]
        if not found:
            return
        one = self.chance.choice(found)
        added = replace(self.draft(), mode=one.sale.mode)
        sale = self.sale(till)
        paid_by = self.tenders(price(added).total_minor, till, sale.order)
        before = changing.Before(one.sale, tuple(now.line for now in one.lines), one.next_part)
        self.record(
            till,
            changing.change_paid(
                before, changing.Wish({}, added), sale, changing.Paying(paid_by, self.step_minor), self.new_id
            ),
        )

    def refund(self, till):
        found = self.sold_here(till)
        if not found:
            return
        one = self.chance.choice(found)
        wanted = refunds.everything(one)
        if self.chance.random() < 0.7:
            some = {
                key: self.chance.randint(1, left) for key, left in wanted.counts.items() if self.chance.random() < 0.6
            }
            wanted = refunds.Wanted(some, deposits=self.chance.random() < 0.7)
        asked = refunds.Asked("cold", self.shop.business_day_id, drawer=self.drawer(till))
        self.record(till, refunds.refund(one, wanted, asked, self.step_minor, self.new_id))

    def move(self, till):
        kind = self.chance.choice(["pay_in", "pay_out", "drop", "no_sale"])
        amount = {"pay_in": 1, "pay_out": -1, "drop": -1, "no_sale": 0}[kind] * self.chance.randint(1, 9_999)
        self.record(
            till,
            DrawerMoved(
                session=self.drawer(till),
                business_day=self.shop.business_day_id,
                move=kind,
                amount_minor=amount,
                why="because",
            ),
        )

    def settle(self, till):
        if not till.ledger.unsettled:
            return
        order, tender = self.chance.choice(till.ledger.unsettled)
        state = self.chance.choice(["approved", "declined"])
        tip = tender.tip_minor if state == "approved" else 0
        now = msgspec.structs.replace(tender, id=self.new_id(), state=state, tip_minor=tip)
        self.record(
            till,
            TenderSettled(
                order=order.sale.order,
                business_day=self.shop.business_day_id,
                tender=now,
                was=tender.id,
                drawer=self.drawer(till),
            ),
        )

    @property
    def facts(self):
        return [entry.fact for till in self.tills for entry in till.entries]


def closed_right(fact):
    """Whether an order's payments are its total: what it was rung up for, rounded where cash was paid."""
    total = fact.total_minor
    return tenders.paid_minor(fact.tenders) == total + fact.rounding_minor and fact.rounding_minor == rounding_of(
        total, fact.tenders
    )


def by_kind(facts):
    found = defaultdict(list)
    for fact in facts:
        found[type(fact)].append(fact)
    return found


__all__ = ["Day", "OneTill", "OrderPaid", "by_kind", "closed_right"]
