import pytest

from edgedigits.errors import ExportError
from edgedigits_export.formats import FORMATS
from edgedigits_export.selection import chosen
from edgedigits_export.wanted import ALWAYS, NAMES, PROFILES


def test_without_a_wish_every_export_has_the_float_files_and_int8_where_it_is_wanted():
    assert set(chosen()) == set(ALWAYS)
    assert set(chosen(quantize=True)) == {*ALWAYS, "int8"}


def test_every_format_has_its_name_in_the_order_of_the_table():
    assert tuple(FORMATS) == NAMES


@pytest.mark.parametrize("name", list(PROFILES))
def test_a_profile_is_the_formats_that_it_names(name):
    assert set(chosen(name)) == set(PROFILES[name])


def test_names_and_profiles_go_together_in_the_order_of_the_table():
    names = list(chosen(" npz,browser, int8 "))
    assert names == [name for name in FORMATS if name in {"npz", "int8", "onnx", "onnx-int8"}]


@pytest.mark.parametrize("wanted", ["int4", "int8,nothing", "", ","])
def test_what_is_no_format_is_refused_with_those_there_are(wanted):
    with pytest.raises(ExportError, match=r"choose from float32, float16, .*, all, pi, browser, mcu"):
        chosen(wanted)
