"""Puts the pages into the order in which somebody who is new reads them. A page that is not named here comes last."""

from pathlib import PurePath

from mkdocs.plugins import event_priority

ORDER = ["README", "GRADER", "PROTOCOL", "CLIENT", "lab", "wireshark", "SCALE", "DETECTION", "bench", "RELIABILITY", "ARCHITECTURE"]


@event_priority(-200)  # The plugin for languages sorts by title, with -100.
def on_nav(nav, config, files):
    nav.items = sorted((alone(item) for item in nav.items), key=place)
    return nav


def alone(item):
    """The page of a directory that has no other."""
    return item.children[0] if item.is_section and len(item.children) == 1 else item


def place(item):
    while item.is_section:
        item = item.children[0]
    name = PurePath(item.file.src_uri).with_suffix("").parts[1]
    return ORDER.index(name) if name in ORDER else len(ORDER)
