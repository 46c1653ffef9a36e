#!/usr/bin/env python3
"""Benchmark rankings: LightGBM and logistic regression on the same signals.

usage: ranking.py PUBLISHED TRUTH FIRST LAST REFIT_SLOTS [LAG_DAYS]

PUBLISHED is `lake/published/latest` of a night on a simulated market, TRUTH the ground truth of `slotcast simulate`.
Both models are fitted every REFIT_SLOTS slots on the campaigns with a known outcome at the cutoff of the first of
these slots, and score every offer of the slots. Columns: logarithms of alerts, wishes, shares, likes and recent alerts
per unit of threshold, of threshold and price, the maker's shrunk hit rate, and (LightGBM only) the category. Prints
JSON: expected log loss and expected hits under the ground truth, as defined by `slotcast evaluate`.
"""

import json
import sys

import duckdb
import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

SIGNALS = ["log_signals_per_threshold_alert", "log_signals_per_threshold_wish", "log_signals_per_threshold_share",
           "log_signals_per_threshold_like", "log_recent_alerts_per_threshold"]


def read(published, truth):
    con = duckdb.connect()
    offers = con.execute(f"""
        SELECT o.*, c.hit, c.closes_at AS closed_at, t.p_hit_oracle, t.p_hit_knowable, t.selected
        FROM '{published}/offer_features/*.parquet' AS o
        LEFT JOIN '{published}/campaign_outcomes/*.parquet' AS c ON o.campaign_id = c.campaign_id
        LEFT JOIN '{truth}' AS t ON o.id = t.id AND o.slot_date = t.slot_date
        ORDER BY o.slot_date, o.id""").fetchdf()
    offers["slot_date"] = pd.to_datetime(offers.slot_date)
    offers["closed_at"] = pd.to_datetime(offers.closed_at, utc=True)
    offers["knowledge_at"] = pd.to_datetime(offers.knowledge_at, utc=True)
    return offers


def columns(offers):
    record = (offers.maker_hits + 4) / (offers.maker_n + 8)
    parts = [offers[name].fillna(-offers.log_threshold) for name in SIGNALS]
    parts += [offers.log_threshold, offers.log_price.fillna(0), record, offers.maker_n]
    parts += [offers.category.astype("category").cat.codes]
    return np.column_stack([np.asarray(part, dtype=float) for part in parts])


def predict(offers, first, last, refit, lag_days):
    x = columns(offers)
    slots = sorted(s for s in offers.slot_date.unique() if first <= s <= last)
    predictions = {"lightgbm": np.full(len(offers), np.nan), "logistic_regression": np.full(len(offers), np.nan)}
    for start in range(0, len(slots), refit):
        group = slots[start:start + refit]
        is_scored = offers.slot_date.isin(group).values
        cutoff = offers.knowledge_at[offers.slot_date == group[0]].min()
        settled = (offers.closed_at + pd.Timedelta(days=lag_days) <= cutoff).values
        known = offers.hit.notna().values & settled & (offers.slot_date < group[0]).values
        hit = offers.hit[known].astype(int)
        trees = lgb.LGBMClassifier(n_estimators=300, learning_rate=0.05, num_leaves=31, min_child_samples=40,
                                   n_jobs=2, verbose=-1).fit(x[known], hit)
        predictions["lightgbm"][is_scored] = trees.predict_proba(x[is_scored])[:, 1]
        linear = LogisticRegression(max_iter=500).fit(x[known][:, :-1], hit)
        predictions["logistic_regression"][is_scored] = linear.predict_proba(x[is_scored][:, :-1])[:, 1]
    return predictions


def main():
    published, truth, first, last, refit = sys.argv[1:6]
    lag_days = float(sys.argv[6]) if len(sys.argv) > 6 else 14.0
    offers = read(published, truth)
    predictions = predict(offers, pd.Timestamp(first), pd.Timestamp(last), int(refit), lag_days)
    evaluated = offers.p_hit_knowable.notna().values & ~np.isnan(predictions["lightgbm"])
    seats = int(offers[evaluated].groupby("slot_date").selected.sum().max())
    rows = []
    for name, p in predictions.items():
        p = np.clip(p[evaluated], 1e-15, 1 - 1e-15)
        q, oracle = offers.p_hit_knowable.values[evaluated], offers.p_hit_oracle.values[evaluated]
        slots = offers.slot_date.values[evaluated]
        hits = [oracle[slots == s][np.argsort(-p[slots == s], kind="stable")[:seats]].sum() for s in np.unique(slots)]
        rows.append({"scored_by": name, "n": int(evaluated.sum()),
                     "log_loss": float(np.mean(-(q * np.log(p) + (1 - q) * np.log(1 - p)))),
                     "brier": float(np.mean(q * (1 - p) ** 2 + (1 - q) * p**2)), "hits": float(np.mean(hits))})
    print(json.dumps(rows))


main()
