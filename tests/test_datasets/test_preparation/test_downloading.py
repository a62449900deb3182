"""The download against a downloader object that behaves as the SoccerNet package does, without a network."""

from __future__ import annotations

import errno
import io
import zipfile
from pathlib import Path

import pytest

from mmsynloc.datasets.preparation import disk
from mmsynloc.datasets.preparation.downloading import TASK, download, soccernet_downloader, zip_folder
from mmsynloc.utils import UserError

PASSWORD = "correct-horse"


def zip_bytes(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"{name}/000000.jpg", name.encode() * 300)
    return buffer.getvalue()


class FakeDownloader:
    """Skips a zip that exists, calls val "valid", and always brings the annotations too."""

    def __init__(self, folder: Path, spoil: dict[str, list] | None = None):
        self.folder, self.fetched, self.spoil = Path(folder), [], spoil or {}

    def downloadDataTask(self, task, split, version, verbose=True):
        assert task == TASK
        assert version in ("4K", "fullhd")
        for name in [*("val" if s == "valid" else s for s in split), "annotations"]:
            path = self.folder / task / f"{name}.zip"
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            self.fetched.append(name)
            spoil = self.spoil.get(name, [])
            content = spoil.pop(0) if spoil else zip_bytes(f"{version}-{name}")
            if isinstance(content, BaseException):
                path.write_bytes(b"half")
                raise content
            if content is not None:
                path.write_bytes(content)


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("SYNLOC_EMAIL", "a@x.org")
    monkeypatch.setenv("SYNLOC_PASSWORD", PASSWORD)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: type("U", (), {"free": 10**12}))
    return tmp_path / "data"


def _run(root, splits=("train", "val"), spoil=None, **options):
    made = []

    def factory(folder, credentials):
        assert credentials.password == PASSWORD
        made.append(FakeDownloader(folder, spoil))
        return made[-1]

    paths = download(root, splits=splits, downloader_factory=factory, progress=False, **options)
    return paths, [name for one in made for name in one.fetched]


def test_download__no_splits_brings_the_annotations(root):
    paths, fetched = _run(root, splits=())
    assert fetched == ["annotations"]
    assert [p.name for p in paths] == ["annotations.zip"]


def test_download__goes_on_with_what_is_missing(root):
    assert _run(root, splits=("train",))[1] == ["annotations", "train"]
    assert _run(root)[1] == ["val"]


def test_download__nothing_missing_needs_no_account(root, monkeypatch):
    _run(root)
    monkeypatch.delenv("SYNLOC_EMAIL")
    assert _run(root)[1] == []


def test_download__versions_in_separate_folders(root):
    four_k = _run(root, version="4K")[0]
    full_hd = _run(root, version="fullhd")[0]
    assert not set(four_k) & set(full_hd)
    assert zipfile.ZipFile(full_hd[1]).namelist() == ["fullhd-train/000000.jpg"]
    assert zipfile.ZipFile(four_k[1]).namelist() == ["4K-train/000000.jpg"]


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_download__bad_zip_on_disk_is_fetched_again(root, damage):
    path = _run(root)[0][1]
    data = bytearray(path.read_bytes())
    if damage == "cut":
        data = data[:100]
    else:
        data[100] ^= 0xFF
    path.write_bytes(data)
    assert _run(root)[1] == ["train"]
    assert zipfile.ZipFile(path).testzip() is None


def test_download__fetched_corrupt_tries_again_once(root):
    assert _run(root, spoil={"train": [b"<html>error</html>"]})[1] == ["annotations", "train", "train", "val"]


def test_download__corrupt_every_time(root):
    with pytest.raises(UserError, match=r"train\.zip: cut short or no zip .* 2 times"):
        _run(root, spoil={"train": [b"<html>"] * 9})
    assert not (zip_folder(root, "4K") / "train.zip").exists()


