"""Mutations of a file as a whole: its rows, its header, its bytes."""

from __future__ import annotations

import re

from differential.package import Mutation, set_file


def replaced(old: str, new: str | bytes, count: int = 1) -> Mutation:
    def change(content: bytes) -> bytes:
        assert old.encode() in content
        return content.replace(old.encode(), new if isinstance(new, bytes) else new.encode(), count)

    return set_file("places", change)


#: Mutations of the file of the table 'places' as a whole.
SHAPES: dict[str, Mutation] = {
    "row cut short": replaced("USA,the States,country", "USA,the States"),
    "row of one cell": replaced("USA,the States,country", "USA"),
    "row too long": replaced("USA,the States,country", "USA,the States,country,more"),
    "row with an empty cell too many": replaced("USA,the States,country", "USA,the States,country,"),
    "row of empty cells": replaced("USA,the States,country", ",,"),
    "blank row": replaced("USA,the States,country\n", "USA,the States,country\n\n"),
    "blank row at the end": set_file("places", lambda content: content + b"\n"),
    "row of one space": replaced("USA,the States,country\n", "USA,the States,country\n \n"),
    "row twice": set_file("places", lambda content: content + b"USA,the States,country\n"),
    "no last line feed": set_file("places", lambda content: content.rstrip(b"\n")),
    "carriage returns": set_file("places", lambda content: content.replace(b"\n", b"\r\n")),
    "a stray carriage return": replaced("the States", "the\rStates"),
    "byte-order mark": set_file("places", lambda content: b"\xef\xbb\xbf" + content),
    "not in its encoding": replaced("Finland", b"Finl\xe4nd"),
    "NUL byte": replaced("Finland", "Fin\0land"),
    "empty file": set_file("places", lambda _: b""),
    "blank file": set_file("places", lambda _: b"\n\n"),
    "header only": set_file("places", lambda content: content.split(b"\n")[0] + b"\n"),
    "no file": lambda given: given.files.pop("places") and None,
    "no header": set_file("places", lambda content: content.split(b"\n", 1)[1]),
    "header blank": replaced("code,name,kind", "code,,kind"),
    "header of a space": replaced("code,name,kind", "code, ,kind"),
    "header twice": replaced("code,name,kind", "code,name,name"),
    "header in another case": replaced("code,name,kind", "code,Name,kind"),
    "header padded": replaced("code,name,kind", "code, name,kind"),
    "header of another name": replaced("code,name,kind", "code,title,kind"),
    "header out of order": replaced("code,name,kind", "name,code,kind"),
    "header cut short": replaced("code,name,kind", "code,name"),
    "header too long": replaced("code,name,kind", "code,name,kind,more"),
    "column unknown": set_file("places", lambda content: re.sub(rb"\n", b",x\n", content)),
    "column missing": set_file("places", lambda content: re.sub(rb",[^,\n]*\n", b"\n", content)),
    "semicolons": set_file("places", lambda content: content.replace(b",", b";")),
    "quote that never closes": replaced("the States", '"the States'),
    "quote inside a cell": replaced("the States", 'the "States"'),
    "text after a quote": replaced("the States", '"the" States'),
    "quoted cell": replaced("the States", '"the States"'),
    "space before a quote": replaced("the States", ' "US"'),
    "quoted line feed": replaced("the States", '"the\nStates"'),
    "two faults after a quoted line feed": replaced("the States,country\nEUR", '"the\nStates",country\neur'),
    "single quotes": replaced("the States", "'US'"),
    "comment": replaced("USA,the States", "#USA,the States"),
}  # fmt: skip
