"""Reads a run's results.h5 with h5py and pandas: no lnn-sweep needed.

    python3 examples/read_results.py RUN/results.h5

Prints what became of the trials, the loss of every arm over its seeds, and the learning curve of the best trial.
Debian: apt install python3-h5py python3-pandas.
"""

import sys

import h5py
import pandas


def read_table(file):
    """/table as a DataFrame: one row per trial and arm, with settings, seed, outcome and metrics."""
    table = pandas.DataFrame.from_records(file["table"][:])
    for column in table.columns[table.dtypes == object]:
        table[column] = table[column].str.decode("utf-8")  # HDF5 holds texts as bytes
    return table


def read_history(file, trial):
    """A trial's history as a DataFrame with one row per epoch."""
    group = file["trials"][trial]["history"]
    history = pandas.DataFrame({name: group[name][:] for name in group})
    history.index = pandas.RangeIndex(1, len(history) + 1, name="epoch")
    return history


def main(path):
    with h5py.File(path) as file:
        table = read_table(file)
        print(table.groupby("experiment")["outcome"].value_counts().to_string(), end="\n\n")

        completed = table[table.outcome == "completed"]
        if completed.empty:
            sys.exit("No trial has completed yet.")
        losses = completed.groupby(["experiment", "label"])["best_val_total"]
        print(losses.agg(["count", "mean", "std", "min"]).to_string(), end="\n\n")

        best = completed.loc[completed.best_val_total.idxmin()]
        history = read_history(file, best.id)
        unit = file["trials"][best.id]["history/val_total"].attrs["unit"]
        print(f"{best.label}, seed {best.seed} ({best.id}): val_total [{unit}] by epoch")
        print(history[["learning_rate", "train_total", "val_total"]].tail().to_string())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
