"""What the site has besides the files of docs/: the project's own pages, and the reference of commands.

MkDocs calls ``on_files`` and ``on_page_markdown``; ``mkdocs.yml`` names this file.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File
from typer.main import get_command

from edgedigits.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
# Files beside docs/ that are pages of the site.
PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
REPOSITORY = "https://github.com/edgedigits/edgedigits/blob/main"
LINK = re.compile(r"(?<=\]\()([^)#:\s]+)(?=[)#])")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not in docs/."""
    for name, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text(encoding="utf-8")))
    files.append(File.generated(config, "commands.md", content="\n\n".join(commands())))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:
    """Lead links between files of the repository to their pages, and to the repository where they have none."""
    folder = ROOT if page.file.src_uri in PAGES.values() else DOCS
    return LINK.sub(lambda link: address(folder / link[1]), markdown)


def address(target: Path) -> str:
    """Where the site has a file of the repository."""
    if not target.exists():
        return target.name  # of the site alone, or wrong: MkDocs tells
    path = target.resolve().relative_to(ROOT)
    if path.parts[0] == DOCS.name:
        return path.relative_to(DOCS.name).as_posix()
    return PAGES.get(path.as_posix(), f"{REPOSITORY}/{path.as_posix()}")


def commands() -> Iterator[str]:
    """Parts of a page with every command: what it is for, how it is called, its arguments and options."""
    root = get_command(app)
    yield f"# Commands\n\n{root.help} Each command says the same with `--help`.\n\n{root.epilog}"
    yield from sections(root, "edgedigits")


def sections(group: Any, name: str) -> Iterator[str]:
    """Each command of a group, and those of the groups in it."""
    for each, command in group.commands.items():
        yield section(command, f"{name} {each}")
        yield from sections(command, f"{name} {each}") if hasattr(command, "commands") else ()


def section(command: Any, name: str) -> str:
    """One command."""
    context = command.context_class(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    records = filter(None, (each.get_help_record(context) for each in command.params))
    options = "\n\n".join(f"`{names}`\n:   {about.replace('[', chr(92) + '[')}" for names, about in records)
    return f"## {name}\n\n```text\n{usage}\n```\n\n{inspect.cleandoc(command.help)}\n\n{options}"
