"""Runs every side in turn on one core, checks that they agree, and prints tables of speeds in Markdown.

Each side is a process that waits for work: a line with replicates, seed and case. Only one works at a time. First every peer
simulates every case with its own luck and must agree with wearout in each quantity; then some rounds are timed, side after side
within a round, so that a machine that slows down slows all of them. Starting, compiling and drawing quantile tables are not timed;
drawing the people is. wearout is timed in every instruction set of the machine; all give the same bits, so the fastest alone is
compared.
"""

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

PLAN = Path("target/peers/plan.json")
HERE = Path("benches/peers")
STANDARD_ERRORS = 4.0
# Replicates come in whole batches of the NumPy side.
BATCH = 64


PLAIN = ["plain Rust", "plain Rust, tuned"]


def wearouts(peers):
    """Name and command of wearout in each instruction set, fastest first."""
    listed = subprocess.run([peers, "instructions"], check=True, capture_output=True, text=True).stdout
    return {f"wearout ({name})": [peers, "wearout", name] for name in json.loads(listed)}


def others(peers):
    """Name and command of each peer."""
    python = lambda file: [sys.executable, str(HERE / file)]
    return {
        PLAIN[0]: [peers, "straight"],
        PLAIN[1]: [peers, "tuned"],
        "NumPy": python("with_numpy.py"),
        "Numba": python("with_numba.py"),
        "Mesa": python("with_mesa.py"),
    }


