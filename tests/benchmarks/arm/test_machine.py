"""What the emulated machine starts with."""

from benchmarks.arm.machine import archive, in_order


def test_a_module_comes_after_those_that_it_depends_on(tmp_path):
    depends = {"uvc": b"video,usb-core", "video": b"media", "media": b"", "usb_core": b""}
    modules = {name: tmp_path / f"{name}.ko" for name in depends}
    for name, path in modules.items():
        path.write_bytes(b"\0license=GPL\0depends=" + depends[name] + b"\0")
    order = in_order(["uvc", "built_in"], modules)
    assert order == ["media", "video", "usb_core", "uvc"]


def test_an_archive_holds_names_modes_and_bytes():
    whole = archive(["bin"], {"bin/sh": b"#!odd", "init": b""})
    found, at = {}, 0
    while at < len(whole):
        fields = [int(whole[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        assert whole[at : at + 6] == b"070701"
        mode, size, length = fields[1], fields[6], fields[11]
        name = whole[at + 110 : at + 110 + length - 1].decode()
        data = -(-(at + 110 + length) // 4) * 4
        found[name] = mode, whole[data : data + size]
        at = -(-(data + size) // 4) * 4
    assert found == {
        "bin": (0o40755, b""),
        "bin/sh": (0o100755, b"#!odd"),
        "init": (0o100755, b""),
        "TRAILER!!!": (0, b""),
    }
