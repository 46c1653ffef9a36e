//! What is fitted: rates, regression, calibration, scores.
