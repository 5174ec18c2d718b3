"""What comes first: what was chosen on this device, else what was measured on one of its kind, else the table."""

from dataclasses import replace

import pytest

from edgedigits.backends import choice, open_backend, open_detector
from edgedigits.backends.choice import choice_path, choose, chosen_ways, ordered
from edgedigits.backends.selection import Candidate, candidates
from edgedigits.bundle import Bundle, Measured, default_bundle
from edgedigits.errors import WriteError
from edgedigits.machine import processor_kind

WAYS = [Candidate("litert", "int8"), Candidate("litert", "dynamic"), Candidate("numpy", "npz")]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """A cache folder that nothing has been written to."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def processor(monkeypatch):
    """A function that says of what kind this machine's processor is."""
    return lambda kind: monkeypatch.setattr("edgedigits.backends.choice.processor_kind", lambda: kind)


@pytest.fixture(autouse=True)
def with_products_of_bytes(processor):
    """A processor on which the order of the table holds."""
    processor("x86_64 avx512_vnni")


@pytest.fixture
def shipped():
    return Bundle.read(default_bundle())


def measured(bundle, *, processor=None, **times_us):
    """A bundle whose export measured files in litert."""
    kind = processor or choice.processor_kind()
    return replace(bundle, measured=tuple(Measured(kind, "litert", name, p50_us) for name, p50_us in times_us.items()))


def first(bundle, network="naming"):
    return ordered(WAYS, bundle, network=network)[0]


@pytest.mark.parametrize("kind", ["x86_64 avx512_vnni", "aarch64 asimddp", "armv7l neon", "riscv64"])
def test_without_any_measurement_the_order_stays(shipped, processor, kind):
    processor(kind)
    assert ordered(iter(WAYS), shipped, network="naming") == WAYS


@pytest.mark.parametrize("kind", ["x86_64 avx2", "aarch64 asimd"])
def test_a_processor_without_products_of_bytes_takes_dynamic_first(shipped, processor, kind):
    processor(kind)
    assert ordered(iter(WAYS), shipped, network="naming") == [WAYS[1], WAYS[0], WAYS[2]]
    assert ordered([WAYS[0], WAYS[2]], shipped, network="naming") == [WAYS[0], WAYS[2]]
    assert first(measured(shipped, processor=kind, int8=30.0, dynamic=50.0)) == WAYS[0]
    assert first(shipped, "detector") == WAYS[0]


def test_auto_takes_dynamic_there(processor):
    pytest.importorskip("ai_edge_litert")
    processor("aarch64 asimd")
    assert open_backend(Bundle.load(default_bundle())).explain() == "backend litert with dynamic"


def test_what_the_export_measured_on_this_kind_of_processor_comes_first(shipped):
    assert ordered(WAYS, measured(shipped, int8=30.0, dynamic=20.0), network="naming") == [WAYS[1], WAYS[0], WAYS[2]]


def test_on_another_kind_of_processor_it_says_nothing(shipped):
    assert first(measured(shipped, processor="riscv64", int8=30.0, dynamic=20.0)) == WAYS[0]


def test_what_is_nearly_as_fast_keeps_its_place(shipped):
    assert first(measured(shipped, int8=21.9, dynamic=20.0)) == WAYS[0]
    assert first(measured(shipped, int8=22.1, dynamic=20.0)) == WAYS[1]


def test_it_says_nothing_of_the_detector(shipped):
    assert first(measured(shipped, int8=30.0, dynamic=20.0), "detector") == WAYS[0]


def test_a_choice_comes_before_what_was_measured(shipped):
    bundle = measured(shipped, int8=30.0, dynamic=20.0)
    choose(bundle, {"naming": WAYS[2]})
    assert first(bundle) == WAYS[2]
    assert first(bundle, "detector") == WAYS[0]


def test_a_choice_is_for_one_bundle(shipped):
    choose(shipped, {"naming": WAYS[2]})
    assert chosen_ways(replace(shipped, name="renamed"))
    assert not chosen_ways(replace(shipped, golden_sha256="0" * 64))


def test_auto_takes_what_was_chosen_and_a_format_that_was_asked_for_all_the_same():
    bundle = Bundle.load(default_bundle())
    choose(bundle, {"naming": Candidate("numpy", "npz"), "detector": Candidate("numpy", "npz")})
    assert open_backend(bundle).candidate == Candidate("numpy", "npz")
    assert open_detector(bundle).candidate == Candidate("numpy", "npz")
    assert open_backend(bundle, format="onnx").candidate.format == "onnx"


def test_a_choice_that_does_not_serve_any_more_is_followed_by_the_rest(monkeypatch):
    bundle = Bundle.load(default_bundle())
    choose(bundle, {"naming": Candidate("tflite-runtime", "int8")})
    if any(refused.backend == "tflite-runtime" for refused, _ in open_backend(bundle).refused):
        assert open_backend(bundle).candidate != Candidate("tflite-runtime", "int8")
    else:
        assert open_backend(bundle).candidate == Candidate("tflite-runtime", "int8")


@pytest.mark.parametrize("content", ["", "[]", "null", '{"naming": 7}', '{"naming": {}}', "\x00"])
def test_a_choice_that_is_damaged_is_none(shipped, content):
    path = choose(shipped, {"naming": WAYS[2]})
    path.write_text(content)
    assert chosen_ways(shipped) == {}
    assert first(shipped) == WAYS[0]


def test_a_user_without_a_home_is_told_and_reads_all_the_same(shipped, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr("pathlib.Path.home", nobody)
    assert choice_path(shipped) is None
    assert first(shipped) == WAYS[0]
    with pytest.raises(WriteError, match="no home"):
        choose(shipped, {"naming": WAYS[2]})


def nobody():
    raise RuntimeError("Could not determine home directory.")


def test_the_kind_of_a_processor_is_its_architecture_and_its_best_way_to_add_up_products(tmp_path):
    (tmp_path / "cpuinfo").write_text("Features : fp asimd evtstrm aes asimddp\n")
    assert processor_kind(cpu_info=tmp_path / "cpuinfo").split()[1:] == ["asimddp"]
    (tmp_path / "cpuinfo").write_text("flags : sse avx2 avx_vnni avx512_vnni\n")
    assert processor_kind(cpu_info=tmp_path / "cpuinfo").split()[1:] == ["avx512_vnni"]
    assert len(processor_kind(cpu_info=tmp_path / "none").split()) == 1


def test_a_manifest_tells_what_was_measured_only_where_something_was(random_bundle, tmp_path):
    bundle = Bundle.read(random_bundle)
    assert "measured" not in bundle.content()
    told = replace(measured(bundle, int8=30.0), folder=tmp_path)
    (tmp_path / "model.npz").write_bytes((random_bundle / "model.npz").read_bytes())
    (tmp_path / "golden.npz").write_bytes((random_bundle / "golden.npz").read_bytes())
    told.save()
    assert Bundle.load(tmp_path) == told
    assert list(candidates(told)) == list(candidates(bundle))
