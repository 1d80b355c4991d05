"""Show finished runs side by side, whatever their model, their settings or their data.

    python -m utils.runs result/attention result/earlier/2026-11-25_12-00-00_attention

prints and draws the settings in which they differ and their figures. Runs that differ in their seed only share a
column. Earlier runs are in the folder earlier of result_path.
"""

import argparse
import sys
from pathlib import Path

from utils.program.errors import InputError, run_program
from utils.program.parser import Parser

FORMATS = (".png", ".pdf", ".svg", ".jpg")


def main(arguments: list[str]) -> None:
    """Read the runs, print their table, and draw it. Raises InputError if one of them cannot be read."""
    parser = Parser("python -m utils.runs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", metavar="RUN", nargs="*", type=Path, help="the folder of a run, as result/attention")
    parser.add_argument(
        "--out", metavar="FILE", type=Path, default=Path("compare.png"), help="picture to write (%(default)s)"
    )
    options = parser.parse_args(arguments)
    if len(options.runs) < 2:
        raise InputError("the command line: name the folders of two or more runs, as result/attention; see --help")
    if options.out.suffix.lower() not in FORMATS:
        raise InputError(f"{options.out}: is no name for a picture; end it with {', '.join(FORMATS)}")
    # PyTorch and matplotlib, which take seconds to load, come after what can be said without.
    from utils.runs.columns import figure_rows, grouped, setting_rows
    from utils.runs.finished import read_run
    from utils.runs.gallery import draw_runs

    groups = grouped([read_run(folder) for folder in options.runs])
    for group in groups:
        print(f"{group.name}: {' '.join(str(run.folder) for run in group.runs)}")
    for rows in (setting_rows(groups), figure_rows(groups)):
        if rows:
            print(_table([group.name for group in groups], rows))
    print(f"side by side: {draw_runs(groups, options.out)}")


def _table(names: list[str], rows: dict[str, list[str]]) -> str:
    lines = [["", *names], *([name, *texts] for name, texts in rows.items())]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines]
    return "\n" + "\n".join(line.rstrip() for line in padded) + "\n"


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