class _ClientError(Exception):
    """As botocore raises it."""

    def __init__(self, code, text):
        super().__init__(f"An error occurred ({code}): {text}")
        self.response = {"Error": {"Code": code}}


def test_download__wrong_password(root):
    error = _ClientError("NotAuthorizedException", f"Incorrect username or password. {PASSWORD}")
    with pytest.raises(UserError, match=r"wrong e-mail or password \(from SYNLOC_EMAIL") as caught:
        _run(root, spoil={"annotations": [error]})
    assert PASSWORD not in str(caught.value)


def test_download__broken_connection_leaves_nothing_half_written(root):
    error = ConnectionError(f"reset\nby peer, user a@x.org {PASSWORD}")
    with pytest.raises(UserError, match="run the same command again") as caught:
        _run(root, spoil={"train": [error]})
    assert "\n" not in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert "a@x.org" not in str(caught.value)
    assert [p.name for p in zip_folder(root, "4K").glob("*.zip")] == ["annotations.zip"]
    assert _run(root)[1] == ["train", "val"]


def test_download__interrupt_passes_and_cleans_up(root):
    with pytest.raises(KeyboardInterrupt):
        _run(root, spoil={"train": [KeyboardInterrupt()]})
    assert not (zip_folder(root, "4K") / "train.zip").exists()


def test_download__disk_full_before(root, monkeypatch):
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: type("U", (), {"free": 5 * 10**9}))
    with pytest.raises(UserError, match=r"not enough disk space: .* needs about 68\.\d GB, 5\.0 GB are free"):
        _run(root)


def test_download__disk_full_meanwhile(root):
    with pytest.raises(UserError, match="the disk is full"):
        _run(root, spoil={"val": [OSError(errno.ENOSPC, "No space left on device")]})


def test_download__package_brings_nothing(root):
    with pytest.raises(UserError, match=r"annotations\.zip: .*update the package"):
        _run(root, spoil={"annotations": [None]})


def test_download__unknown_version(root):
    with pytest.raises(UserError, match="--version 8K"):
        _run(root, version="8K")


@pytest.mark.parametrize("where", [".", "SpiideoSynLoc", "4K/SpiideoSynLoc"])
def test_download__source_is_copied(root, tmp_path, where):
    folder = tmp_path / "drive" / where
    folder.mkdir(parents=True)
    for name in ("annotations", "train", "valid"):
        (folder / f"{name}.zip").write_bytes(zip_bytes(name))
    paths, fetched = _run(root, source=tmp_path / "drive")
    assert fetched == []
    assert [zipfile.ZipFile(p).namelist()[0] for p in paths] == [
        f"{n}/000000.jpg" for n in ("annotations", "train", "valid")
    ]


def test_download__source_lacks_a_zip(root, tmp_path):
    (tmp_path / "annotations.zip").write_bytes(zip_bytes("annotations"))
    with pytest.raises(UserError, match=r"has no train\.zip, val\.zip"):
        _run(root, source=tmp_path)
    with pytest.raises(UserError, match="absent: no such folder"):
        _run(root, source=tmp_path / "absent")


def test_download__corrupt_source_leaves_nothing(root, tmp_path):
    for name in ("annotations", "train"):
        (tmp_path / f"{name}.zip").write_bytes(zip_bytes(name)[:-5])
    with pytest.raises(UserError, match=r"annotations\.zip: cut short"):
        _run(root, splits=("train",), source=tmp_path)
    assert not list(zip_folder(root, "4K").glob("*.zip"))


def test_soccernet_downloader__takes_the_credentials_without_a_prompt(tmp_path):
    pytest.importorskip("SoccerNet.Downloader")
    from mmsynloc.datasets.preparation.credentials import Credentials

    downloader = soccernet_downloader(tmp_path, Credentials("a@x.org", PASSWORD, "here"))
    assert downloader.getSpiideoCredentials() == ("a@x.org", PASSWORD)
    assert downloader.LocalDirectory == str(tmp_path)
