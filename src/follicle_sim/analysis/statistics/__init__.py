"""Statistical methods on arrays: models, ranks, intervals, imputation."""
