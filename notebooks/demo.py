"""Profiles a real program over real data, as a person would from a shell, and leaves one file: demo-report.html.

    make demo
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "demo-report.html"


def main() -> int:
    """Run `workbench profile` on `package_index.py`; its exit code is ours."""
    workbench = shutil.which("workbench", path=str(Path(sys.executable).parent)) or "workbench"
    words = ["profile", "--report", REPORT.name, "notebooks/package_index.py", "data/packages.txt"]
    print("$ workbench " + " ".join(words) + "\n", flush=True)
    code = subprocess.run([workbench, *words], cwd=ROOT, check=False).returncode
    if code == 0:
        print(f"\nThe whole picture, in one file that opens anywhere: {REPORT}", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
