"""Show finished runs side by side, whatever their model, their settings, their data or their version.

    python -m utils.runs result/attention result/earlier/2026-11-25_12-00-00_attention

prints and draws the settings in which they differ and their figures. Runs that differ in their seed only share a
column. Earlier runs are in the folder earlier of result_path.
"""

import sys
from pathlib import Path

from utils.program.commands import Parser
from utils.program.errors import InputError, run_program

FORMATS = (".png", ".pdf", ".svg", ".jpg")


def main(arguments: list[str]) -> None:
    """Read the runs, print their table, and draw it. Raises InputError if one of them cannot be read."""
    parser = Parser("python -m utils.runs", description=__doc__)
    parser.add_argument("runs", metavar="RUN", nargs="*", type=Path, help="the folder of a run, as result/attention")
    parser.add_argument(
        "--out", metavar="FILE", type=Path, default="compare.png", help="picture to write (%(default)s)"
    )
    options = parser.parse_args(arguments)
    if options.out.suffix.lower() not in FORMATS:
        raise InputError(f"{options.out}: is no name for a picture; end it with {', '.join(FORMATS)}")
    # PyTorch and matplotlib, which take seconds to load, come after what can be said without.
    from utils.pictures.side_by_side import NOTE
    from utils.runs.columns import figure_rows, grouped, setting_rows
    from utils.runs.finished import UnfinishedError, read_run
    from utils.runs.gallery import plot_runs

    runs = []
    for folder in options.runs:
        try:
            runs.append(read_run(folder))
        except UnfinishedError as error:
            print(f"left out: {error}")
    if len(runs) < 2:
        raise InputError("the command line: name the folders of two or more finished runs, as result/attention")
    groups = grouped(runs)
    for group in groups:
        print(f"{group.name}: {' '.join(str(run.folder) for run in group.runs)}")
    for rows in filter(None, (setting_rows(groups), figure_rows(groups))):
        lines = [["", *(group.name for group in groups)], *([label, *texts] for label, texts in rows.items())]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        padded = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
        print("\n" + "\n".join(padded) + "\n")
    print(f"{NOTE}\nside by side: {plot_runs(groups, options.out)}")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
