"""Fetching the official zips through the SoccerNet package, or from a folder that has them already."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tqdm import tqdm

from mmsynloc.datasets.preparation.archives import find_fault, find_zip, forget_verified
from mmsynloc.datasets.preparation.credentials import Credentials, find_credentials
from mmsynloc.datasets.preparation.disk import explain_full_disk, is_disk_full, require_space
from mmsynloc.datasets.preparation.layout import SPLITS, VERSIONS, zip_size
from mmsynloc.utils import UserError, atomic_write

__all__ = ["TASK", "download", "soccernet_downloader", "zip_folder", "zip_folders"]

TASK = "SpiideoSynLoc"
_WRONG_ACCOUNT = ("NotAuthorizedException", "UserNotFoundException", "UserNotConfirmedException")
_ATTEMPTS = 2

DownloaderFactory = Callable[[Path, Credentials], Any]


def zip_folder(root: Path, version: str) -> Path:
    """Where the zips of a version lie; both versions use the same file names, so each has its own folder."""
    return Path(root) / "zips" / version / TASK


def zip_folders(folder: Path, version: str) -> list[Path]:
    """The usual places of a version's zips below ``folder``."""
    folder = Path(folder)
    return [folder / "zips" / version / TASK, folder / version / TASK, folder / version, folder / TASK, folder]


def soccernet_downloader(folder: Path, credentials: Credentials) -> Any:
    """A ``SoccerNetDownloader`` that takes the given credentials instead of asking on a prompt.

    Raises:
        UserError: the SoccerNet package is not installed.
    """
    try:
        from SoccerNet.Downloader import SoccerNetDownloader
    except ImportError as error:
        raise UserError(f"the download needs the SoccerNet package: pip install SoccerNet ({error})") from None

    class Downloader(SoccerNetDownloader):
        def getSpiideoCredentials(self) -> tuple[str, str]:
            return credentials.email, credentials.password

    return Downloader(LocalDirectory=str(folder))


def download(
    root: Path,
    version: str = "4K",
    splits: Sequence[str] = SPLITS,
    source: Path | None = None,
    downloader_factory: DownloaderFactory = soccernet_downloader,
    progress: bool = True,
) -> list[Path]:
    """Bring the zips of the given splits and of the annotations, and test each of them.

    A zip that is there and whole is kept, so an interrupted download goes on with the first zip that is missing;
    one that is cut short or corrupt is fetched again.

    Args:
        root: the data set's folder; the zips go to ``ROOT/zips/VERSION/SpiideoSynLoc``.
        version: ``4K`` or ``fullhd``. The annotations are the 4K ones for both.
        splits: canonical names.
        source: a folder with the zips, copied instead of downloaded.
        downloader_factory: makes the object whose ``downloadDataTask`` fetches; called once, when it is needed.

    Returns:
        The zips, the annotations first.

    Raises:
        UserError: no or wrong credentials, no network, too little disk space, or a zip that stays corrupt.
    """
    if version not in VERSIONS:
        raise UserError(f"--version {version}: not one of {', '.join(VERSIONS)}")
    folder = zip_folder(root, version)
    names = ["annotations", *splits]
    missing = [name for name in names if not _is_whole(folder / f"{name}.zip", progress)]
    sizes = {name: zip_size(version, name) for name in missing}
    if source is not None:
        found = _zips_of(Path(source), version, missing)
        require_space(folder, sum(path.stat().st_size for path in found.values()), "the copy")
        for name in missing:
            _copy(found[name], folder / f"{name}.zip", progress)
    elif missing:
        require_space(folder, sum(sizes.values()), f"the download of {', '.join(missing)}")
        credentials = find_credentials()
        downloader = downloader_factory(folder.parent, credentials)
        for name in missing:
            _fetch(downloader, credentials, folder / f"{name}.zip", version, sizes[name], progress)
    return [folder / f"{name}.zip" for name in names]


