#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-only
"""Draws the README's picture: array, LUN, clone, resign, SR.

picture.py > picture.svg. The colours follow the reader's light or dark theme.
"""

WIDTH, HEIGHT = 880, 330

STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2328 }
.small { font-size: 12px; fill: #59636e }
.id { font: 12px ui-monospace, monospace }
.old { fill: #9a6700 } .new { fill: #1a7f37 }
.box { fill: #f6f8fa; stroke: #8c959f }
.lun { fill: #ffffff; stroke: #59636e }
.line { stroke: #59636e; stroke-width: 1.5; fill: none }
.go { stroke: #1a7f37; stroke-width: 2.5; fill: none }
.tip { fill: #59636e } .gotip { fill: #1a7f37 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 }
  .old { fill: #d29922 } .new { fill: #3fb950 }
  .box { fill: #161b22; stroke: #6e7681 }
  .lun { fill: #0d1117; stroke: #9198a1 }
  .line { stroke: #9198a1 } .go { stroke: #3fb950 }
  .tip { fill: #9198a1 } .gotip { fill: #3fb950 }
}
"""


def text(x, y, words, kind="", anchor="middle"):
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{words}</text>'


def box(x, y, width, height, kind):
    return (f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" '
            f'class="{kind}"/>')


def arrow(path, kind):
    return f'<path d="{path}" class="{kind}" marker-end="url(#{kind})"/>'


def marker(name, kind):
    return (f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" '
            f'markerWidth="6" markerHeight="6" orient="auto">'
            f'<path d="M0 0L8 4L0 8z" class="{kind}"/></marker>')


def lun(y, name, ids):
    """A LUN in the array, with some of the identifiers on it."""
    return [box(45, y, 230, 84, "lun"), text(160, y + 24, name),
            *(text(160, y + 46 + 18 * i, line, kind)
              for i, (line, kind) in enumerate(ids))]


def sr(y, name, line, kind):
    return [box(610, y, 225, 84, "lun"), text(722, y + 24, name),
            text(722, y + 46, line, kind),
            text(722, y + 66, "type lvmoiscsi, attached", "small")]


def picture():
    old = [("SR be264df7…", "id old"), ("5 VDIs, PV, VG, 6 LVs", "small")]
    new = [("SR be264df7… → 7d2a0846…", "id new"), ("the same data, new names", "small")]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" '
        'aria-label="An array clones a LUN; relvmoiscsi gives the clone new '
        'identifiers; the pool attaches it beside the original.">',
        f"<style>{STYLE}</style>",
        "<defs>", marker("line", "tip"), marker("go", "gotip"), "</defs>",
        box(20, 40, 280, 270, "box"), text(160, 28, "array"),
        box(585, 40, 275, 270, "box"), text(722, 28, "XenServer or XCP-ng pool"),
        *lun(60, "LUN: the original", old),
        *lun(206, "LUN: its clone", new),
        arrow("M160 144V204", "line"),
        text(170, 179, "cloned in a second", "small", "start"),
        *sr(60, "SR, the original", "be264df7…", "id old"),
        *sr(206, "SR, the clone", "7d2a0846…", "id new"),
        arrow("M275 102H607", "line"),
        text(441, 94, "in use, never touched", "small"),
        box(328, 222, 176, 52, "lun"), text(416, 245, "relvmoiscsi"),
        text(416, 263, "resign: milliseconds", "small"),
        arrow("M328 248H278", "go"),
        arrow("M504 248H607", "line"),
        text(545, 240, "introduce", "small"),
        "</svg>"])


if __name__ == "__main__":
    print(picture())
