"""Lays the documentation out as mkdocs reads it: usage: lay_out.py DOCS TO

The pages are written for whoever reads them in the repository: English in docs, Spanish in docs/es, links from one file to the other,
Markdown as CommonMark has it. The plugin for languages wants a directory for each of them, and the Markdown of mkdocs is an older one:

- TO/en has the English pages and the pictures, TO/es the Spanish ones. A Spanish page that links to one outside docs/es, since there
  is no translation, links to it in TO/en. A page that links to itself in the other language does so by its place in the site.
- The sections of a Spanish page have the anchors of the English page too, so that a page which is there in English alone links to the
  right section in either language.
- What belongs to an item of a list is indented by four, and a list that follows a paragraph is set off from it.
- The name of a file behind the language of a block becomes the block's title.
"""

import re
import shutil
import sys
from os.path import normpath
from pathlib import Path

from pymdownx.slugs import slugify

FENCE = re.compile(r"^ *```")
NAMED_FENCE = re.compile(r"^( *```\w+) (\S.*)$")
HEADING = re.compile(r"^#+ (.*)$")
ITEM = re.compile(r"^(- |\d+\. )")
LINK = re.compile(r"\[(?P<text>[^]]*)\]\((?P<target>[^()#\s]+)(?P<anchor>#[^()\s]*)?\)")
PAGE = re.compile(r"\.md$")


def main(docs, to):
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(docs, to / "en", ignore=lambda directory, _: ["es"] if Path(directory) == docs else [])
    shutil.copytree(docs / "es", to / "es")
    english = {page.relative_to(to / "en"): lines_of(page) for page in (to / "en").rglob("*.md")}
    spanish = {page.relative_to(to / "es"): lines_of(page) for page in (to / "es").rglob("*.md")}
    for page, lines in english.items():
        write(to / "en" / page, laid_out(with_links(lines, page, spanish)))
    for page, lines in spanish.items():
        lines = list(with_english_anchors(lines, english.get(page, [])))
        write(to / "es" / page, laid_out(with_links(lines, "es" / page, spanish)))


def with_english_anchors(lines, english):
    """The lines with an anchor before each section that has another one in the English page."""
    if english and len(anchors(lines)) == len(anchors(english)):
        others = iter(anchors(english))
        known = set(anchors(lines))
        for line, in_block in told_apart(lines):
            if not in_block and HEADING.match(line):
                other = next(others)
                if other not in known and not line.startswith("# "):
                    yield from (f'<a id="{other}"></a>', "")
            yield line
    else:
        yield from lines


def with_links(lines, page, spanish):
    """The lines of a page of docs, in which links to the other language lead where the page is in the site."""
    def link(match):
        text, target, anchor = match["text"], match["target"], match["anchor"] or ""
        leads_to = Path(normpath(page.parent / target))
        name = leads_to.relative_to("es") if is_spanish(leads_to) else leads_to
        if ":" in target or is_spanish(page) == is_spanish(leads_to):
            return match[0]
        if is_spanish(page) and name not in spanish:
            return f"[{text}]({'../' * (len(page.parts) - 1)}en/{name.as_posix()}{anchor})"
        if name not in spanish:
            return match[0]
        # In the site too, the pages of the two languages stand in these places beside one another.
        return f'<a href="{PAGE.sub(".html", target.replace("README.md", "index.md"))}{anchor}">{text}</a>'

    for line, in_block in told_apart(lines):
        yield line if in_block else LINK.sub(link, line)


def is_spanish(page):
    return page.parts[:1] == ("es",)


def laid_out(lines):
    """The lines in the Markdown of mkdocs."""
    more, above = 0, ""
    for line, in_block in told_apart(lines):
        if item := not in_block and ITEM.match(line):
            more = 4 - len(item[0])
            if above and not ITEM.match(above):
                yield ""
        elif line[:1] not in ("", " ") and (FENCE.match(line) or not in_block):
            more = 0
        above = line and (above or line)
        line = NAMED_FENCE.sub(r'\1 title="\2"', line)
        yield " " * more + line if line.startswith("  ") else line


def anchors(lines):
    """The anchors of the headings, as mkdocs.yml has them made."""
    headings = (HEADING.match(line) for line, in_block in told_apart(lines) if not in_block)
    return [slugify(case="lower")(heading[1], "-") for heading in headings if heading]


def told_apart(lines):
    """Each line, and whether it is one of a fenced block."""
    in_block = False
    for line in lines:
        is_fence = bool(FENCE.match(line))
        yield line, in_block or is_fence
        in_block ^= is_fence


def lines_of(page):
    return page.read_text(encoding="utf-8").splitlines()


def write(page, lines):
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
