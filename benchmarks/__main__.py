"""Print how fast Vitrine is beside others: `make bench`, or `python -m benchmarks` and some of `PARTS`."""

import argparse
import os
import platform

import numpy as np

from benchmarks.timing import print_rows

PARTS = ("forward", "convolution", "depth", "training", "requests", "large", "background", "page", "large-page")


def main() -> None:
    """Measure the chosen parts, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed as ratios.")
    parser.add_argument("parts", nargs="*", metavar="part", help="what to measure (default: everything)")
    parts = parser.parse_args().parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"there is no part {min(unknown)}; there are {', '.join(PARTS)}")
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} processors")  # noqa: T201
    print("Medians of rounds taken in turns; ratio: the median of ours ÷ peer in the same round.")  # noqa: T201
    if "forward" in parts:
        os.environ.setdefault("KERAS_BACKEND", "torch")
        from benchmarks import forward  # noqa: PLC0415 - PyTorch and Keras are heavy

        for threads in (1, 2):
            clock = "processor time" if threads == 1 else "wall time"
            title = f"Forward pass, every value kept: {threads} thread{'s' * (threads > 1)}, {clock}"
            print_rows(title, list(forward.measure(threads)))
    if "convolution" in parts:
        os.environ.setdefault("KERAS_BACKEND", "torch")
        from benchmarks import convolution  # noqa: PLC0415 - PyTorch, Keras and onnxruntime are heavy

        for threads in (1, 2):
            clock = "processor time" if threads == 1 else "wall time"
            title = f"Image classifier, every value kept: {threads} thread{'s' * (threads > 1)}, {clock}"
            print_rows(title, list(convolution.measure(threads)))
    if "depth" in parts:
        from benchmarks import depth  # noqa: PLC0415

        print_rows("Cost of a layer against depth: 1 thread, best of 5", list(depth.measure()))
    if "training" in parts:
        os.environ.setdefault("KERAS_BACKEND", "torch")
        from benchmarks import training  # noqa: PLC0415

        print_rows("Training: 1 thread, processor time", list(training.measure()))
        print_rows("Training: 2 threads, wall time", list(training.measure_two()))
    if "requests" in parts:
        from benchmarks import requests  # noqa: PLC0415

        print_rows("Requests a second: two servers on the loopback", [requests.measure()])
    if "large" in parts:
        from benchmarks import large  # noqa: PLC0415

        print_rows("Large networks on a real server: processor time for 1000×64, else wall time", list(large.measure()))
    if "background" in parts:
        from benchmarks import background  # noqa: PLC0415

        print_rows("A small request beside a training: one server, one connection", [background.measure()])
    if "page" in parts:
        from benchmarks import page  # noqa: PLC0415

        print_rows("The page in Chromium without a GPU: medians", list(page.measure()))
    if "large-page" in parts:
        from benchmarks import large_pages  # noqa: PLC0415

        print_rows("Deep and wide networks in the page: medians", list(large_pages.measure()))


if __name__ == "__main__":
    main()
