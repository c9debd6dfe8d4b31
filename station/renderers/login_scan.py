"""How to get in with a card: a phone with a code, a scanner, its light between them; and what became of the last scan."""

from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Icon, Label, Op, Panel, Rect, drawn, panel
from station.renderers.widgets.button import button
from station.renderers.widgets.text import wrapped
from station.renderers.world import World

HINT = "Hold the code on your phone or card in front of the scanner"


def scan_panel(rect: Rect, world: World, *, back: bool) -> Panel:
    """The left side of the log-in. `back`: one may go back to the screen below without anybody."""
    theme = world.theme
    room = rect.at_origin()
    step, low = theme.line(theme.title), theme.line(theme.label)
    title, tone = (world.note, look.ACCENT) if world.note else ("Scan your card", look.TEXT)
    said = wrapped(title, room.w, theme.title, "bold", world.ruler, lines=3)
    hint = wrapped(HINT, room.w, theme.label, "medium", world.ruler, lines=3)
    foot = theme.touch + theme.gap if back else 0
    high = step * max(2, len(said)) + low * len(hint)
    side = max(theme.px(120), min(room.w, room.h - high - foot - 2 * theme.gap))
    picture = Rect(0, 0, room.w, min(side, round(room.w * 0.72)))
    made = _picture(picture, world)
    y = picture.bottom + theme.gap
    ops: list[Op] = []
    for line in said:
        ops.append(Label(Rect(0, y, room.w, step), line, theme.title, tone, "bold"))
        y += step
    for line in hint:
        ops.append(Label(Rect(0, y, room.w, low), line, theme.label, look.MUTED, "medium"))
        y += low
    made += drawn(tuple(ops))
    if back:
        place = Rect(0, room.h - theme.touch, min(room.w, theme.px(320)), theme.touch)
        made += button(place, "Not now", "login:cancel", theme, key="Esc", pressed=world.pressed)
    return panel("scan", rect, made)


def _picture(area: Rect, world: World) -> Drawn:
    """A phone at the left, a hand scanner at the right that shines on it."""
    theme = world.theme
    line = max(2, theme.px(5))
    tall = area.h - 2 * line
    phone = Rect(area.x + line, area.y + line, round(tall * 0.56), tall)
    glass = phone.inset(round(phone.w * 0.1), round(phone.h * 0.12))
    code = Rect(glass.x, glass.y + (glass.h - glass.w) // 2, glass.w, glass.w)
    gap = round(tall * 0.06)
    room = area.right - phone.right - gap
    scanner = min(round(tall * 0.78), round(room * 0.66))
    gun = Rect(area.right - scanner, area.y + round(tall * 0.2), scanner, scanner)
    beam = Rect(phone.right + gap, code.y, max(1, gun.x - phone.right - gap), code.h)
    return drawn(
        (
            Box(phone, look.CARD, round(phone.w * 0.14), look.MUTED, line),
            Icon(code, "scan", look.ACCENT),
            Icon(Rect(beam.x, beam.y, beam.w, beam.h), "beam", look.ACCENT),
            Icon(gun, "scanner", look.MUTED),
        )
    )