def _is_whole(path: Path, progress: bool) -> bool:
    """Whether the zip can be kept; one that cannot is removed, since the downloader would skip it."""
    if not path.exists():
        return False
    fault = find_fault(path, progress)
    if fault is not None:
        tqdm.write(f"{path}: {fault}; it is fetched again")
        _remove(path)
    return fault is None


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    forget_verified(path)


def _fetch(downloader: Any, credentials: Credentials, path: Path, version: str, expected: int, progress: bool) -> None:
    fault: str | None = None
    for _ in range(_ATTEMPTS):
        try:
            with _watch(path, expected, progress):
                _call_downloader(downloader, path.stem, version)
        except BaseException as error:
            _remove(path)  # it is incomplete, and takes the space that a next run needs
            if not isinstance(error, Exception):
                raise
            raise _explain(error, credentials, path) from None
        if not path.exists():
            raise UserError(f"{path}: the download brought no such file; update the package: pip install -U SoccerNet")
        fault = find_fault(path, progress)
        if fault is None:
            return
        _remove(path)
    raise UserError(f"{path}: {fault}, {_ATTEMPTS} times in a row; try again later")


def _call_downloader(downloader: Any, name: str, version: str) -> None:
    """Ask for one zip. The package calls val "valid", and brings the annotations with every call that lacks them."""
    wanted = {"annotations": [], "val": ["valid"]}.get(name, [name])
    downloader.downloadDataTask(task=TASK, split=wanted, version=version, verbose=False)


def _explain(error: Exception, credentials: Credentials, path: Path) -> UserError:
    if isinstance(error, UserError):
        return error
    if is_disk_full(error):
        return UserError(f"{path}: the disk is full; make room and run the same command again, it goes on from here")
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    if code in _WRONG_ACCOUNT:
        return UserError(f"the account was refused: wrong e-mail or password (from {credentials.source})")
    text = " ".join(credentials.redact(str(error)).split())
    return UserError(f"{path.name}: the download failed ({type(error).__name__}: {text}); run the same command again")


@contextmanager
def _watch(path: Path, expected: int, progress: bool) -> Iterator[None]:
    """A progress bar from the size of the growing file, because the downloader has none."""
    done = threading.Event()

    def follow(bar: tqdm) -> None:
        while not done.wait(0.5):
            _advance(bar, path)

    with tqdm(total=expected, desc=f"{path.name} (about)", unit="B", unit_scale=True, disable=not progress) as bar:
        thread = threading.Thread(target=follow, args=(bar,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            _advance(bar, path)


def _advance(bar: tqdm, path: Path) -> None:
    if path.exists():
        size = path.stat().st_size
        bar.total = max(bar.total or 0, size)
        bar.update(size - bar.n)


def _zips_of(source: Path, version: str, names: Sequence[str]) -> dict[str, Path]:
    if not source.is_dir():
        raise UserError(f"{source}: no such folder")
    zips = {name: find_zip(zip_folders(source, version), name) for name in names}
    found = {name: path for name, path in zips.items() if path is not None}
    lacking = [f"{name}.zip" for name in names if name not in found]
    if lacking:
        raise UserError(f"{source}: has no {', '.join(lacking)}")
    return found


def _copy(path: Path, target: Path, progress: bool) -> None:
    size = path.stat().st_size
    bar = tqdm(total=size, desc=f"copying {path.name}", unit="B", unit_scale=True, disable=not progress)
    with bar, explain_full_disk(target.parent), atomic_write(target) as temporary:
        with path.open("rb") as reader, temporary.open("wb") as writer:
            while chunk := reader.read(1 << 22):
                writer.write(chunk)
                bar.update(len(chunk))
        shutil.copystat(path, temporary)
    fault = find_fault(target, progress)
    if fault is not None:
        _remove(target)
        raise UserError(f"{path}: {fault}; fetch it anew")
