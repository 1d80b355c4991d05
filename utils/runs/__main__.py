"""Show finished runs side by side, whatever their model, their settings, their data or their version.

    python -m utils.runs result/attention result/earlier/2026-11-25_12-00-00_attention

prints and draws the settings in which they differ and their figures. Runs that differ in their seed only share a
column. Earlier runs are in the folder earlier of result_path.
"""

import argparse
import sys
from pathlib import Path

from utils.program.errors import InputError, run_program
from utils.program.parser import Parser


def main(arguments: list[str]) -> None:
    """Read the runs, print their table, and draw it. Raises InputError if one of them cannot be read."""
    parser = Parser("python -m utils.runs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", metavar="RUN", nargs="*", type=Path, help="the folder of a run, as result/attention")
    parser.add_argument(
        "--out", metavar="FILE", type=Path, default="compare.png", help="picture to write (%(default)s)"
    )
    options = parser.parse_args(arguments)
    endings = (".png", ".pdf", ".svg", ".jpg")
    if options.out.suffix.lower() not in endings:
        raise InputError(f"{options.out}: is no name for a picture; end it with {', '.join(endings)}")
    # PyTorch and matplotlib, which take seconds to load, come after what can be said without.
    from utils.run import Run, UnfinishedError
    from utils.runs.groups import figure_rows, grouped, setting_rows
    from utils.runs.side_by_side import NOTE, save_side_by_side

    runs = []
    for folder in options.runs:
        try:
            runs.append(Run.finished(folder))
        except UnfinishedError as error:
            print(f"left out: {error}")
    if len(runs) < 2:
        raise InputError("the command line: name the folders of two or more finished runs, as result/attention")
    groups = grouped(runs)
    save_side_by_side(groups, options.out)
    for name, group in groups.items():
        print(f"{name}: {' '.join(str(run.folder) for run in group)}")
    for rows in filter(None, (setting_rows(groups.values()), figure_rows(groups.values()))):
        lines = [["", *groups], *([label, *texts] for label, texts in rows.items())]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        padded = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
        print("\n" + "\n".join(padded) + "\n")
    print(f"{NOTE}\nside by side: {options.out}")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
