"""Tables in: all of a file as typed values, or one refusal that lists everything wrong."""

from datetime import date, timedelta

import pytest

from waythrough.intake.shapes import Column, Shape
from waythrough.intake.tables import TableRefused, read_table
from waythrough.intake.text import EmptyFile, NotReadable, NulInside, WrongEncoding
from waythrough.terms.when import Days

DOORS = Shape(
    "doors",
    (
        Column("id", "text", required=True),
        Column(
            "kind", "code", aliases=("type",), codes={"open": "open", "ouvert": "open", "closed": "closed"}
        ),
        Column("trucks", "int", minimum=0, maximum=500),
        Column("km", "number"),
        Column("day", "day"),
        Column("since", "date"),
        Column("at", "datetime"),
        Column("window", "window"),
        Column("party", "id", ids=("p1", "p2")),
        Column("checked", "bool"),
        Column("note", "text"),
    ),
    key=("id",),
)


def one(column: str, cell: str, shape: Shape = DOORS):
    return read_table(f"id\t{column}\nd1\t{cell}\n".encode(), shape).rows[0][column]


def refused(text: str | bytes, shape: Shape = DOORS) -> TableRefused:
    with pytest.raises(TableRefused) as caught:
        read_table(text if isinstance(text, bytes) else text.encode(), shape, name="doors.csv")
    return caught.value


@pytest.mark.parametrize(
    "column, cell, value",
    [
        ("kind", " Ouvert ", "open"),
        ("trucks", "12", 12),
        ("trucks", "١٢", 12),
        ("km", "1\u202f234.5", 1234.5),
        ("km", "1 234", 1234),
        ("km", "۳٫۵", 3.5),
        ("km", "-2", -2),
        ("day", "2019-04-02", date(2019, 4, 2)),
        ("since", "2014", Days.parse("2014")),
        ("since", "2019-02", Days.parse("2019-02")),
        ("since", "2019-02/2019-03-05", Days(date(2019, 2, 1), date(2019, 3, 5))),
        ("party", "p2", "p2"),
        ("checked", "No", False),
        ("note", "=1+1", "=1+1"),
        ("note", "  ", None),
    ],
)
def test_a_cell_becomes_its_typed_value(column, cell, value):
    assert one(column, cell) == value


@pytest.mark.parametrize(
    "cell", ["2019-04-02T08:00+03:00", "2019-04-02 05:00Z", "2019-04-02T08:00[Asia/Amman]"]
)
def test_a_moment_keeps_its_time_zone(cell):
    assert one("at", cell).utcoffset() is not None
    assert one("at", cell).timestamp() == 1554181200


def test_a_stated_zone_is_used_for_cells_that_name_none():
    shape = Shape("s", (Column("id"), Column("at", "datetime", zone="Asia/Amman")))
    assert one("at", "2019-02-02T08:00", shape).utcoffset() == timedelta(hours=2)


def test_a_window_has_a_start_and_a_later_end():
    window = one("window", "2019-04-02T08:00[Asia/Amman]/2019-04-02T16:00+03:00")
    assert window.end - window.start == timedelta(hours=8)


@pytest.mark.parametrize(
    "column, cell, advice",
    [
        ("kind", "ajar", "one of"),
        ("trucks", "1,200", "comma"),
        ("km", "12,5", "comma"),
        ("km", "1.2E+05", "shortened"),
        ("km", "NaN", "empty"),
        ("km", "5 km", "units"),
        ("trucks", "1.5", "decimals"),
        ("trucks", "501", "Check"),
        ("trucks", "-1", "Check"),
        ("day", "02/04/2019", "either way"),
        ("day", "43557", "day number"),
        ("day", "2019-02-30", "exist"),
        ("since", "2019-13", "exist"),
        ("since", "spring", "YYYY-MM-DD"),
        ("since", "2019-05/2019-02", "Swap"),
        ("at", "2019-04-02T08:00", "offset"),
        ("at", "2019-04-02", "example"),
        ("at", "2019-03-31T02:30[Europe/Paris]", "clocks change"),
        ("at", "2019-04-02T08:00[Mars/Base]", "zone"),
        ("window", "2019-04-02T08:00Z", "start/end"),
        ("window", "2019-04-02T08:00/2019-04-02T10:00", "offset"),
        ("window", "2019-04-02T10:00Z/2019-04-02T08:00Z", "Swap"),
        ("party", "p9", "id"),
        ("checked", "perhaps", "words"),
    ],
)
def test_a_bad_cell_is_refused_with_its_place_and_advice(column, cell, advice):
    refusal = refused(f"id\t{column}\nd1\t{cell}\n")
    error = refusal.errors[0]
    assert (error.row, error.column) == (2, column)
    assert cell in error.found
    assert advice in error.allowed + error.remedy
    assert "doors.csv, row 2" in refusal.sentence()


