#!/usr/bin/env python3
"""Runs a command in a virtual machine whose kernel has CAN: Debian's, from its package, which is unpacked and never installed.

  can_vm.py --folder build/release/can_vm sh tests/can_vm/inside.sh build/release

The machine is qemu's, without acceleration, so that it is the same anywhere. It sees this machine's files, read only, at the
same paths and from the same folder; what the command changes is in memory and gone with the machine. There are vcan0 and
vcan1 (with CAN FD), and can0 and can1, two kvaser_pci controllers on one bus; the driver slcan is loaded. What the command
writes is shown as it comes.

Exit codes: that of the command; 4 qemu, a program or the kernel's package is missing; 124 out of time; 125 the machine ended
without a result.
"""
import argparse
import lzma
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay", "can", "can_raw", "vcan", "slcan", "kvaser_pci")

# The first program in the machine. Its own root is in memory; the command's is this machine's, with a layer in memory above.
INIT = r"""#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
for module in $(cat /modules/order); do insmod /modules/$module; done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 host /host &&
  mount -t tmpfs layer /layer && mkdir /layer/above /layer/work /layer/root &&
  mount -t overlay -o lowerdir=/host,upperdir=/layer/above,workdir=/layer/work root /layer/root || reboot -f
root=/layer/root
mount -t proc proc $root/proc
mount -t sysfs sys $root/sys
mount -t devtmpfs dev $root/dev
mkdir -p $root/dev/pts
mount -t devpts -o ptmxmode=666 pts $root/dev/pts
mount -t tmpfs tmp $root/tmp
mkdir /job $root/tmp/job
mount -t 9p -o trans=virtio,version=9p2000.L,cache=none job /job
mount --bind /job $root/tmp/job
ip link set lo up
stty -F /dev/ttyS1 raw -echo
chroot $root /bin/sh /tmp/job/command </dev/null >/dev/ttyS1 2>&1
echo $? >/job/code
sync
reboot -f
"""

COMMAND = """cd {folder}
export HOME=/tmp PATH={path}
for i in 0 1; do
  ip link add vcan$i type vcan
  ip link set vcan$i mtu 72 up
done
exec {command}
"""


class Missing(Exception):
    """What the machine needs and is not there."""


def need(*programs):
    for program in programs:
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            raise Missing(f"{program} is not installed; tools/setup test installs it")


def run(*command, **options):
    """What it says; Missing where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"},
                          **options)
    if done.returncode != 0:
        raise Missing(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def kernel_package(folder):
    """The package of Debian's kernel, fetched once."""
    words = run("apt-cache", "depends", "linux-image-amd64").split()
    name = words[words.index("Depends:") + 1]
    found = sorted(folder.glob(f"{name}_*.deb"))
    if not found:
        run("apt-get", "download", name, cwd=folder)
        found = sorted(folder.glob(f"{name}_*.deb"))
    return found[-1]


def uncompressed(image):
    """The kernel inside a compressed image, which an emulated processor would need seconds to unpack."""
    data, at = image.read_bytes(), -1
    while (at := data.find(b"\xfd7zXZ\0", at + 1)) >= 0:
        try:
            kernel = lzma.LZMADecompressor().decompress(data[at:])
        except lzma.LZMAError:
            continue
        if kernel.startswith(b"\x7fELF"):
            return kernel
    raise Missing(f"no kernel packed by xz in {image.name}")


def module_files(tree, version):
    """The modules and what they need, in the order in which they are loaded."""
    files = []
    for module in MODULES:
        for line in run("modprobe", "-d", str(tree), "-S", version, "--show-depends", module).splitlines():
            words = line.split()
            if words[0] == "insmod" and (file := Path(words[1])) not in files:
                files.append(file)
    return files


