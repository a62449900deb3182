"""JSON of a described type, and the errors that name the place."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from mmsynloc.files.json_text import decode_json, read_json, to_json
from mmsynloc.utils import UserError


class Item(msgspec.Struct):
    id: int
    box: tuple[float, float] = (0.0, 0.0)
    name: str = ""


class Box(msgspec.Struct):
    items: list[Item]


@pytest.mark.parametrize("text", [b"", b"  \n"])
def test_decode_json__empty(text):
    with pytest.raises(UserError, match=r"^f\.json: not valid JSON: the file is empty$"):
        decode_json(text, Box, "f.json")


def test_decode_json__passes_over_unknown_keys():
    assert decode_json(b'{"items": [{"id": 3, "more": [1]}], "info": {}}', Box, "f").items == [Item(3)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"items": [{"id": 1}', "the text is cut short"),
        (b'{"items": [\n{"id": 1, "box": [NaN, 0]}]}', "NaN is no number of JSON at line 2, column 19"),
        (b'{"items": [{"id": 1, "box": [0, -Infinity]}]}', "-Infinity is no number of JSON"),
        (b"{'items': []}", "unexpected character at line 1, column 2"),
        ('{"items": []}'.encode("utf-16"), "the text is UTF-16, not UTF-8"),
        ('{"items": []}'.encode("utf-32"), "the text is UTF-32, not UTF-8"),
        (b'{"items": [{"id": "x"}], "items": null}', r"items\[0\]: id: expected an integer, not a string"),
        (b'{"items": [{"id": 1}, {"id": "x"}], "items": []}', r"items\[1\]: id: expected an integer, not a string"),
        (b"\xef\xbb\xbf{}", "it begins with a byte order mark"),
        (b'{"items": [{"id": 1, "name": "\xff"}]}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply|expected an object"),
    ],
)
def test_decode_json__what_is_no_json(text, message):
    with pytest.raises(UserError, match=rf"^f\.json: .*({message})"):
        decode_json(text, Box, "f.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ([1], "f: expected an object, not a list"),
        ({}, "f: items is missing"),
        ({"items": None}, "f: items: expected a list, not null"),
        ({"items": [{"id": 1}, {"id": "2"}]}, "f: items[1] (id 2): id: expected an integer, not a string"),
        ({"items": [{"id": True}]}, "f: items[0] (id True): id: expected an integer, not true or false"),
        ({"items": [{"id": 1.0}]}, "f: items[0] (id 1.0): id: expected an integer, not a number"),
        ({"items": [{"id": 7, "box": [1, "2"]}]}, "f: items[0] (id 7): box[1]: expected a number, not a string"),
        ({"items": [{"id": 7, "box": [1]}]}, "f: items[0] (id 7): box: expected a list of length 2"),
        ({"items": [{"box": [1, 2]}]}, "f: items[0]: id is missing"),
        ({"items": [5]}, "f: items[0]: expected an object, not an integer"),
    ],
)
def test_decode_json__names_entry_id_and_field(text, message):
    with pytest.raises(UserError) as caught:
        decode_json(json.dumps(text).encode(), Box, "f")
    assert str(caught.value) == message


def test_decode_json__integers_of_any_size():
    assert decode_json(b'{"items": [{"id": 123456789012345678901234567890}]}', Box, "f").items[0].id > 10**29


def test_read_json__missing_file_folder_and_byte_order_mark(tmp_path):
    with pytest.raises(UserError, match=r"none\.json: no such file"):
        read_json(tmp_path / "none.json")
    with pytest.raises(UserError, match="cannot be read"):
        read_json(tmp_path)
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf[1]")
    assert read_json(tmp_path / "a.json", list[int]) == [1]


def test_to_json__numpy():
    assert json.loads(to_json({"a": np.float64(0.5), "b": np.arange(2), "c": np.int64(3)})) == {
        "a": 0.5,
        "b": [0, 1],
        "c": 3,
    }
    with pytest.raises(NotImplementedError, match="object has no JSON form"):
        to_json(object())


def test_read_json__a_zip_is_called_one(tmp_path):
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    with pytest.raises(UserError, match=r"cut\.zip: is a zip, damaged or cut off, .*; not JSON$"):
        read_json(tmp_path / "cut.zip")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"\x1f\x8b\x08\x00", "compressed"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a pointer of Git LFS"),
        (b"\n<!DOCTYPE html><html>", "HTML or XML"),
    ],
)
def test_decode_json__other_kinds_of_file(text, message):
    with pytest.raises(UserError, match=rf"^f\.json: not valid JSON: the file is .*{message}"):
        decode_json(text, Box, "f.json")
