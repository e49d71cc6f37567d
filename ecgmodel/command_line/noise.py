"""`noise`: what noise does to the detector of R peaks and to a classifier."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ecgmodel.command_line.output import save_output


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "noise",
        help="judge detector and classifier in noise",
        description="Add the noises of PhysioNet's nstdb (from the folder that ECG_NSTDB_DIR names) to annotated "
        "records at 24 to -6 dB, and judge the detector of R peaks and the classifier, each for itself. Every record "
        "is read by the network that never saw its person.",
    )
    parser.add_argument("--model", default="beats-gru", metavar="NAME|FILE", help="a model that reads beats")
    parser.add_argument(
        "--record", action="append", metavar="RECORD", help="may be given again (default: 118, 119, 209 and 233)"
    )
    parser.add_argument("--seed", type=int, default=0, help="where in its half hour each noise begins (default: 0)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the JSON here")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Judge and print."""
    from ecgmodel.evaluation import noise_stress
    from ecgmodel.network.model_file import open_model
    from ecgmodel.network.serving import Classifier

    found = noise_stress.judge_in_noise(
        Classifier(open_model(options.model)),
        tuple(options.record or noise_stress.STRESSED_RECORDS),
        seed=options.seed,
        progress=lambda line: print(line, file=sys.stderr, flush=True),
    )
    if options.out is not None:
        save_output(options.out, noise_stress.format_noise_stress(found))
    print(f"{'':<12}{'R peaks':>22}{'S':>18}{'V':>18}")
    print(f"{'':<12}{'Se':>11}{'+P':>11}{'Se':>9}{'+P':>9}{'Se':>9}{'+P':>9}")
    print(_format("no noise", found.point(None, None)))
    for noise in found.noises:
        for snr_db in found.levels(noise):
            print(_format(f"{noise} {snr_db:g} dB", found.point(noise, snr_db)))


def _format(name: str, point: object) -> str:
    groups = "".join(f"{point.sensitivity[group]:9.1%}{point.positive_predictivity[group]:9.1%}" for group in "SV")
    return f"{name:<12}{point.detected:11.2%}{point.detected_rightly:11.2%}{groups}"
