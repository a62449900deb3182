"""Train a small model once for each idea, on the same data with the same budget, and write what each gains.

    python tools/analysis/ablation.py --out work_dirs/ablation --seeds 4 --doc docs/ablation.md

Each training takes minutes on one core, two cores do two at a time. Runs that are done are kept: after an
interruption, or with more --seeds, only what is missing is run, also of what the page's FILE.json holds. The table
has all rows that have a result.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import mmsynloc  # noqa: F401  closes the gaps before MMPose is imported
from mmsynloc.analysis.ablation import Settings, load_results, restore_results, run_ablation
from mmsynloc.analysis.ablation_report import format_table, save_chart, write_page
from mmsynloc.analysis.ablation_rows import ROWS
from mmsynloc.utils import UserError, dump_json, run_tool


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("work_dirs/ablation"), help="data and runs (%(default)s)")
    parser.add_argument("--doc", type=Path, metavar="FILE.md", help="write table, picture and FILE.json of all runs")
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS), help="to run (default: all)")
    parser.add_argument("--seeds", type=int, default=1, help="trainings of each row (default: %(default)s)")
    parser.add_argument("--epochs", type=int, help="of each training (default: as the config says)")
    parser.add_argument(
        "--from-scratch", action="store_true", help="the backbone untrained, not from the package's weights"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at a time, a core each (%(default)s)")
    parser.add_argument("--report-only", action="store_true", help="write what is there, run nothing")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if min(args.seeds, args.jobs) < 1 or (args.epochs is not None and args.epochs < 2):
        raise UserError("--seeds and --jobs must be at least 1, --epochs at least 2 (the first is the warm-up)")
    settings = Settings(args.out, args.epochs, args.from_scratch)
    rows = list(ROWS.values())
    if args.doc:
        restore_results(args.doc.with_suffix(".json"), settings)
    if not args.report_only:
        run_ablation([row for row in rows if row.name in args.rows], args.seeds, settings, args.jobs)
    results = load_results(rows, settings)
    if not any(results.values()):
        raise UserError(f"{args.out}: no run has a result yet")
    table = format_table(rows, results)
    print(table)
    dump_json(results, args.out / "ablation.json", indent=1)
    if args.doc:
        picture = args.doc.parent / "images" / "ablation.png"
        save_chart(rows, results, picture)
        dump_json(results, args.doc.with_suffix(".json"), indent=1)
        write_page(args.doc, f"{table}\n\n![mAP-LocSim of each row]({picture.relative_to(args.doc.parent)})")


if __name__ == "__main__":
    run_tool(main)
