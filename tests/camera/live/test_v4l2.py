"""What V4L2 cameras offer, and which of it is asked for."""

import errno
from pathlib import Path

import pytest

from edgedigits_camera.live.v4l2 import Device, Format, Mode, Size, best_mode, devices, find_again, read_device

META_NODE, OUTPUT_NODE, PIPED_NODE = 0x04800000, 0x04000002, 0x24000001


def offering(**formats):
    """A camera with these formats: fourcc -> {size: rate}."""
    return Device(
        path="/dev/video0",
        card="webcam",
        bus="usb-1",
        driver="uvcvideo",
        formats=tuple(
            Format(
                fourcc, fourcc, compressed=False, sizes=tuple(Size(px, px, rates=(fps,)) for px, fps in sizes.items())
            )
            for fourcc, sizes in formats.items()
        ),
    )


def test_a_webcam_tells_its_name_place_formats_sizes_and_rates(kernel, webcam):
    device = read_device(kernel.plug(offers=webcam), ioctl=kernel.ioctl)
    assert (device.card, device.bus, device.driver) == ("Lab UVC webcam", "usb-1.1", "uvcvideo")
    assert [(form.fourcc, form.compressed, form.name) for form in device.formats] == [
        ("YUYV", False, "YUYV pictures"),
        ("MJPG", True, "MJPG pictures"),
    ]
    assert [(str(size), size.rates) for size in device.formats[0].sizes] == [
        ("640x480", (30.0, 15.0)),
        ("1280x720", (10.0,)),
        ("1920x1080", (5.0,)),
    ]
    assert not device.busy
    assert not device.piped


def test_a_range_of_sizes_is_one_size_with_steps(kernel):
    offers = {"YUYV": {(16, 1920, 16, 16, 1080, 8): [(1, 25)]}}
    (size,) = read_device(kernel.plug(offers=offers), ioctl=kernel.ioctl).formats[0].sizes
    assert (str(size), size.rates) == ("16x16 to 1920x1080", (25.0,))
    assert size.nearest((641, 483)) == (640, 480)
    assert size.nearest((4000, 1)) == (1920, 16)


def test_a_device_is_closed_again(kernel, webcam):
    path = kernel.plug(offers=webcam)
    read_device(path, ioctl=kernel.ioctl)
    # The folder is a link that is gone by now.
    left = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.exists()]
    assert path not in left


@pytest.mark.parametrize("bits", [META_NODE, OUTPUT_NODE, 0x1])
def test_what_sends_no_pictures_is_no_camera(bits, kernel):
    assert read_device(kernel.plug(bits=bits), ioctl=kernel.ioctl) is None


def test_one_that_only_libcamera_reads_is_told(kernel):
    assert read_device(kernel.plug(bits=PIPED_NODE), ioctl=kernel.ioctl).piped


def test_one_whose_frames_another_program_takes_is_busy(kernel, webcam):
    assert read_device(kernel.plug(offers=webcam, busy=True), ioctl=kernel.ioctl).busy


def test_what_is_no_device_of_v4l2_is_an_error(tmp_path):
    (tmp_path / "video0").touch()
    with pytest.raises(OSError, match="ioctl"):
        read_device(tmp_path / "video0")


def test_cameras_come_by_number_and_those_that_cannot_be_asked_are_left_out(kernel, webcam):
    for name in ("video10", "video2", "video1"):
        kernel.plug(name, offers=webcam)
    kernel.plug("video3", open_error=errno.ENODEV)
    (kernel.folder / "video-loop").touch()
    found = devices(kernel.folder, ioctl=kernel.ioctl)
    assert [device.path.name for device in found] == ["video1", "video2", "video10"]


def test_a_camera_that_comes_back_under_another_number_is_found(kernel, webcam):
    kernel.plug("video0", bus="usb-1.2", offers=webcam)
    kernel.plug("video1", bus="usb-1.1", offers=webcam)
    kernel.unplug("video1")
    assert find_again("usb-1.1", "Lab UVC webcam", folder=kernel.folder, ioctl=kernel.ioctl) is None
    kernel.plug("video4", bus="usb-1.1", card="another", offers=webcam)
    kernel.plug("video5", bus="usb-1.1", offers=webcam)
    found = find_again("usb-1.1", "Lab UVC webcam", folder=kernel.folder, ioctl=kernel.ioctl)
    assert found.path.name == "video5"
    assert {path.name for path in kernel.set_up} == {"video5"}  # no other camera was touched


def test_a_node_for_metadata_that_comes_back_first_is_not_taken_for_the_camera(kernel, webcam):
    kernel.plug("video2", bits=META_NODE)
    kernel.plug("video3", offers=webcam)
    assert find_again("usb-1.1", "Lab UVC webcam", folder=kernel.folder, ioctl=kernel.ioctl).path.name == "video3"


VGA, HD, FULL_HD = (640, 480), (1280, 720), (1920, 1080)


@pytest.mark.parametrize(
    ("formats", "wanted", "mode"),
    [
        pytest.param({"YUYV": {VGA: 30}, "MJPG": {VGA: 30}}, VGA, ("YUYV", VGA, 30), id="raw where it is as fast"),
        pytest.param({"YUYV": {HD: 10}, "MJPG": {HD: 30}}, HD, ("MJPG", HD, 30), id="MJPG where raw is slower"),
        pytest.param({"YUYV": {VGA: 30}, "MJPG": {VGA: 120}}, VGA, ("YUYV", VGA, 30), id="no faster than digits need"),
        pytest.param({"YUYV": {VGA: 29.97}, "MJPG": {VGA: 30}}, VGA, ("YUYV", VGA, 29.97), id="NTSC is 30"),
        pytest.param({"YUYV": {FULL_HD: 5, VGA: 30}}, FULL_HD, ("YUYV", FULL_HD, 5), id="the size asked for"),
        pytest.param({"YUYV": {FULL_HD: 5, VGA: 30}}, HD, ("YUYV", VGA, 30), id="else one that is fast enough"),
        pytest.param({"YUYV": {FULL_HD: 5, VGA: 7}}, HD, ("YUYV", FULL_HD, 5), id="else the nearest"),
        pytest.param({"H264": {VGA: 30}, "MJPG": {VGA: 20}}, VGA, ("MJPG", VGA, 20), id="what OpenCV reads"),
        pytest.param({"GREY": {VGA: 30}, "MJPG": {VGA: 30}}, VGA, ("MJPG", VGA, 30), id="colour before grey"),
        pytest.param({"YUYV": {VGA: 0}}, VGA, ("YUYV", VGA, 0), id="a driver that tells no rates"),
    ],
)
def test_the_mode_asked_for_is(formats, wanted, mode):
    assert best_mode(offering(**formats), wanted) == Mode(*mode)


def test_without_sizes_there_is_nothing_to_ask_for():
    assert best_mode(offering(YUYV={})) is None
    assert best_mode(offering(H264={VGA: 30})) is None


def test_a_range_is_asked_for_the_size_that_is_wanted():
    ranged = Format("YUYV", "", compressed=False, sizes=(Size((16, 16), FULL_HD, (2, 2), (30.0,)),))
    device = Device("/dev/video0", "webcam", "usb-1", "driver", (ranged,))
    assert best_mode(device, (800, 600)) == Mode("YUYV", (800, 600), 30.0)


def test_a_mode_is_told_in_words():
    assert str(Mode("MJPG", HD, 30.0)) == "MJPG 1280x720 at 30 frames a second"
    assert str(Mode("YUYV", VGA, 0.0)) == "YUYV 640x480"
