"""python Tests/Oracles/survival/logrank.py DATA > Tests/SurvivalTests/Golden/logrank.csv
writes lifelines' weighted log-rank statistics, a line each: name, value. DATA is a folder with lung.csv.

Run in a virtual environment with lifelines 0.30.
"""

import os
import sys

import pandas
from lifelines.statistics import multivariate_logrank_test

lung = pandas.read_csv(os.path.join(sys.argv[1], "lung.csv"))
for name, options in {
    "gehan": dict(weightings="wilcoxon"), "taroneWare": dict(weightings="tarone-ware"),
    "peto": dict(weightings="peto"), "fleming": dict(weightings="fleming-harrington", p=0.5, q=1),
}.items():
    test = multivariate_logrank_test(lung["time"], lung["sex"], lung["status"], **options)
    print(f"{name},{float(test.test_statistic):.15g}")
    print(f"{name} p,{float(test.p_value):.15g}")
