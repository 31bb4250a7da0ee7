"""Text of a stranger's package made safe: control and direction characters are shown, never sent; markup is quoted."""

from __future__ import annotations

import html
import json
import re

#: C0 and C1 controls, zero-width and bidirectional controls, fillers that show nothing, separators, noncharacters,
#: surrogates and tags: what a terminal or a reader's eye could be deceived with (Unicode Technical Report 36).
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
#: What the runners of GitHub, Azure and TeamCity take for a command anywhere in a line of a job's log: ``##[``,
#: ``##vso[``, ``##teamcity[``; and what GitHub's takes for one at the start of a line, after any spaces: ``::``.
_COMMAND = re.compile(r"#(?=#\w*\[)|^(\s*):(?=:)", re.MULTILINE)
#: What means something in Markdown, in HTML, or to GitHub: mentions, references, emoji, mathematics.
_MARKDOWN = re.compile(r"[&<>\"'`*_~\[\](){}#+=|!@:$\\/^]|(?<=\bwww)\.", re.IGNORECASE)

_ENCODER = json.JSONEncoder(ensure_ascii=False)


def visible(text: str) -> str:
    """Return `text` with each unsafe character written as its code, in the form Python uses."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(lambda match: _written(match[0]), text)


def visible_lines(text: str) -> str:
    """Return `text` with each unsafe character but the line feed written as its code."""
    return "\n".join(map(visible, text.split("\n")))


def for_log(text: str) -> str:
    """Return lines that no runner of jobs takes for a command: one character of each becomes its code."""
    if not _may_command(text):
        return text
    return _COMMAND.sub(lambda match: f"{match[1] or ''}{_written(match[0][-1])}", text)


def for_json(text: str) -> str:
    """Return JSON that means the same, with what could deceive a terminal or a runner of jobs as escapes."""
    if "##" in text:
        text = text.replace("##", "#\\u0023")
    if text.isascii() and "\x7f" not in text:
        return text
    return _UNSAFE.sub(lambda match: match[0] if match[0] == "\n" else _as_json(match[0]), text)


def compact(value: object) -> str:
    """Return plain values as JSON on one line, safe to print."""
    return for_json(_ENCODER.encode(value))


def for_markup(text: str) -> str:
    """Return the text of an element or attribute of HTML or XML; lines stay lines, commands of runners do not."""
    escaped = html.escape(visible_lines(text))
    if not _may_command(text):
        return escaped
    return _COMMAND.sub(lambda match: f"{match[1] or ''}&#{ord(match[0][-1])};", escaped)


def for_markdown(text: str) -> str:
    """Return Markdown of one line that shows the text and nothing else, in a cell of a table, too."""
    lines = (_MARKDOWN.sub(lambda match: f"&#{ord(match[0])};", visible(line)) for line in text.split("\n"))
    return "<br>".join(lines)


def for_workflow(text: str) -> str:
    """Return the message of a GitHub workflow command."""
    return visible_lines(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def for_workflow_property(text: str) -> str:
    """Return the value of a property of a GitHub workflow command."""
    return for_workflow(text).replace(":", "%3A").replace(",", "%2C")


def _as_json(character: str) -> str:
    # The standard library leaves DEL as it is.
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]


def _may_command(text: str) -> bool:
    return "##" in text or "::" in text


def _written(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
