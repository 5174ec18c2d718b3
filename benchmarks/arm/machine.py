"""A whole 64-bit Arm machine: Debian's kernel with USB and cameras, and the device's userland, in qemu.

Files come from this machine over 9p: the userland as its root, the wheels as /site, this folder as /srv.
"""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.arm.debian import unpack
from benchmarks.arm.systems import PI_64, WORK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FIRST = ("virtio_pci", "9pnet_virtio", "9p", "virtio_net", "virtio_rng")
CAMERA = ("uvcvideo", "vhci_hcd")
HOST = "10.0.2.2"
"""What the machine calls this one."""
MOUNTS = {"root": "/root", "site": "/root/site", "srv": "/root/srv"}
INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
for module in $(cat /modules/order); do insmod /modules/$module.ko; done
mount9p() {{ mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose $1 $2; }}
{mounts}
mount -t proc proc /root/proc
mount -t sysfs sys /root/sys
mount -t devtmpfs dev /root/dev
mkdir -p /root/dev/shm
mount -t tmpfs shm /root/dev/shm
mount -t tmpfs tmp /root/tmp
ip link set lo up
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
export HOME=/tmp LANG=C.UTF-8 PYTHONPATH=/site EMULATED_PYTHON=/usr/bin/python3.11
chroot /root /usr/bin/python3.11 /srv/{job}
poweroff -f
"""


def boot(job: str, arguments: Sequence[str] = (), *, cores: int = 2, limit_s: float = 3600) -> Iterator[str]:
    """Start the machine, run a script of this folder in it, and yield the lines of its console until it is off.

    Raises:
        TimeoutExpired: it took longer than the limit.

    """
    kernel = unpack(WORK / "kernel", suite="bookworm", arch="arm64", packages=["busybox-static", "linux-image-arm64"])
    qemu = unpack(WORK / "machine", suite="bookworm", arch="amd64", packages=["qemu-system-arm", "ipxe-qemu"])
    image = WORK / "initrd.gz"
    image.write_bytes(gzip.compress(initrd(kernel, " ".join([job, *arguments])), 1))
    line = [*emulator(qemu), "-smp", str(cores), "-kernel", next(kernel.glob("boot/vmlinuz-*")), "-initrd", image]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, errors="replace", bufsize=1) as machine:
        try:
            yield from (text.rstrip() for text in machine.stdout or ())
            machine.wait(limit_s)
        finally:
            machine.kill()


def emulator(qemu: Path) -> list[str | Path]:
    """The command of qemu, with what the machine has in it."""
    libraries = qemu / "usr/lib/x86_64-linux-gnu"
    search = ":".join(str(path) for path in (libraries, qemu / "lib/x86_64-linux-gnu", libraries / "pulseaudio"))
    shared = {"root": PI_64.root, "site": PI_64.folder / "site", "srv": Path(__file__).parent}
    for name in ("proc", "sys", "dev", "tmp", "site", "srv"):
        (PI_64.root / name).mkdir(exist_ok=True)
    folders = [f"local,path={path},mount_tag={tag},security_model=none" for tag, path in shared.items()]
    return [
        *(libraries / "ld-linux-x86-64.so.2", "--library-path", search, qemu / "usr/bin/qemu-system-aarch64"),
        *("-M", "virt", "-cpu", PI_64.cpu, "-m", "2048", "-nographic", "-nodefaults", "-no-reboot", "-serial", "stdio"),
        *("-append", "console=ttyAMA0 quiet panic=-1", "-L", qemu / "usr/share/qemu", "-device", "virtio-rng-pci"),
        *("-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile="),
        *(word for folder in folders for word in ("-virtfs", folder)),
    ]


def initrd(kernel: Path, job: str) -> bytes:
    """Busybox, the modules, and what is run first."""
    modules = {path.stem.replace("-", "_"): path for path in kernel.glob("lib/modules/*/kernel/**/*.ko")}
    order = in_order([*FIRST, *CAMERA], modules)
    mounts = "\n".join(f"mount9p {tag} {place}" for tag, place in MOUNTS.items())
    files = {
        "init": INIT.format(job=job, mounts=mounts).encode(),
        "bin/busybox": next(kernel.glob("**/bin/busybox")).read_bytes(),
        "modules/order": "\n".join(order).encode(),
        **{f"modules/{name}.ko": modules[name].read_bytes() for name in order},
    }
    return archive(["bin", "proc", "root", "modules"], files)


def in_order(wanted: Sequence[str], modules: Mapping[str, Path]) -> list[str]:
    """Kernel modules, each after those that it depends on; what is built into the kernel is left out."""
    order: list[str] = []
    for name in wanted:
        if name in modules and name not in order:
            found = re.search(rb"\0depends=([^\0]*)\0", modules[name].read_bytes())
            needed = found[1].decode().replace("-", "_").split(",") if found else []
            order += [each for each in in_order(needed, modules) if each not in order]
            order.append(name)
    return order


def archive(folders: Sequence[str], files: Mapping[str, bytes]) -> bytes:
    """A cpio archive of the form that a kernel reads; all in it may be run."""
    entries = [(name, 0o40755, b"") for name in folders] + [(name, 0o100755, data) for name, data in files.items()]
    whole = bytearray()
    for number, (name, mode, data) in enumerate([*entries, ("TRAILER!!!", 0, b"")], 1):
        called = name.encode() + b"\0"
        numbers = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(called), 0)
        whole += b"070701" + b"".join(b"%08x" % value for value in numbers)
        for part in (called, data):
            whole += part
            whole += bytes(-len(whole) % 4)
    return bytes(whole)
