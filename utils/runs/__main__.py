"""Show finished runs side by side: python -m utils.runs result/attention result/vanilla result/earlier/*

The settings in which they differ and their figures are printed and drawn. Runs that differ only in their seed share a
column.
"""

import sys
from pathlib import Path

from utils.system.errors import InputError, reading
from utils.system.program import Parser, run_program

ENDINGS = (".png", ".pdf", ".svg", ".jpg")


def main(arguments: list[str]) -> None:
    """Read the runs, print their table, and draw it. Raises InputError if fewer than two can be read."""
    parser = Parser("python -m utils.runs", description=__doc__ or "")
    parser.add_argument("runs", metavar="RUN", nargs="*", type=Path, help="the folder of a run, as result/attention")
    parser.add_argument("--out", metavar="FILE", type=Path, default="compare.png", help="its picture (%(default)s)")
    options = parser.parse_args(arguments)
    if options.out.suffix.lower() not in ENDINGS:
        raise InputError(f"{options.out}: is not a name for a picture; end it with {', '.join(ENDINGS)}")
    # PyTorch and matplotlib, which take seconds to load, come after what can be said without.
    from utils.runs.run import ADVICE, Run
    from utils.runs.side_by_side import NOTE, grouped, plot_side_by_side, table
    from utils.runs.style import save_plot

    runs = []
    for run in map(Run, options.runs):
        try:
            # What can be shown by itself can be shown beside others.
            with reading(run.folder, "the folder of a run of this version", ADVICE):
                plot_side_by_side(grouped([run]))
            runs.append(run)
        except InputError as error:
            print(f"left out: {run.folder}: {error}")
    if len(runs) < 2:
        raise InputError("the command line: name the folders of two or more finished runs, as result/attention")
    groups = grouped(runs)
    save_plot(options.out, plot_side_by_side, groups)
    for name, group in groups.items():
        print(f"{name}: {' '.join(str(run.folder) for run in group)}")
    print(f"\n{table(groups)}\n\n{NOTE}\nside by side: {options.out}")


if __name__ == "__main__":
    run_program(main, sys.argv[1:])
