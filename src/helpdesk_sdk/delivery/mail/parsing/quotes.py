"""Where the quoted mail begins in a text. The text stays whole: the offset is for folding it.

In doubt there is no quote: to show too much is better than to hide an answer.
"""

# Other scripts have a colon of their own.
# ruff: noqa: RUF001

from __future__ import annotations

import re

from .header_words import FROM_WORDS, SENT_WORDS, SUBJECT_WORDS

_LINES_MAX = 5000
_LINE_MAX = 500
# The line at the top of our own mails, above which people reply: its words are an admin's.
_OUR_LINE = re.compile(r"[>|\s]*##- .{1,200} -##")
_ORIGINAL = re.compile(
    r"[-_]{2,}\s*(?:original message|original-nachricht|ursprüngliche nachricht|message d.origine|message original"
    r"|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|originalmeddelande"
    r"|oprindelig meddelelse|opprinnelig melding|wiadomość oryginalna|původní zpráva|исходное сообщение)\s*[-_]{2,}",
    re.IGNORECASE,
)
_FROM = re.compile(rf"\*?(?:{FROM_WORDS})\s*[:：]\*?\s*\S", re.IGNORECASE)
_SENT = re.compile(rf"\*?(?:{SENT_WORDS})\s*[:：]", re.IGNORECASE)
_SUBJECT = re.compile(rf"\*?(?:{SUBJECT_WORDS})\s*[:：]", re.IGNORECASE)
_WROTE = re.compile(
    r"(?:on\s.+\swrote|am\s.+\sschrieb.*|le\s.+\sa écrit|el\s.+\sescribió|il\s.+\sha scritto"
    r"|op\s.+\s(?:schreef|heeft).*|em\s.+\sescreveu|den\s.+\sskrev.*|på\s.+\sskrev.*|w dniu\s.+\s(?:pisze|napisał).*"
    r"|dne\s.+\snapsal.*"
    r"|.+\swrote|.+\sschrieb|.+\sпишет|.+写道)\s*[:：]",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"-- ?")
_SENT_FROM = re.compile(
    r"(?:sent from my |get outlook for |von meinem .{1,60} gesendet|gesendet von |envoyé de(?:puis)? mon "
    r"|enviado desde mi |inviato da(?:l mio)? |enviado do meu |verstuurd vanaf mijn |skickat från min "
    r"|sendt fra min |wysłane z |отправлено с )",
    re.IGNORECASE,
)
_SIGNATURE_LINES = 12
_SENT_FROM_LINES = 3
_HINT = re.compile(r"\d{1,2}[:.]\d{2}|\b(?:19|20)\d{2}\b|\S@\S")


def quote_offset(text: str, marked: int | None = None) -> int | None:
    """Where signature and quoted mail begin, in characters; None if there are none, or if there is text below.

    Args:
        text: The text of a mail.
        marked: Where its HTML says that the quoted mail begins.
    """
    lines = text.split("\n")
    if len(lines) > _LINES_MAX:
        return marked
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    if marked is None:
        marked = _quote(text, lines, starts)
        if marked == -1:
            return None
    end = len(lines) if marked is None else next(n for n, start in enumerate(starts) if start >= marked)
    signed = _signature(lines, end)
    return starts[signed] if signed < end else marked


def _signature(lines: list[str], end: int) -> int:
    """The line at which a signature begins that stands directly above this line; the line itself without one."""
    for at in range(max(0, end - _SIGNATURE_LINES), end):
        if _SIGNATURE.fullmatch(lines[at]):
            return at
    filled = [at for at in range(max(0, end - 50), end) if lines[at].strip()][-_SENT_FROM_LINES:]
    return next((at for at in reversed(filled) if _SENT_FROM.match(lines[at].strip()[:_LINE_MAX])), end)


def _quote(text: str, lines: list[str], starts: list[int]) -> int | None:
    """Where the quoted mail begins; None without one, -1 if there is text below it or none above."""
    short = [line[:_LINE_MAX].strip() for line in lines]
    quoted = [line.startswith(">") for line in short]
    filled = [bool(line) for line in short]
    for at, line in enumerate(short):
        if not line:
            continue
        if quoted[at]:
            return _above(text, starts[at]) if _all_quoted(lines, quoted, filled, at) else -1
        if _OUR_LINE.fullmatch(line):
            return _above(text, starts[_before(short, at)])
        if _ORIGINAL.fullmatch(line) or _is_header_block(short, at):
            return _above(text, starts[_before(short, at)])
        length = _attribution(short, at)
        if length:
            following = next((n for n in range(at + length, len(short)) if filled[n]), None)
            if following is None:
                continue
            if quoted[following]:
                return _above(text, starts[at]) if _all_quoted(lines, quoted, filled, following) else -1
            if length == 1 and _WROTE.fullmatch(line) and _HINT.search(line):
                return _above(text, starts[at])
    return None


def _above(text: str, offset: int) -> int:
    return offset if text[:offset].strip() else -1


def _all_quoted(lines: list[str], quoted: list[bool], filled: list[bool], at: int) -> bool:
    """Whether nothing but quoted lines follows, and a signature."""
    last = range(max(at, len(lines) - _SIGNATURE_LINES), len(lines))
    end = next((n for n in last if _SIGNATURE.fullmatch(lines[n])), len(lines))
    return all(quoted[n] or not filled[n] for n in range(at, end))


def _is_header_block(lines: list[str], at: int) -> bool:
    """Whether the headers of a quoted mail begin here, as Outlook writes them."""
    if not _FROM.match(lines[at]):
        return False
    below = [line for line in lines[at + 1 : at + 8] if line][:5]
    return any(map(_SENT.match, below)) and any(map(_SUBJECT.match, below))


def _before(lines: list[str], at: int) -> int:
    """The line itself, or the rule that stands above it."""
    above = at - 1
    while above >= 0 and not lines[above]:
        above -= 1
    return above if above >= 0 and len(lines[above]) >= 5 and not lines[above].strip("_-") else at


def _attribution(lines: list[str], at: int) -> int:
    """Over how many lines a sentence like `On Monday Ann wrote:` goes that begins here; 0 if there is none."""
    for length in (1, 2, 3):
        if at + length > len(lines) or not lines[at + length - 1]:
            return 0
        joined = " ".join(lines[at : at + length])
        if joined.endswith((":", "：")):
            return length if _HINT.search(joined) or _WROTE.fullmatch(joined) else 0
    return 0