class Side:
    """A process that simulates on demand."""

    def __init__(self, command):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([*command, str(PLAN)], stdin=pipe, stdout=pipe, text=True)

    def simulate(self, case, replicates, seed):
        self.process.stdin.write(f"{replicates} {seed} {case}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"benches/peers/run: {' '.join(self.process.args)} failed")
        return json.loads(answer)


def build():
    """Builds the bench and gives its path."""
    command = ["cargo", "build", "--locked", "--release", "--bench", "peers", "--message-format=json-render-diagnostics"]
    built = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if built.returncode != 0:
        sys.exit("benches/peers/run: the bench does not compile")
    artifacts = map(json.loads, built.stdout.splitlines())
    return next(a["executable"] for a in artifacts if a.get("executable") and a["target"]["name"] == "peers")


def pin():
    """Keeps this process, and all that it starts, on one core; says whether that worked."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned to a core"
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return "pinned to one core"


def quantities(totals):
    """Everything that is compared, a value a replicate: the totals that both sides give, and the open rate."""
    opened = [reads / delivered for reads, delivered in zip(totals["reads"], totals["delivered"])]
    return totals | {"open rate": opened}


def disagreements(case, name, ours, theirs):
    """Quantities that differ too much, and the smallest relative differences that would have been seen."""
    wrong, seen, widest = [], {}, 0.0
    for quantity, values in ours.items():
        n, m = len(values), len(theirs[quantity])
        mean, other = statistics.fmean(values), statistics.fmean(theirs[quantity])
        # Where both sides have the same law, all values together tell its spread: a total that moves only in the few replicates with
        # an incident has no good estimate in one side alone.
        error = statistics.stdev([*values, *theirs[quantity]]) * math.sqrt(1 / n + 1 / m)
        z = (other - mean) / error if error > 0 else math.inf if other != mean else 0.0
        widest = max(widest, abs(z))
        if mean > 0:
            seen[quantity] = STANDARD_ERRORS * error / mean
        if abs(z) > STANDARD_ERRORS:
            wrong.append(f"{case}: {quantity}: wearout {mean:.5g}, {name} {other:.5g}, {z:+.1f} standard errors")
    return wrong, seen, widest


def check(wearout, peers, cases, quick):
    """Compares every peer with wearout in every case; ends the run when one disagrees."""
    wrong, tests = [], 0
    print("agreement with wearout, all quantities; smallest differences that would be noticed\n")
    print("| case | side | largest difference, standard errors | reads | left | active at the end |")
    print("|---|---|---|---|---|---|")
    for case in cases:
        reference = quantities(wearout.simulate(case, 800 if quick else 2000, 1)["totals"])
        for seed, (name, side) in enumerate(peers.items(), start=2):
            slow = name == "Mesa"
            replicates = (12 if slow else 256) if quick else (40 if slow else 640)
            theirs = quantities(side.simulate(case, replicates, seed)["totals"])
            more, seen, widest = disagreements(case, name, reference, theirs)
            wrong += more
            tests += len(reference)
            noticed = [f"{100 * seen[quantity]:.2g} %" for quantity in ("reads", "leaves", "active")]
            print(f"| {case} | {name} | {widest:.1f} | {' | '.join(noticed)} |", flush=True)
    if wrong:
        print("\n".join(["", "THE SIDES DISAGREE:", *wrong]), file=sys.stderr)
        sys.exit(1)
    print(f"\n{tests} comparisons, none beyond {STANDARD_ERRORS:g} standard errors\n", flush=True)


def measure(running, cases, quick):
    """Million member-days a second of each side in each case, a value a round."""
    rounds, wanted = (3, 0.1) if quick else (9, 0.3)
    speeds = {name: {case: [] for case in cases} for name in running}
    plan = json.loads(PLAN.read_text())["cases"]
    for case in cases:
        [size] = [known["members"] * known["days"] / 1e6 for known in plan if known["name"] == case]
        replicates = {}
        for name, side in running.items():
            batch = 1 if name == "Mesa" else BATCH
            seconds = side.simulate(case, batch, 1)["seconds"]
            replicates[name] = batch * max(1, round(wanted / seconds))
        for seed in range(rounds):
            for name, side in running.items():
                seconds = side.simulate(case, replicates[name], seed)["seconds"]
                speeds[name][case].append(size * replicates[name] / seconds)
    return speeds


def table(speeds, ours, cases):
    """The speeds of wearout in each instruction set, and of the peers with how many times faster the first of `ours` is."""
    yield f"| million member-days a second | {' | '.join(cases)} |"
    yield "|---" * (len(cases) + 1) + "|"
    for name, by_case in speeds.items():
        cells = [f"{statistics.median(by_case[case]):.3g}" for case in cases]
        if name not in ours:
            cells = [f"{cell} ({times(speeds, ours[0], name, case)})" for cell, case in zip(cells, cases)]
        yield f"| {name} | {' | '.join(cells)} |"


def slower_table(speeds, ours, cases):
    """How many times faster than plain Rust wearout is without its fastest instruction set."""
    yield f"| how many times faster | {' | '.join(cases)} |"
    yield "|---" * (len(cases) + 1) + "|"
    for name in ours[1:]:
        for peer in PLAIN:
            cells = [times(speeds, name, peer, case) for case in cases]
            yield f"| {name} than {peer} | {' | '.join(cells)} |"


def times(speeds, name, peer, case):
    """How many times faster than a peer a side was in the same round."""
    ratio = statistics.median(a / b for a, b in zip(speeds[name][case], speeds[peer][case]))
    return f"{ratio:.3g} x"


def circumstances(pinned):
    """Processor and versions."""
    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        cpu = lines[0].split(":", 1)[1].strip() if lines else cpu
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.split()[1]
    crates = {crate["name"]: crate["version"] for crate in tomllib.loads(Path("Cargo.lock").read_text())["package"]}
    tools = [f"wearout {crates['wearout']}", f"rustc {rustc}", f"rand {crates['rand']}"]
    tools += [f"rand_distr {crates['rand_distr']}", f"Python {platform.python_version()}"]
    tools += [f"{name} {version(name)}" for name in ("numpy", "numba", "mesa")]
    return f"{cpu}, {pinned}; {', '.join(tools)}"


def main():
    parser = argparse.ArgumentParser(prog="benches/peers/run", description="wearout beside the same model in other tools")
    parser.add_argument("--quick", action="store_true", help="fewer replicates and rounds")
    quick = parser.parse_args().quick
    peers = build()
    PLAN.write_text(subprocess.run([peers, "plan"], check=True, capture_output=True, text=True).stdout)
    plan = json.loads(PLAN.read_text())["cases"]
    pinned = pin()
    wearout, peers = wearouts(peers), others(peers)
    running = {name: Side(command) for name, command in (wearout | peers).items()}
    ours = list(wearout)
    check(running[ours[0]], {name: running[name] for name in peers}, [case["name"] for case in plan], quick)
    timed = [case["name"] for case in plan if case["timed"]]
    speeds = measure(running, timed, quick)
    print("\n".join(table(speeds, ours, timed)))
    if ours[1:]:
        print("\n".join(["", *slower_table(speeds, ours, timed)]))
    print(f"\n{circumstances(pinned)}. Medians over rounds; in brackets how many times faster {ours[0]} is.")


if __name__ == "__main__":
    main()
