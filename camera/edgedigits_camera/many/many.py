"""Files read one after the other, or several at once by an executor; answers come in the order of the files."""

from __future__ import annotations

from collections import deque
from concurrent.futures import CancelledError, wait
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from edgedigits.errors import EngineError, PictureError
from edgedigits_camera.many.cluster import is_closed, killed
from edgedigits_camera.many.sheet import How, Sheet, read_apart
from edgedigits_camera.many.workers import DiedError, Workers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor, Future

    from edgedigits_camera.reader import Page

# Files that are under way or wait for one before them: more only fill the memory, fewer let workers wait.
MOST_AHEAD = 256
# How often it is seen whether there is still anybody to wait for.
LOOK_EVERY_S = 1.0


def read_many(  # noqa: PLR0913 - as `read`, and where that is done
    pictures: Iterable[str | Path],
    *,
    jobs: int = 1,
    executor: Executor | None = None,
    bundle: Path | None = None,
    profile: Literal["still", "live"] = "still",
    print: Literal["read", "ignore"] = "read",
) -> Iterator[Page | PictureError]:
    """Read files in several processes; in their order, each as its page or as what is wrong with it.

    Examples:
        >>> import edgedigits
        >>> from pathlib import Path
        >>> for page in edgedigits.read_many(sorted(Path("photos").iterdir()), jobs=4):
        ...     print(page.lines)
        ('7180645', '45111670', '934588')

    Args:
        pictures: files; they are taken as they are needed.
        jobs: how many processes of this machine read them.
        executor: what reads them instead, such as ``distributed.Client(ADDRESS).get_executor()``: files and bundle
            must lie under the same names where its workers run.
        bundle: the networks; the shipped ones by default.
        profile: as in ``read``.
        print: as in ``read``.

    Raises:
        BundleError: the bundle is broken.
        BackendError: no runtime runs it.
        EngineError: the executor cannot go on.

    """
    how = How(bundle=bundle and bundle.absolute(), profile=profile, print=print)
    with Workers(jobs) if executor is None else nullcontext(executor) as readers:
        for sheet in read_files(map(Path, pictures), how, readers):
            yield sheet if isinstance(sheet, PictureError) else sheet.page


def read_files(paths: Iterable[Path], how: How, executor: Executor) -> Iterator[Sheet | PictureError]:
    """Read files by an executor, in their order; errors as ``read_many`` has them."""
    ahead: deque[tuple[Path, Future[Sheet | PictureError]]] = deque()
    for path in paths:
        # Workers elsewhere have another folder of work.
        ahead.append((path, executor.submit(read_apart, Path.cwd() / path, how)))
        if len(ahead) == MOST_AHEAD:
            yield outcome(*ahead.popleft(), executor)
    while ahead:
        yield outcome(*ahead.popleft(), executor)


def outcome(path: Path, future: Future[Sheet | PictureError], executor: Executor) -> Sheet | PictureError:
    """What became of a file; that processes died over it is its own fault, all else that of the executor.

    Raises:
        EngineError: the executor lost the call.

    """
    try:
        while not future.done() and not is_closed(executor):  # whose last calls are not always told that it is
            wait([future], timeout=LOOK_EVERY_S)
        sheet = future.result(timeout=0)
    except (DiedError, killed()) as error:
        return PictureError(f"{path} cannot be read ({' '.join(str(error).split())[:200]}); make it smaller")
    except (CancelledError, TimeoutError) as error:
        raise EngineError("what read the pictures is gone before the last one; start it and go on") from error
    # An error calls the file as it was given, here as in one process.
    return (
        PictureError(str(sheet).replace(str(Path.cwd() / path), str(path)))
        if isinstance(sheet, PictureError)
        else sheet
    )
