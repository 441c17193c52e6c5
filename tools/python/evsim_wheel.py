"""Build backend of `pip install ./tools/python` (PEP 517): packs evsim_link.py as a wheel, which is a zip of it and three lists.

It takes the standard library alone, so pip has nothing to fetch.
"""
import base64
import hashlib
import pathlib
import zipfile

NAME, VERSION = "evsim_link", "0.1.0"
METADATA = f"""Metadata-Version: 2.1
Name: {NAME.replace("_", "-")}
Version: {VERSION}
Summary: Controllers in Python for the drivetrain simulator evsim
Requires-Python: >=3.9
"""
WHEEL = "Wheel-Version: 1.0\nGenerator: evsim\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    info = f"{NAME}-{VERSION}.dist-info"
    module = pathlib.Path(__file__).with_name(NAME + ".py").read_bytes()
    files = {f"{NAME}.py": module, f"{info}/METADATA": METADATA.encode(), f"{info}/WHEEL": WHEEL.encode()}
    record = ""
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(content)}\n"
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    wheel = f"{NAME}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / wheel, "w", zipfile.ZIP_DEFLATED) as out:
        for path, content in files.items():
            out.writestr(path, content)
    return wheel
