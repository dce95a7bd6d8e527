"""Writes and reads the cells of a workbook with openpyxl and XlsxWriter, over and over.

`workbook.py SECONDS FILE [PLAIN]`. Writes the cells as plain data to PLAIN, for other languages. Prints, with tabs between: what, how often, median seconds; then cells and versions.
"""

import io
import json
import statistics
import sys
import time
import warnings

import openpyxl
import xlsxwriter
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation

SIDES = ("left", "right", "top", "bottom")


def colour(value):
    return value.rgb[-6:] if value is not None and isinstance(value.rgb, str) else None


def style_of(cell):
    """What a style looks like, as plain values."""
    font, fill, align = cell.font, cell.fill, cell.alignment
    border = tuple(getattr(cell.border, side).style for side in SIDES)
    background = colour(fill.fgColor) if fill.fill_type == "solid" else None
    return (font.name, font.sz, bool(font.b), colour(font.color), background, border,
            align.horizontal, align.vertical, bool(align.wrap_text), cell.number_format)


def plain(file):
    """The workbook as plain data, so that both libraries start from the same."""
    sheets = []
    for ws in openpyxl.load_workbook(file):
        cells = [(c.row, c.column, c.value, style_of(c)) for row in ws.iter_rows() for c in row
                 if c.value is not None or c.has_style]
        lists = [(v.formula1, [str(r) for r in v.sqref.ranges]) for v in ws.data_validations.dataValidation
                 if v.type == "list"]
        sheets.append({
            "name": ws.title,
            "hidden": ws.sheet_state != "visible",
            "cells": cells,
            "merges": [r.bounds for r in ws.merged_cells.ranges],
            "widths": {letter: d.width for letter, d in ws.column_dimensions.items()},
            "heights": {n: d.height for n, d in ws.row_dimensions.items() if d.height},
            "lists": lists,
            "freeze": ws.freeze_panes,
            "titles": ws.print_title_rows,
        })
    return sheets


def write_openpyxl(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    styles = {}
    for sheet in sheets:
        ws = book.create_sheet(sheet["name"])
        for row, column, value, style in sheet["cells"]:
            made = styles.get(style)
            if made is None:
                name, size, bold, ink, background, border, horizontal, vertical, wrap, _ = style
                made = styles[style] = (
                    Font(name=name, sz=size, b=bold, color=ink),
                    PatternFill("solid", fgColor=background) if background else PatternFill(),
                    Border(**{side: Side(style=line) for side, line in zip(SIDES, border)}),
                    Alignment(horizontal=horizontal, vertical=vertical, wrap_text=wrap),
                )
            cell = ws.cell(row, column, value)
            cell.font, cell.fill, cell.border, cell.alignment = made
            cell.number_format = style[9]
        for left, top, right, bottom in sheet["merges"]:
            ws.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        for letter, width in sheet["widths"].items():
            ws.column_dimensions[letter].width = width
        for number, height in sheet["heights"].items():
            ws.row_dimensions[number].height = height
        for formula, ranges in sheet["lists"]:
            validation = DataValidation(type="list", formula1=formula)
            for where in ranges:
                validation.add(where)
            ws.add_data_validation(validation)
        ws.freeze_panes = sheet["freeze"]
        ws.print_title_rows = sheet["titles"]
        ws.page_setup.orientation, ws.page_setup.paperSize = "landscape", 9
        ws.sheet_state = "hidden" if sheet["hidden"] else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_xlsxwriter(sheets):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    formats = {}
    lines = {None: 0, "thin": 1, "medium": 2, "dashed": 3, "dotted": 4, "thick": 5, "double": 6, "hair": 7}
    for sheet in sheets:
        ws = book.add_worksheet(sheet["name"])
        merged = {(top, left): (bottom, right) for left, top, right, bottom in sheet["merges"]}
        for row, column, value, style in sheet["cells"]:
            made = formats.get(style)
            if made is None:
                name, size, bold, ink, background, border, horizontal, vertical, wrap, number = style
                look = {"font_name": name, "font_size": size, "bold": bold, "text_wrap": wrap, "num_format": number}
                look.update({side: lines.get(line, 1) for side, line in zip(SIDES, border)})
                look.update({k: v for k, v in [("font_color", ink and "#" + ink), ("align", horizontal),
                                               ("bg_color", background and "#" + background),
                                               ("valign", "vcenter" if vertical == "center" else vertical)] if v})
                made = formats[style] = book.add_format(look)
            if (row, column) in merged:
                bottom, right = merged[row, column]
                ws.merge_range(row - 1, column - 1, bottom - 1, right - 1, "", made)
            if value is None:
                ws.write_blank(row - 1, column - 1, None, made)
            elif isinstance(value, str):
                ws.write_string(row - 1, column - 1, value, made)
            else:
                ws.write(row - 1, column - 1, value, made)
        for letter, width in sheet["widths"].items():
            ws.set_column(f"{letter}:{letter}", width)
        for number, height in sheet["heights"].items():
            ws.set_row(number - 1, height)
        for formula, ranges in sheet["lists"]:
            for where in ranges:
                ws.data_validation(where, {"validate": "list", "source": "=" + formula.lstrip("=")})
        if sheet["freeze"]:
            ws.freeze_panes(sheet["freeze"])
        if sheet["titles"]:
            first, last = sheet["titles"].replace("$", "").split(":")
            ws.repeat_rows(int(first) - 1, int(last) - 1)
        ws.set_landscape()
        ws.set_paper(9)
        if sheet["hidden"]:
            ws.hide()
    book.close()
    return out.getvalue()


def read(content, expected, read_only):
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=read_only)
    found = {}
    for ws in book:
        for r, row in enumerate(ws.iter_rows(values_only=True), 1):
            for c, value in enumerate(row, 1):
                if value is not None:
                    found[ws.title, r, c] = value
    if found != expected:
        raise SystemExit("a cell came back with another value")


def repeat(name, seconds, work):
    times = []
    start = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < seconds:
        one = time.perf_counter()
        work()
        times.append(time.perf_counter() - one)
    print(name, len(times), statistics.median(times), sep="\t")


def main():
    warnings.simplefilter("ignore")
    seconds, file = float(sys.argv[1]) / 4, sys.argv[2]
    sheets = plain(file)
    if len(sys.argv) > 3:
        with open(sys.argv[3], "w", encoding="utf-8") as plain_file:
            json.dump(sheets, plain_file, default=str)
    expected = {(s["name"], r, c): v for s in sheets for r, c, v, _ in s["cells"] if v is not None}
    with open(file, "rb") as ours:
        content = ours.read()
    repeat("openpyxl write", seconds, lambda: write_openpyxl(sheets))
    repeat("XlsxWriter write", seconds, lambda: write_xlsxwriter(sheets))
    repeat("openpyxl read", seconds, lambda: read(content, expected, False))
    repeat("openpyxl read, read-only", seconds, lambda: read(content, expected, True))
    # What was written is what was to be written.
    for written in (write_openpyxl(sheets), write_xlsxwriter(sheets)):
        read(written, expected, False)
    print("cells", sum(len(s["cells"]) for s in sheets), sep="\t")
    print("versions", f"openpyxl {openpyxl.__version__}", f"XlsxWriter {xlsxwriter.__version__}",
          f"Python {sys.version.split()[0]}", sep="\t")


main()
