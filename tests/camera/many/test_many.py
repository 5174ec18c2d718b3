"""Files read by several processes give what one process reads, in their order, whatever happens to a worker."""

import os
import signal
import sys
from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from PIL import Image

import edgedigits
from edgedigits.errors import EngineError, MissingExtraError, PictureError
from edgedigits.recognizer import Recognizer
from edgedigits_camera.many import many
from edgedigits_camera.many.cluster import on_cluster
from edgedigits_camera.many.many import read_files, read_many
from edgedigits_camera.many.sheet import How, read_file
from edgedigits_camera.many.workers import Workers
from edgedigits_camera.scene import SceneSpec, draw_scene


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """Ten drawn pages, the fourth damaged, the sixth not there."""
    folder = tmp_path_factory.mktemp("pages")
    for number in range(10):
        scene = draw_scene(number, spec=SceneSpec(layout="line", digit_px=50.0), size_px=(320, 240))
        Image.fromarray(scene.image[..., ::-1]).save(folder / f"{number}.png")
    (folder / "3.png").write_bytes((folder / "3.png").read_bytes()[:-9000])
    (folder / "5.png").unlink()
    return [folder / f"{number}.png" for number in range(10)]


@pytest.fixture(scope="module")
def alone(paths):
    """What one process reads."""
    with Recognizer.load() as recognizer:
        return list(map(told, [read_file(path, recognizer, How()) for path in paths]))


def told(sheet):
    """Sheets and pages, and errors, as values that can be compared."""
    return str(sheet) if isinstance(sheet, PictureError) else getattr(sheet, "page", sheet)


def test_what_cannot_be_read_is_told_in_its_place(alone):
    assert ["is damaged" in alone[3], "does not exist" in alone[5]] == [True, True]
    assert sum(isinstance(page, str) for page in alone) == 2
    assert any(page.lines for page in alone if not isinstance(page, str))


def test_two_processes_read_what_one_does_in_the_same_order(paths, alone):
    assert list(map(told, edgedigits.read_many(map(str, paths), jobs=2))) == alone


def test_a_worker_that_is_killed_costs_nothing(paths, alone):
    with Workers(2) as workers:
        sheets = read_files(paths, How(), workers)
        first = next(sheets)
        workers.submit(os.getpid).result()
        workers._processes[0].kill()
        assert list(map(told, [first, *sheets])) == alone


def test_files_are_taken_as_they_are_needed(paths, alone, monkeypatch):
    taken = []
    monkeypatch.setattr(many, "MOST_AHEAD", 3)
    with Workers(1) as workers:
        sheets = read_files((taken.append(path) or path for path in paths), How(), workers)
        for number, sheet in enumerate(sheets):
            assert told(sheet) == alone[number]
            assert len(taken) <= number + 3
    assert len(taken) == 10


def test_a_page_that_ends_its_worker_is_told_and_the_rest_is_read(paths, alone, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        "if 'edgedigits_camera.many.workers' in ' '.join(sys.orig_argv):\n"
        "    from edgedigits_camera.many import sheet\n"
        "    load = sheet.load_picture\n"
        "    sheet.load_picture = lambda path: os.abort() if path.stem == '1' else load(path)\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(tmp_path), *sys.path])
        sheets = list(map(told, read_many(paths, jobs=2)))
    assert sheets[1].startswith(f"{paths[1]} cannot be read (it ended the process that worked on it with SIGABRT)")
    assert sheets[:1] + sheets[2:] == alone[:1] + alone[2:]


def test_a_fault_of_ours_over_one_page_is_its_error(paths, monkeypatch):
    monkeypatch.setattr("edgedigits_camera.many.sheet.read_page", lambda *_, **__: int("seven"))
    with Recognizer.load() as recognizer:
        error = read_file(paths[0], recognizer, How())
    assert str(error) == f"{paths[0]} cannot be read (ValueError: invalid literal for int() with base 10: 'seven')"


def test_a_bundle_that_is_broken_ends_the_run(paths, tmp_path):
    with pytest.raises(edgedigits.EdgeDigitsError, match=r"no manifest\.json"):
        list(read_many(paths, jobs=2, bundle=tmp_path))


@pytest.fixture
def cluster():
    """A scheduler and two workers of this machine."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


@pytest.mark.slow
def test_a_cluster_reads_what_one_process_does_though_a_worker_is_killed(cluster, paths, alone):
    with on_cluster(cluster.scheduler_address) as executor:
        sheets = read_files(3 * paths, How(), executor)
        first = next(sheets)
        pids = [nanny.process.pid for nanny in cluster.workers.values()]
        os.kill(pids[0], signal.SIGKILL)
        assert list(map(told, [first, *sheets])) == 3 * alone
    assert {nanny.process.pid for nanny in cluster.workers.values()} != set(pids)


@pytest.mark.slow
def test_a_cluster_that_is_gone_ends_the_run(cluster, paths):
    with on_cluster(cluster.scheduler_address) as executor:
        sheets = read_files(3 * paths, How(), executor)
        next(sheets)
        cluster.close()
        with pytest.raises(EngineError, match="gone before the last one"):
            list(sheets)


def test_a_call_that_a_closed_cluster_forgot_ends_the_run(tmp_path):
    closed = SimpleNamespace(_client=SimpleNamespace(status="closed"), submit=lambda *_: Future())
    with pytest.raises(EngineError, match="gone before the last one"):
        list(read_files([tmp_path / "page.png"], How(), closed))


@pytest.mark.slow
def test_a_cluster_without_workers_is_told_and_waited_for(paths, alone, caplog):
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with (
        distributed.LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address=None) as cluster,
        on_cluster(cluster.scheduler_address) as executor,
    ):
        told_of = [record.message for record in caplog.records if record.name.startswith("edgedigits")]
        cluster.scale(1)
        assert list(map(told, read_files(paths[:2], How(), executor))) == alone[:2]
    assert len(told_of) == 1
    assert told_of[0].startswith(f"no worker is at {cluster.scheduler_address} yet")


def test_no_cluster_and_no_engine_are_one_line_each(monkeypatch):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr("edgedigits_camera.many.cluster.PATIENCE_S", 1)
    with (
        pytest.raises(EngineError, match=r"no scheduler answers at tcp://127\.0\.0\.1:1; start one"),
        on_cluster("tcp://127.0.0.1:1"),
    ):
        pass
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'edgedigits\[cluster\]'"), on_cluster("tcp://[::1]:1"):
        pass
