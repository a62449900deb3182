"""Camera files: every kind gives the same camera; what is wrong is named in one line."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mmsynloc.files import read_camera, read_cameras
from mmsynloc.structures import OpenCVCamera, SphericalCamera, scale_points_px
from mmsynloc.utils import UserError
from tests.camera_files import (
    KNOWN,
    SIZE,
    WRITERS,
    hand_camera,
    opencv_content,
    soccernet_content,
    synloc_content,
    write_lens,
)


def _npy_header(shape: str) -> bytes:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


CENTRE_PX = KNOWN[0.0, 0.0, 0.0]
TOLERANCE_PX = {"annotations": 0.02, "SynLoc JSON": 0.02}  # polynomials of degree 8 for a tangent


@pytest.mark.parametrize("kind", WRITERS)
def test_read_camera__known_points(tmp_path, kind):
    camera = read_camera(WRITERS[kind](tmp_path))
    assert camera.image_size == SIZE
    np.testing.assert_allclose(camera.position_m, [60, 0, 20], atol=1e-6)
    pixels, valid = camera.pitch_to_pixel(list(KNOWN))
    assert valid.all()
    np.testing.assert_allclose(pixels, list(KNOWN.values()), atol=TOLERANCE_PX.get(kind, 1e-6))
    on_ground = [(x, y) for x, y, z in KNOWN if z == 0]
    np.testing.assert_allclose(camera.pixel_to_pitch(pixels[:2]).points, on_ground, atol=0.05)


@pytest.mark.parametrize("kind", WRITERS)
def test_read_camera__at_the_image_s_size(tmp_path, kind):
    path = WRITERS[kind](tmp_path)
    camera = read_camera(path, (960, 540))
    assert camera.image_size == (960, 540)
    expected = scale_points_px(np.array(list(KNOWN.values())), 0.5)
    pixels = camera.pitch_to_pixel(list(KNOWN)).points
    np.testing.assert_allclose(pixels, expected, atol=TOLERANCE_PX.get(kind, 1e-6))
    with pytest.raises(UserError, match=r"is for images of 1920x1080, and the image is 1024x1024"):
        read_camera(path, (1024, 1024))


@pytest.mark.parametrize("name", ["", "lens.json"])
def test_read_camera__lens_of_the_development_kit(tmp_path, name):
    path = write_lens(tmp_path / "scene") / name
    camera = read_camera(path, SIZE)
    # the centre of the pitch is arctan(20 / 60) below the axis, with 1000 px a radian
    expected = [[959.5, 539.5 + 1000 * np.arctan(20 / 60)]]
    np.testing.assert_allclose(camera.pitch_to_pixel([[0, 0]]).points, expected, atol=1e-6)
    np.testing.assert_allclose(camera.pixel_to_pitch(expected).points, [[0, 0]], atol=1e-6)
    with pytest.raises(UserError, match="has no image_width and image_height"):
        read_camera(path)


def _write(folder: Path, content: object, name: str = "camera.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(content, default=lambda array: array.tolist()))
    return path


def _opencv(**changes) -> dict:
    content = {**opencv_content(hand_camera()), **changes}
    return {key: value for key, value in content.items() if value is not None}


def test_read_camera__opencv_coefficients_and_fisheye(tmp_path):
    camera = read_camera(_write(tmp_path, _opencv(distortion_coefficients=[[0.1, 0.02, 0.003, 0.004, 0.005]])))
    np.testing.assert_array_equal(camera.distortion, [0.1, 0.02, 0.003, 0.004, 0.005])
    for fisheye in ({"fisheye": 1}, {"distortion_model": "equidistant"}):
        camera = read_camera(_write(tmp_path, _opencv(distortion_coefficients=[0.1, 0, 0, 0], **fisheye)))
        assert isinstance(camera, OpenCVCamera)
        assert camera.fisheye
    assert not read_camera(_write(tmp_path, _opencv(fisheye=0))).fisheye


def test_read_camera__soccernet_distortion_in_opencv_s_order(tmp_path):
    content = soccernet_content(
        radial_distortion=[0.01, 0.02, 0.03, 0.04, 0.05, 0.06],
        tangential_distortion=[0.001, 0.002],
        thin_prism_distortion=[0.003, 0.004, 0.005, 0.006],
    )
    expected = [0.01, 0.02, 0.001, 0.002, 0.03, 0.04, 0.05, 0.06, 0.003, 0.004, 0.005, 0.006]
    np.testing.assert_array_equal(read_camera(_write(tmp_path, content)).distortion, expected)


def test_read_camera__soccernet_pan_tilt_roll(tmp_path):
    # 45 degrees down from (0, 20, -20) m: the axis meets the pitch's centre, whatever the roll
    content = soccernet_content(tilt_degrees=45.0, position_meters=[0, 20, -20], roll_degrees=7.0)
    pixels = read_camera(_write(tmp_path, content)).pitch_to_pixel([[0, 0]]).points
    np.testing.assert_allclose(pixels, [[959.5, 539.5]], atol=1e-9)
    # panned by 90 degrees about z (down): from -y to +x, along the pitch, which is our y
    content = soccernet_content(pan_degrees=90.0, position_meters=[-60, 0, -20])
    pixels = read_camera(_write(tmp_path, content)).pitch_to_pixel([[0, 0], [30, 0]]).points
    np.testing.assert_allclose(pixels, [[959.5, 539.5 + 1000 / 3], [959.5 + 500, 539.5 + 1000 / 3]], atol=1e-9)


@pytest.mark.parametrize(
    ("principal_point", "size"), [((480, 270), (960, 540)), ((640, 360), (1280, 720)), ((950, 560), (1920, 1080))]
)
def test_read_camera__soccernet_size(tmp_path, principal_point, size):
    assert read_camera(_write(tmp_path, soccernet_content(principal_point=principal_point))).image_size == size


def test_read_camera__spherical_lens(tmp_path):
    content = {
        "camera_matrix": synloc_content()["camera_matrix"],
        "spherical_fov": np.pi / 2,
        "width": 1001,
        "height": 501,
    }
    camera = read_camera(_write(tmp_path, content))
    assert isinstance(camera, SphericalCamera)
    # the centre of the pitch is straight ahead at a tilt of arctan(20 / 60), with 1001 px for 90 degrees
    tilt_px = np.arctan(20 / 60) * 1001 / (np.pi / 2)
    np.testing.assert_allclose(camera.pitch_to_pixel([[0, 0]]).points, [[500, 250 + tilt_px]], atol=1e-9)


def test_read_cameras__annotations_by_image(tmp_path):
    images = [{"id": i, "file_name": f"{i}.jpg", **synloc_content()} for i in range(2)]
    images[1]["camera_matrix"][0][3] += 1.0
    path = _write(tmp_path, {"images": images})
    cameras = read_cameras(path)
    assert cameras.image_names == ("0.jpg", "1.jpg")
    first, second = cameras.camera("0.jpg"), cameras.camera("/data/val/1.jpg", (960, 540))
    assert np.abs(np.asarray(first.position_m) - second.position_m).max() > 0.1
    assert second.image_size == (960, 540)
    with pytest.raises(UserError, match=r"camera\.json: has cameras of 2 images; name the image"):
        cameras.camera()
    with pytest.raises(UserError, match=r"image '7.jpg' is not in the camera file"):
        cameras.camera("7.jpg")


def test_read_cameras__one_camera_serves_every_image(tmp_path):
    for kind in ("annotations", "plain JSON"):
        cameras = read_cameras(WRITERS[kind](tmp_path))
        assert cameras.camera("other.jpg").image_size == SIZE


def test_read_cameras__several_in_one_file(tmp_path):
    content = {"a.jpg": soccernet_content(), "b.jpg": soccernet_content(pan_degrees=5)}
    cameras = read_cameras(_write(tmp_path, content))
    assert cameras.image_names == ("a.jpg", "b.jpg")
    np.testing.assert_allclose(cameras.camera("a.jpg").pitch_to_pixel([[0, 0]]).points, [CENTRE_PX])
    assert abs(cameras.camera("b").pitch_to_pixel([[0, 0]]).points[0, 0] - 959.5) > 50


def test_read_cameras__a_folder_with_one_file_for_each_image(tmp_path):
    for i in range(2):
        _write(tmp_path, soccernet_content(pan_degrees=i), f"camera_{i:05d}.json")
    cameras = read_cameras(tmp_path)
    assert cameras.image_names == ("00000", "00001")
    np.testing.assert_allclose(cameras.camera("00000.jpg", SIZE).pitch_to_pixel([[0, 0]]).points, [CENTRE_PX])
    with pytest.raises(UserError, match=r"'00007\.jpg' is not in the camera file"):
        cameras.camera("00007.jpg")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "holds no named values"),
        ([1, 2], "holds no named values"),
        ({"foo": 1, "bar": 2}, r"has no camera_matrix \(or .*\); it has foo, bar"),
        (_opencv(rvec=None), "has no pose on the pitch .*cv2.solvePnP"),
        (_opencv(tvec=None), "has no pose on the pitch"),
        (_opencv(rvec=[1.0, 2.0]), r"rvec has shape \(2,\)"),
        (_opencv(rvec=np.zeros((4, 3, 1))), "rvec holds 4 poses"),
        (_opencv(tvec=np.zeros((3, 3))), "tvec holds 3 poses"),
        (_opencv(tvec=["a", "b", "c"]), "tvec is not an array of numbers"),
        (_opencv(image_width=None), "image_width is missing"),
        (_opencv(image_width=None, image_height=None), "has no image_width and image_height"),
        (_opencv(image_width=-1), "not a positive width and height"),
        (_opencv(camera_matrix=np.eye(2)), r"intrinsics has shape \(2, 2\)"),
        (_opencv(camera_matrix={"rows": 3, "cols": 3, "data": [1, 2]}), "camera_matrix is 3x3, and has 2 numbers"),
        (_opencv(camera_matrix={"rows": 1, "cols": 1}), "data of camera_matrix is missing"),
        (_opencv(camera_matrix={"fx": 1, "fy": 1}), "camera_matrix is neither rows of numbers nor .*; it has fx, fy"),
        (_opencv(camera_matrix=[[10**400]]), "camera_matrix is not an array of numbers"),
        (_opencv(model="division"), "model is division, which is no lens model"),
        ({"camera": {"foo": 1}}, r"has no camera_matrix .*; it has foo"),
        ({**synloc_content(), "undist_poly": [0.0]}, "undist_poly is not the inverse of dist_poly"),
        (_opencv(distortion_coefficients=[0.0] * 3), "distortion has 3 coefficients"),
        (_opencv(rvec=np.diag([1, 1, -1])), "not a rotation"),
        (_opencv(tvec=[0, -20, 60]), "under the pitch; z points up"),
        (_opencv(tvec=[0, 20, 6000]), "does not see the pitch"),
        (_opencv(rvec=np.diag([1, -1, -1]) @ hand_camera().rotation), "under the pitch|does not see"),
        ({**synloc_content(), "undist_poly": "x"}, "undist_poly is not an array"),
        ({k: v for k, v in synloc_content().items() if k != "undist_poly"}, "undist_poly is missing"),
        ({k: v for k, v in synloc_content().items() if k != "camera_matrix"}, "camera_matrix is missing"),
        ({**synloc_content(), "camera_matrix": np.eye(3)}, r"camera_matrix has shape \(3, 3\)"),
        ({"spherical_fov": 9, "camera_matrix": np.eye(3, 4), "width": 4, "height": 4}, "camera_matrix is singular"),
        ({**synloc_content(), "spherical_fov": 9}, "field of view"),
        (soccernet_content(pan_degrees="x"), "pan_degrees is not an array of numbers"),
        (soccernet_content(principal_point=[1e30, 5.6e29]), "does not see the pitch"),
        (soccernet_content(position_meters=[1, 2]), "position_meters has 2 numbers, not 3"),
        (soccernet_content(position_meters=[0, 60, 20]), "under the pitch"),
        (soccernet_content(radial_distortion=[0.1]), "radial_distortion has 1 numbers, not 6"),
        ({"pan_degrees": 1}, "tilt_degrees is missing"),
        ({"dist_poly": [0, 1], "sensor_width": 1, "pixel_width": 1}, r"camera_matrix\.npy: no such file"),
        ({"images": []}, "has no images"),
        ({"images": [{"id": 0}]}, "have no camera_matrix"),
        ({"a.jpg": {"camera_matrix": [[1]]}}, "has no pose"),
    ],
)
def test_read_camera__what_is_wrong_is_named(tmp_path, content, message):
    path = _write(tmp_path, content)
    with pytest.raises(UserError, match=message) as caught:
        read_camera(path)
    assert str(caught.value).startswith(str(tmp_path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("c.txt", "x", "its name ends with none of"),
        ("c.json", "{", "not valid JSON"),
        ("c.json", '{"a.jpg": {"K": 1, "K": 2}}', r"c\.json: K is there twice"),
        ("c.yml", "a: [1, 2", "not valid YAML"),
        ("c.yml", "%YAML:1.0\n---\na: !!python/object/apply:os.getcwd []\n", "not valid YAML"),
        ("c.yml", "a: &x [1]\nb: *x\n", "has an alias"),
        ("c.yml", "a: !!timestamp foo", "not valid YAML: a value is not what its tag"),
        ("c.yml", "a: !!bool foo", "not valid YAML"),
        ("c.yml", 'a: !!int ""', "not valid YAML"),
        ("c.yml", "", "holds no named values"),
        ("c.xml", "<a>", "not valid XML"),
        ("c.xml", "<a></a>", "its root is a"),
        ("c.npz", "x", "is not an .npz file"),
        ("lens.json", '{"dist_poly": [0, 1], "sensor_width": 1, "pixel_width": 1}', "camera_matrix.npy: no such file"),
    ],
)
def test_read_camera__broken_files(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=message) as caught:
        read_camera(tmp_path / name, SIZE)
    assert "\n" not in str(caught.value)


def test_read_camera__missing_file_and_empty_folder(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        read_camera(tmp_path / "camera.yml")
    with pytest.raises(UserError, match="holds no camera files"):
        read_camera(tmp_path)


def test_read_camera__pickled_arrays_are_refused(tmp_path):
    arrays = {"mtx": np.array([{"a": 1}], dtype=object), "rvec": np.zeros(3), "tvec": np.zeros(3)}
    np.savez(tmp_path / "c.npz", **arrays)
    with pytest.raises(UserError, match=r"c\.npz: Object arrays cannot be loaded"):
        read_camera(tmp_path / "c.npz", SIZE)
    (tmp_path / "lens.json").write_text('{"dist_poly": [0, -1], "sensor_width": 1, "pixel_width": 1}')
    (tmp_path / "camera_matrix.npy").write_bytes(pickle.dumps(np.eye(4)))
    with pytest.raises(UserError, match=r"camera_matrix\.npy: .*pickle"):
        read_camera(tmp_path, SIZE)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04", r"is a zip \(\.npz\), not an \.npy file"),
        (_npy_header("(1000000000000000,)"), "claims to hold more numbers than fit in memory"),
        (_npy_header("(3, 4)"), "cannot reshape|Failed to read|EOF"),
        (_npy_header("{[]: 1}"), "camera_matrix.npy: "),
        (b"", "camera_matrix.npy: "),
    ],
)
def test_read_camera__broken_matrix_of_the_development_kit(tmp_path, data, message):
    (tmp_path / "lens.json").write_text('{"dist_poly": [0, -1], "sensor_width": 1, "pixel_width": 1}')
    (tmp_path / "camera_matrix.npy").write_bytes(data)
    with pytest.raises(UserError, match=message) as caught:
        read_camera(tmp_path, SIZE)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dist_poly", [[], [0], [0, 0], [0, 1], [0, -1e-15], [0, 1e300]])
def test_read_camera__lens_that_bends_nothing(tmp_path, capfd, dist_poly):
    (tmp_path / "lens.json").write_text(json.dumps({"dist_poly": dist_poly, "sensor_width": 1, "pixel_width": 1e10}))
    np.save(tmp_path / "camera_matrix.npy", np.eye(4))
    with pytest.raises(UserError, match=r"lens\.json: dist_poly (has|gives)"):
        read_camera(tmp_path, SIZE)
    assert capfd.readouterr() == ("", "")  # LAPACK's own lines


def test_read_cameras__within_an_object_that_is_named_camera(tmp_path):
    cameras = read_cameras(_write(tmp_path, {"camera": soccernet_content()}))
    assert cameras.image_names == ()
    np.testing.assert_allclose(cameras.camera("any.jpg").pitch_to_pixel([[0, 0]]).points, [CENTRE_PX])


def test_read_camera__padded_image(tmp_path):
    with pytest.raises(UserError, match=r"is for images of 1920x1080, and image a\.jpg is 1920x1088"):
        read_cameras(_write(tmp_path, soccernet_content())).camera("a.jpg", (1920, 1088))


def test_read_camera__an_npz_that_unpacks_to_gigabytes(tmp_path):
    with zipfile.ZipFile(tmp_path / "c.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mtx.npy", b"\0" * 20_000_000)
    with pytest.raises(UserError, match="unpacks to 20,000,000 bytes"):
        read_camera(tmp_path / "c.npz", SIZE)


STRANGE = (None, True, -1, 0, 1e308, 1e-308, "x", [], {}, [1, 2], [[1, [2]]], {"rows": 2, "cols": 2, "data": [1]})


@pytest.mark.parametrize(
    "content",
    [_opencv(), _opencv(fisheye=1), synloc_content(), soccernet_content()],
    ids=["opencv", "fisheye", "synloc", "soccernet"],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of numbers at the ends of what floats can hold
def test_read_camera__any_strange_value_is_a_camera_or_one_clear_line(tmp_path, content):
    messages = []
    for key in content:
        for value in STRANGE:
            try:
                read_camera(_write(tmp_path, {**content, key: value}), SIZE)
            except UserError as error:
                messages.append(str(error))
    assert len(messages) > 40
    assert all(message.startswith(str(tmp_path)) and "\n" not in message for message in messages)


def test_image_id__of_a_copy_in_another_format(tmp_path):
    cameras = read_cameras(WRITERS["annotations"](tmp_path))
    listed = cameras.image_names[0]
    assert cameras.image_id(listed) is not None
    assert cameras.image_id(str(Path("copies") / listed).replace(".jpg", ".png")) == cameras.image_id(listed)
    assert cameras.image_id("elsewhere.png") is None


@pytest.mark.parametrize("name", ["x" * 300, '{"camera_matrix": ' + "1" * 300 + "}", "x" * 300 + ".json"])
def test_read_cameras__name_that_no_file_system_has(name):
    with pytest.raises(UserError):
        read_cameras(name)


def test_read_cameras__a_folder_with_two_files_for_one_image(tmp_path):
    for name in ("camera_i.json", "i.json"):
        _write(tmp_path, _opencv(), name)
    with pytest.raises(UserError, match=r"camera_i\.json and i\.json are both the camera of i; remove one"):
        read_cameras(tmp_path)


def test_read_cameras__hidden_files_of_a_folder_do_not_count(tmp_path):
    _write(tmp_path, _opencv(), "i.json")
    (tmp_path / "._i.json").write_bytes(b"\0\5\26\7")
    assert read_cameras(tmp_path).image_names == ("i",)


def test_read_cameras__of_several_the_wrong_one_is_named(tmp_path):
    path = _write(tmp_path, {"a.jpg": _opencv(), "b.jpg": {"fx": 1}})
    with pytest.raises(UserError, match=r"camera\.json: b\.jpg: has no camera_matrix"):
        read_cameras(path)


def test_read_cameras__missing_folder(tmp_path):
    with pytest.raises(UserError, match="cams: no such file or folder"):
        read_cameras(tmp_path / "cams")


def test_read_camera__soccernet_without_distortion(tmp_path):
    plain = soccernet_content()
    names = ("radial_distortion", "tangential_distortion", "thin_prism_distortion")
    path = _write(tmp_path, {**plain, **dict.fromkeys(names)})
    assert not read_camera(path, SIZE).distortion.any()