def test_every_error_of_a_file_is_listed_at_once_and_no_row_is_applied():
    refusal = refused("id,trucks,day\nd1,x,2019-04-02\n,2,2\nd1,3,2019-04-03\nd1,3,2019-04-03\n")
    assert [(e.row, e.column) for e in refusal.errors] == [(2, "trucks"), (3, "id"), (3, "day"), (5, "id")]
    assert "And 3 more" in refusal.sentence()
    assert refusal.exit_code == 4


def test_a_hundred_errors_are_listed_and_all_are_counted():
    refusal = refused("id,trucks\n" + "".join(f"d{n},x\n" for n in range(130)))
    assert (len(refusal.errors), refusal.total) == (100, 130)
    assert refusal.lines()[-1] == "and 30 more"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_found_by_content(mark):
    table = read_table(f'id{mark}note\nd1{mark}"a,b;c\td"\n'.encode(), DOORS)
    assert table.delimiter == mark and table.rows[0]["note"] == "a,b;c\td"


def test_headers_are_matched_by_name_or_alias_whatever_their_case():
    table = read_table(b"ID,Type\nd1,closed\n", DOORS)
    assert table.rows[0]["kind"] == "closed"
    assert "trucks" in table.absent


def test_a_missing_required_column_is_named():
    assert [(e.row, e.column) for e in refused("note\nx\n").errors] == [(1, "id")]


def test_an_unknown_column_is_refused_with_the_nearest_name():
    assert "“trucks”" in refused("id,truks\nd1,2\n").errors[0].remedy


def test_an_unknown_column_is_kept_where_asked():
    shape = Shape("s", (Column("id"),), unknown="keep")
    assert read_table(b"id,colour\nd1,blue\n", shape).rows[0].extra == {"colour": "blue"}


def test_the_same_column_twice_is_refused():
    assert "twice" in refused("id,kind,type\nd1,open,open\n").errors[0].found


def test_a_row_of_the_wrong_length_is_refused():
    assert refused("id,note\nd1,a,b\n").errors[0].found == "3 cells"


def test_an_open_quote_is_refused():
    assert "not CSV" in refused('id,note\nd1,"never closed\n').errors[0].found


def test_rows_are_numbered_as_a_spreadsheet_numbers_them():
    table = read_table(b'id,note\nd1,"two\nlines"\n\nd2,x\n', DOORS)
    assert [row.number for row in table.rows] == [2, 4]


def test_formula_like_cells_are_kept_as_text_and_said():
    table = read_table(b"id,note\nd1,=HYPERLINK(1)\nd2,-5\n", DOORS)
    assert table.rows[0]["note"] == "=HYPERLINK(1)"
    assert table.notices[0].message.startswith("1 cells")


def test_too_many_rows_are_refused():
    assert (
        "more than 2 rows"
        in refused("id\na\nb\nc\n", Shape("s", (Column("id"),), max_rows=2)).errors[0].found
    )


def test_an_overlong_cell_is_refused():
    assert "40,000 characters" in refused("id,note\nd1," + "x" * 40_000 + "\n").errors[0].found


@pytest.mark.parametrize(
    "raw, problem",
    [
        (b"", EmptyFile),
        (b" \n\n", EmptyFile),
        (b"id\na\0b\n", NulInside),
        (b"id\n\xe9t\xe9\n", WrongEncoding),
    ],
)
def test_a_file_that_is_no_table_is_refused(raw, problem):
    with pytest.raises(problem):
        read_table(raw, DOORS, name="doors.csv")


def test_a_spreadsheets_utf16_export_is_read():
    assert read_table("id\tnote\nd1\tété\n".encode("utf-16"), DOORS).rows[0]["note"] == "été"


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(NotReadable):
        read_table(tmp_path / "none.csv", DOORS)
