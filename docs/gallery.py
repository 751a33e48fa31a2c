"""Draw the pictures of `how-to/pictures.md` from the code on the page."""

import re
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

HERE = Path(__file__).parent
BLOCK = re.compile(r"```python\n(?:# picture: (\w+)\n)?(.*?)```", re.DOTALL)


def main() -> None:
    """Run every block of the page in order, and save the figure of each that names a picture."""
    known: dict[str, object] = {}
    for name, code in BLOCK.findall((HERE / "how-to" / "pictures.md").read_text(encoding="utf-8")):
        plt.close("all")
        exec(code, known)
        if name:
            path = HERE / "images" / f"gallery_{name}.png"
            plt.gcf().savefig(
                path, dpi=180 if name == "lancet" else 90, metadata={"Software": None}
            )


if __name__ == "__main__":
    main()
