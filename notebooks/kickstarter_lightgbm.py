#!/usr/bin/env python3
"""Compares a backtest on the Kickstarter sample with LightGBM on the same split and the same columns.

    slotcast nightly --lake ks --source data/sources/kickstarter.toml --history --inbox FOLDER --as-of 2018-02-01
    slotcast backtest --lake ks --from 2015-10-01 --to 2018-01-31 --refit-every 520 --as-of 2018-02-01
    slotcast sql --lake ks --format csv "select * from backtest_scores where hit is not null" > scores.csv
    notebooks/kickstarter_lightgbm.py ks/published/latest scores.csv

Projects are sorted by launch: the first 70 % are the training set, the others the test set. LightGBM trains on all
of the training set. slotcast is fitted once, at the cutoff of the first test slot, on the projects that had ended by
then. Both use the columns known at the launch: goal, window, category and subcategory, country, currency, weekday,
month and lengths of the title. slotcast also uses the words of the title, as does `lightgbm_words`.
Requires duckdb, lightgbm, pandas and scikit-learn.
"""

import sys

import duckdb
import lightgbm as lgb
import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import roc_auc_score

NUMBERS = ["log_threshold", "window_days", "attr_title_chars", "attr_title_words"]
CATEGORIES = ["category", "attr_subcategory", "attr_country", "attr_own_currency", "opens_weekday", "opens_month"]


def losses(p, hit):
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return -(hit * np.log(p) + (1 - hit) * np.log(1 - p))


def main():
    published, scores = sys.argv[1:3]
    offers = duckdb.sql(f"""
        SELECT o.*, c.hit FROM '{published}/offer_features/*.parquet' AS o
        INNER JOIN '{published}/campaign_outcomes/*.parquet' AS c ON o.campaign_id = c.campaign_id
        WHERE c.hit IS NOT NULL ORDER BY o.opens_at, o.id""").fetchdf()
    hit = offers.hit.astype(int).values
    is_test = np.arange(len(offers)) >= int(0.7 * len(offers))
    codes = [offers[name].astype("category").cat.codes for name in CATEGORIES]
    x = np.column_stack([offers[name].astype(float) for name in NUMBERS] + codes)
    titles = TfidfVectorizer(min_df=3, sublinear_tf=True).fit(offers.title[~is_test].fillna(""))
    with_words = hstack([csr_matrix(x), titles.transform(offers.title.fillna(""))]).tocsr()
    predictions = {}
    for name, matrix in [("lightgbm", x), ("lightgbm_words", with_words)]:
        trees = lgb.LGBMClassifier(n_estimators=300, learning_rate=0.05, num_leaves=31, min_child_samples=40,
                                   verbose=-1).fit(matrix[~is_test], hit[~is_test])
        predictions[name] = pd.Series(trees.predict_proba(matrix)[:, 1], index=offers.id.astype(str))
    shallow = lgb.LGBMClassifier(n_estimators=150, learning_rate=0.05, num_leaves=6, min_child_samples=40,
                                 verbose=-1).fit(x[~is_test], hit[~is_test])
    predictions["lightgbm_shallow"] = pd.Series(shallow.predict_proba(x)[:, 1], index=offers.id.astype(str))
    backtest = pd.read_csv(scores, dtype={"id": str})
    for name, rows in backtest.groupby("model"):
        predictions[name] = rows.set_index("id").p_hit_given_selected
    test = offers.id.astype(str)[is_test]
    for p in predictions.values():
        test = test[test.isin(p.index)]
    truth = pd.Series(hit, index=offers.id.astype(str))[test]
    slots = pd.Series(offers.slot_date.values, index=offers.id.astype(str))[test].values
    baseline = losses(predictions["lightgbm"][test].values, truth.values)
    print(f"{len(test)} projects, {truth.mean():.3f} of them hits")
    for name, p in predictions.items():
        loss = losses(p[test].values, truth.values)
        by_slot = pd.Series(loss - baseline).groupby(slots).agg(["sum", "count"])
        mean = (loss - baseline).mean()
        error = np.sqrt(((by_slot["sum"] - mean * by_slot["count"]) ** 2).sum()) / len(test)
        print(f"{name:<18} log loss {loss.mean():.4f}  Brier {np.mean((p[test].values - truth.values) ** 2):.4f}"
              f"  AUC {roc_auc_score(truth, p[test]):.4f}  minus LightGBM {mean:+.4f} +- {error:.4f}")


main()
