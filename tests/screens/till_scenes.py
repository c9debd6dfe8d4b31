"""Every sheet of a till that comes with money: how somebody gets to each of them, tap by tap."""

from dataclasses import replace

from station.renderers.role import Tap
from tests.renderers.keeper import Keeper


def _add(till, *names):
    for name in names:
        item = next(one for one in till.world.shop.menu.items if one.name == name)
        till.tap(f"category:{item.category_id}", f"item:{item.id}")
        if "modifiers:done" in till.actions():
            till.tap("modifiers:done")
    return till


def _ordered(till):
    return _add(till, "Classic burger", "Chips", "Cola", "Falafel bowl")


def _floated(till):
    return till.tap("daily", "amount:float").digits("150").tap("digit:00", "amount_done").later(10)


def _asked(till):
    till.do(Tap("pay"))
    return till


def _paying(till):
    return _asked(_ordered(till)).tap("mode:take_away")


def _sold(till):
    return _paying(_floated(till)).tap("tender:cash:exact", "next")


def _unsure(till):
    return _paying(_floated(till)).tap("tender:card", "terminal:unknown", "next")


def _held(till):
    return _ordered(till).tap("more", "hold").later(10)


def _busy(till):
    """Many orders, discounts, refunds, an order that waits."""
    _floated(till)
    for count in range(6):
        _add(till, "Classic burger", "Chips", *["Cola"] * count).tap("pay", "tender:cash:exact")
    _add(till, "Falafel bowl").tap("more", "discount:", "give:percent").digits("10").tap("discount:typed", "why:Staff")
    till.tap("pay", "tender:card", "terminal:unknown", "next", "orders", "order:")
    till.tap("close", "close")
    till.tap("orders", "orders:page:1") if "orders:page:1" in till.actions() else till.tap("orders")
    till.tap("close")
    return _held(till)


SCENES = {
    "till": lambda till: till.tap("daily"),
    "float": lambda till: till.tap("daily", "amount:float").digits("150").tap("digit:00"),
    "drawer open": lambda till: _floated(till).tap("daily"),
    "why": lambda till: _floated(till).tap("daily", "pay_out"),
    "why in words": lambda till: _floated(till).tap("daily", "pay_out", "why:write", "type:o", "type:x"),
    "count": lambda till: _floated(till).tap("daily", "count_drawer").digits("151"),
    "more": lambda till: _ordered(till).tap("more"),
    "discounts": lambda till: _ordered(till).tap("more", "discount:"),
    "discount typed": lambda till: _ordered(till).tap("more", "discount:", "give:percent").digits("15"),
    "discounted": lambda till: (
        _ordered(till).tap("more", "discount:", "give:percent").digits("15").tap("discount:typed", "why:Staff")
    ),
    "deposits back": lambda till: _ordered(till).tap("more", "deposits", "deposit:200:more"),
    "diets": lambda till: till.tap("more", "diets", "diet:Vegan"),
    "vegan": lambda till: till.tap("more", "diets", "diet:Vegan", "close"),
    "how many": lambda till: _ordered(till).tap("count:"),
    "any number": lambda till: _ordered(till).tap("count:", "quantity:type").digits("36"),
    "asking": lambda till: _asked(_ordered(till)),
    "split": lambda till: _paying(till).tap("split"),
    "split equally": lambda till: _paying(till).tap("split", "split:equal"),
    "split by items": lambda till: _paying(till).tap("split", "split:items", "split:line:"),
    "a part": lambda till: _paying(till).tap("split", "split:equal", "split:among:3"),
    "change of one": lambda till: _paying(till).tap("split", "split:equal", "split:among:3", "tender:cash:2000"),
    "paid in part": lambda till: _paying(till).tap(
        "split", "split:equal", "split:among:3", "tender:cash:exact", "pay:next", "pay:list"
    ),
    "terminal": lambda till: _paying(till).tap("tender:card"),
    "reference": lambda till: _paying(till).tap("tender:card", "pay:type:reference").digits("0042"),
    "voucher": lambda till: _paying(till).tap("pay:type:voucher").digits("500"),
    "tip": lambda till: _paying(till).tap("pay:type:tip").digits("200"),
    "keep the change": lambda till: _paying(till).tap("pay:type:cash").digits("100").tap("digit:00"),
    "orders": lambda till: _busy(till).tap("orders"),
    "one order": lambda till: _busy(till).tap("orders", "order:"),
    "picked": lambda till: _sold(till).tap("orders", "order:", "view:all"),
    "refunded": lambda till: _sold(till).tap("orders", "order:", "view:all", "view_refund", "why:Wrong item"),
    "adding": lambda till: _add(_sold(till).tap("orders", "order:", "view_add"), "Cola"),
    "settling": lambda till: _unsure(till).tap("daily", "settling"),
    "waiting": lambda till: _held(till).tap("bills"),
    "x report": lambda till: _busy(till).tap("daily", "x"),
    "closing": lambda till: _busy(till).tap("daily", "closing"),
    "printers": lambda till: till.tap("daily", "printers"),
}


def kept_at(name, world):
    """Somebody who may do everything, where the scene's taps lead."""
    manager = next(one for one in world.shop.staff if "report.z" in one.permissions)
    return SCENES[name](Keeper(replace(world, person=manager)))