def prepare(folder):
    """vmlinux and initramfs.cpio in the folder; both of the same kernel and of this script."""
    need("qemu-system-x86_64", "busybox", "candump", "cpio", "modprobe", "depmod", "dpkg-deb", "apt-get", "ip")
    folder.mkdir(parents=True, exist_ok=True)
    package = kernel_package(folder)
    made_from = f"{package.name} {Path(__file__).read_text()}"
    mark = folder / "made_from"
    if mark.exists() and mark.read_text() == made_from:
        return
    with tempfile.TemporaryDirectory() as temporary:
        tree, root = Path(temporary, "kernel"), Path(temporary, "root")
        run("dpkg-deb", "-x", str(package), str(tree))
        version = next((tree / "lib/modules").iterdir()).name
        run("depmod", "-b", str(tree), version)
        (folder / "vmlinux").write_bytes(uncompressed(tree / "boot" / f"vmlinuz-{version}"))
        for name in ("bin", "dev", "proc", "modules", "host", "layer"):
            (root / name).mkdir(parents=True)
        shutil.copy(shutil.which("busybox"), root / "bin/busybox")
        order = []
        for file in module_files(tree, version):
            data = file.read_bytes()
            name = file.name.removesuffix(".xz")
            (root / "modules" / name).write_bytes(lzma.decompress(data) if file.suffix == ".xz" else data)
            order.append(name)
        (root / "modules/order").write_text("\n".join(order))
        (root / "init").write_text(INIT)
        (root / "init").chmod(0o755)
        names = "\n".join(str(p.relative_to(root)) for p in root.rglob("*"))
        packed = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], input=names.encode(), cwd=root, stdout=subprocess.PIPE, check=True)
        (folder / "initramfs.cpio").write_bytes(packed.stdout)
    mark.write_text(made_from)


def boot(folder, command, seconds):
    """Runs it in the machine; its exit code."""
    with tempfile.TemporaryDirectory() as job:
        Path(job, "command").write_text(COMMAND.format(
            folder=shlex.quote(os.getcwd()), path=shlex.quote(os.environ["PATH"] + ":/usr/sbin:/sbin"), command=shlex.join(command)))
        console = Path(job, "console")
        words = ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg", "-cpu", "max", "-m", "512", "-nodefaults", "-no-reboot",
                 "-display", "none", "-kernel", folder / "vmlinux", "-initrd", folder / "initramfs.cpio",
                 "-append", "console=ttyS0 quiet loglevel=3 panic=-1 nokaslr mitigations=off random.trust_cpu=on nomodule_sig audit=0",
                 "-chardev", f"file,id=console,path={console}", "-serial", "chardev:console",
                 "-chardev", "stdio,id=output,signal=off", "-device", "isa-serial,index=1,chardev=output",
                 "-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap",
                 "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
                 "-fsdev", f"local,id=job,path={job},security_model=none", "-device", "virtio-9p-pci,fsdev=job,mount_tag=job",
                 "-object", "can-bus,id=bus", "-device", "kvaser_pci,canbus=bus", "-device", "kvaser_pci,canbus=bus"]
        try:
            subprocess.run([str(w) for w in words], stdin=subprocess.DEVNULL, timeout=seconds)
        except subprocess.TimeoutExpired:
            print(f"can_vm: out of time after {seconds:g} s", file=sys.stderr)
            return 124
        code = Path(job, "code")
        if code.exists() and code.read_text().strip():
            return int(code.read_text())
        print("can_vm: the machine ended without a result; its console says\n" + console.read_text(errors="replace")[-2000:], file=sys.stderr)
        return 125


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where kernel and first file system are kept")
    parser.add_argument("--seconds", type=float, default=240, help="time limit [240]")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to run")
    args = parser.parse_args()
    try:
        prepare(args.folder.resolve())
    except Missing as e:
        print(f"can_vm: skipped: {e}", file=sys.stderr)
        return 4
    return boot(args.folder.resolve(), args.command, args.seconds)


if __name__ == "__main__":
    sys.exit(main())
