"""Downloads the libraries that the corpus tests read, as wheels, and unzips them; nothing is installed.

    python tests/corpus/fetch.py FOLDER

Afterwards ``FOLDER/timm/timm`` and ``FOLDER/transformers/transformers`` exist; what is there already stays.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

VERSIONS = {"timm": "1.0.31", "transformers": "4.46.3"}


def fetch(folder: Path) -> None:
    for name, version in VERSIONS.items():
        place = folder / name
        if (place / f"{name}-{version}.dist-info").is_dir():
            continue
        with tempfile.TemporaryDirectory() as wheels:
            options = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--dest", wheels]
            command = [sys.executable, "-m", "pip", "download", *options, f"{name}=={version}"]
            subprocess.run(command, check=True, stdout=sys.stderr)
            (wheel,) = Path(wheels).glob("*.whl")
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(place)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    fetch(Path(sys.argv[1]))
