"""Draws figures of a run. From the bottom up:

environment, errors      what must be installed; how the program stops
run                      what a run holds: experiments, arms, trials
words                    names, symbols, units and numbers of seeds as people read them
commands, styles, axes   gnuplot's strings and labels; colors and dashes; limits and tics
figure                   panels, legend and data, and the script that draws them
bands                    statistics over seeds: median and range at each x
rollouts                 what a rollout holds, for all figures over its time

One module for each kind of figure: losses, determinant, training, trajectories, energy, learned. Their functions take
an experiment and yield the figures it has data for; figures.py lists them.
"""
